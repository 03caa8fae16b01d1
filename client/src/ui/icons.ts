/** The line drawings of render/glyphs.ts as inline SVG, in the text's colour. */

import { GLYPHS, type GlyphName } from "../render/glyphs";

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: GlyphName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of GLYPHS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
