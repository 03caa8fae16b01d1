/**
 * An opaque textured square. Sprites blend, and their shader is made for many
 * textures at once; ground fills the whole screen every frame, so it gets the
 * cheapest way there is.
 */

import { Geometry, Mesh, Shader, State, type TextureSource } from "pixi.js";

const VERTEX = `
in vec2 aPosition;
out vec2 vUv;
uniform mat3 uProjectionMatrix;
uniform mat3 uWorldTransformMatrix;
uniform mat3 uTransformMatrix;
void main() {
  vUv = aPosition;
  mat3 mvp = uProjectionMatrix * uWorldTransformMatrix * uTransformMatrix;
  gl_Position = vec4((mvp * vec3(aPosition, 1.0)).xy, 0.0, 1.0);
}`;

const FRAGMENT = `
in vec2 vUv;
out vec4 finalColor;
uniform sampler2D uTexture;
void main() {
  finalColor = texture(uTexture, vUv);
}`;

let square: Geometry | null = null;

/** The unit square at the origin: place it by position and scale. */
export function slab(source: TextureSource): Mesh<Geometry, Shader> {
  square ??= new Geometry({
    attributes: { aPosition: new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]) },
    indexBuffer: new Uint32Array([0, 1, 2, 0, 2, 3]),
  });
  const shader = Shader.from({
    gl: { vertex: VERTEX, fragment: FRAGMENT },
    resources: { uTexture: source, uSampler: source.style },
  });
  const state = State.for2d();
  state.blend = false;
  return new Mesh({ geometry: square, shader, state });
}
