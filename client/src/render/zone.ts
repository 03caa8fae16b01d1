/**
 * The ring: its edge, the hatched danger outside it, and the dashed circle it is
 * moving to.
 *
 * Three bands of triangles around circles, each with a small shader: circles of
 * 100 units radius need a smooth edge at any size, and bands cost only the pixels
 * they cover (one quad over the whole view was tried: half the frame time where
 * WebGL runs in software).
 */

import { Container, Geometry, Mesh, Shader, UniformGroup } from "pixi.js";
import type { Circle } from "../net/messages";
import type { Bounds } from "./camera";
import { ZONE_EDGE, ZONE_GLOW, ZONE_HATCH, ZONE_TINT } from "./palette";

/** The shaders judge distances exactly: corners of the bands are never seen. */
const SEGMENTS = 192;
/** Half the width of the glowing edge, and of the dashed line. */
const EDGE_REACH_U = 2.6;
const DASH_REACH_U = 0.2;
/** Far enough to be outside every view. */
const FAR_U = 400;

const VERTEX = `
in vec2 aPosition;
in float aSide;
out vec2 vPlace;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
uniform vec3 uCircle;
uniform vec2 uBand;
void main() {
  vPlace = uCircle.xy + aPosition * mix(uBand.x, uBand.y, aSide);
  mat3 mvp = uProjectionMatrix * uWorldTransformMatrix * uTransformMatrix;
  gl_Position = vec4((mvp * vec3(vPlace, 1.0)).xy, 0.0, 1.0);
}`;

// Distances in units; uPixel = units per pixel, the width of a smooth step.
// Colours leave premultiplied, as the blending of the stage expects them.
const HEAD = `
precision highp float;
in vec2 vPlace;
out vec4 finalColor;
uniform vec3 uCircle;
uniform vec3 uColourA;
uniform vec3 uColourB;
uniform float uTime;
uniform float uPixel;
`;

const OUTSIDE = `${HEAD}
void main() {
  float distance_u = length(vPlace - uCircle.xy) - uCircle.z;
  float wave = abs(fract((vPlace.x + vPlace.y) * 0.42 + uTime * 0.12) - 0.5);
  float stripe = 1.0 - smoothstep(0.20, 0.20 + uPixel * 0.42, wave);
  float alpha = stripe * (0.11 + 0.17 * max(0.0, 1.0 - distance_u * 0.06));
  vec4 paint = vec4(uColourA * 0.5, 0.5) * (1.0 - alpha) + vec4(uColourB * alpha, alpha);
  finalColor = paint * smoothstep(-uPixel, uPixel, distance_u);
}`;

const EDGE = `${HEAD}
void main() {
  float across = abs(length(vPlace - uCircle.xy) - uCircle.z);
  float fade = max(0.0, 1.0 - across / ${EDGE_REACH_U.toFixed(1)});
  float glow = (0.42 + 0.13 * sin(uTime * 4.0)) * fade * fade * fade;
  float line = 1.0 - smoothstep(0.11, 0.11 + 2.0 * uPixel, across);
  finalColor = vec4(uColourB * glow, glow) * (1.0 - line) + vec4(uColourA * line, line);
}`;

const DASHES = `${HEAD}
void main() {
  vec2 place = vPlace - uCircle.xy;
  float across = abs(length(place) - uCircle.z);
  float count = max(8.0, floor(uCircle.z * 6.2831853 / 1.8));
  float dash = abs(fract(atan(place.y, place.x) / 6.2831853 * count) - 0.5);
  float line = (1.0 - smoothstep(0.05, 0.05 + 2.0 * uPixel, across)) * step(dash, 0.29);
  finalColor = vec4(uColourA * line, line) * 0.75;
}`;

export class Zone {
  readonly layer = new Container();
  readonly #outside: Band;
  readonly #edge: Band;
  readonly #dashes: Band;

  constructor() {
    const geometry = bandGeometry();
    this.#outside = new Band(geometry, OUTSIDE, ZONE_TINT, ZONE_HATCH);
    this.#edge = new Band(geometry, EDGE, ZONE_EDGE, ZONE_GLOW);
    this.#dashes = new Band(geometry, DASHES, 0xffffff, 0xffffff);
    this.layer.addChild(this.#outside.mesh, this.#edge.mesh, this.#dashes.mesh);
  }

  update(zone: Circle, next: Circle, bounds: Bounds, unitsPerPixel: number, timeS: number): void {
    const within = (circle: Circle, reach_u: number) => covers(circle, bounds, reach_u);
    this.#outside.mesh.visible = !within(zone, 0);
    this.#edge.mesh.visible = !within(zone, EDGE_REACH_U);
    this.#dashes.mesh.visible = !within(next, DASH_REACH_U) && next.radius > 0;
    this.#outside.set(zone, 0, FAR_U, unitsPerPixel, timeS);
    this.#edge.set(zone, EDGE_REACH_U, EDGE_REACH_U, unitsPerPixel, timeS);
    this.#dashes.set(next, DASH_REACH_U, DASH_REACH_U, unitsPerPixel, timeS);
  }

  clear(): void {
    for (const band of [this.#outside, this.#edge, this.#dashes]) band.mesh.visible = false;
  }
}

class Band {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly #group;

  constructor(geometry: Geometry, fragment: string, colourA: number, colourB: number) {
    this.#group = new UniformGroup({
      uCircle: { value: new Float32Array(3), type: "vec3<f32>" },
      uBand: { value: new Float32Array(2), type: "vec2<f32>" },
      uColourA: { value: rgb(colourA), type: "vec3<f32>" },
      uColourB: { value: rgb(colourB), type: "vec3<f32>" },
      uTime: { value: 0, type: "f32" },
      uPixel: { value: 0.03, type: "f32" },
    });
    const shader = Shader.from({
      gl: { vertex: VERTEX, fragment },
      resources: { band: this.#group },
    });
    this.mesh = new Mesh({ geometry, shader });
    this.mesh.visible = false;
  }

  set(circle: Circle, inwards_u: number, outwards_u: number, pixel_u: number, timeS: number): void {
    if (!this.mesh.visible) return;
    const { uniforms } = this.#group;
    const inner = Math.max(0, circle.radius - inwards_u - pixel_u);
    uniforms.uCircle.set([circle.x, circle.y, circle.radius]);
    uniforms.uBand.set([inner, circle.radius + outwards_u]);
    // Sine and fract lose precision with large times.
    uniforms.uTime = timeS % 1000;
    uniforms.uPixel = pixel_u;
    this.#group.update();
  }
}

/** Pairs of points around the unit circle; aSide tells inner (0) from outer (1). */
function bandGeometry(): Geometry {
  const places: number[] = [];
  const sides: number[] = [];
  const triangles: number[] = [];
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    const angle = (segment / SEGMENTS) * Math.PI * 2;
    places.push(Math.cos(angle), Math.sin(angle), Math.cos(angle), Math.sin(angle));
    sides.push(0, 1);
    const here = segment * 2;
    const there = ((segment + 1) % SEGMENTS) * 2;
    triangles.push(here, here + 1, there, there, here + 1, there + 1);
  }
  return new Geometry({
    attributes: {
      aPosition: { buffer: new Float32Array(places), format: "float32x2" },
      aSide: { buffer: new Float32Array(sides), format: "float32" },
    },
    indexBuffer: new Uint32Array(triangles),
  });
}

/** Whether the whole view lies inside the circle, `reach_u` away from its line. */
function covers(circle: Circle, bounds: Bounds, reach_u: number): boolean {
  const dx = Math.max(Math.abs(bounds.left - circle.x), Math.abs(bounds.right - circle.x));
  const dy = Math.max(Math.abs(bounds.top - circle.y), Math.abs(bounds.bottom - circle.y));
  return Math.hypot(dx, dy) < circle.radius - reach_u;
}

function rgb(colour: number): Float32Array {
  return new Float32Array([
    ((colour >> 16) & 255) / 255,
    ((colour >> 8) & 255) / 255,
    (colour & 255) / 255,
  ]);
}
