/** Line icons on a 24 × 24 grid, drawn with the text's colour. */

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  attack: ["M3 12h8", "M14 8l7 4-7 4z", "M3 8h5", "M3 16h5"],
  blast: [
    "M12 3v4",
    "M12 17v4",
    "M3 12h4",
    "M17 12h4",
    "M5.6 5.6l2.9 2.9",
    "M15.5 15.5l2.9 2.9",
    "M5.6 18.4l2.9-2.9",
    "M15.5 8.5l2.9-2.9",
    "M12 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5z",
  ],
  dash: ["M4 5l7 7-7 7", "M12 5l7 7-7 7"],
  zone: ["M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17z", "M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6z"],
  left: ["M10 4H5v16h5", "M14 8l4 4-4 4", "M9 12h9"],
  alive: ["M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", "M4.5 20.5c.8-4 3.800-6 7.500-6s6.700 2 7.500 6"],
  kills: ["M6 6l12 12", "M18 6L6 18"],
  heart: [
    "M12 20S4 14.800 4 9.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 8 2.300C20 14.800 12 20 12 20z",
  ],
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
