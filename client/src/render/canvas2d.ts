/** What is painted with the 2D canvas API, painted by the processor. */

/**
 * The pictures here are painted once and shown for long, or are small. Left to itself, the browser
 * paints them on the graphics card, and starts by building a program for every kind of stroke:
 * where that card is software, this took most of a first visit.
 */
export function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext("2d", { willReadFrequently: true });
}
