/**
 * The picture: owns the renderer and the order of the layers, and draws one frame
 * from a WorldView. It knows nothing of the network.
 */

import "pixi.js/unsafe-eval";
import { Container, WebGLRenderer } from "pixi.js";
import type { WorldView } from "../game/interpolate";
import type { World } from "../game/world";
import type { EventRow } from "../net/messages";
import { Areas } from "./areas";
import { Camera } from "./camera";
import { Chunks } from "./chunks";
import { Effects } from "./effects";
import { VOID } from "./palette";
import { Players } from "./players";
import { Projectiles } from "./projectiles";
import { Sharpness } from "./sharpness";
import { Zone } from "./zone";

/** More device pixels than this per CSS pixel cost much and show nothing. */
const RESOLUTION_MAX = 2;
/** Ground detail is painted at one of these; the next one up is taken. */
const GROUND_PIXELS_PER_UNIT = [32, 48, 64] as const;

export class NoWebGl extends Error {
  override readonly name = "NoWebGl";
}

export class Stage {
  readonly camera = new Camera();
  readonly canvas: HTMLCanvasElement;
  readonly #renderer: WebGLRenderer<HTMLCanvasElement>;
  readonly #root = new Container();
  readonly #space = new Container();
  readonly #ground = new Container();
  readonly #zone = new Zone();
  readonly #areas = new Areas();
  readonly #players = new Players();
  readonly #projectiles = new Projectiles();
  readonly #effects = new Effects();
  readonly #calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #sharpness = new Sharpness();
  #chunks: Chunks | null = null;
  #world: World | null = null;

  /** Throws NoWebGl where the browser cannot draw with WebGL. */
  static async create(): Promise<Stage> {
    const renderer = new WebGLRenderer<HTMLCanvasElement>();
    try {
      await renderer.init({
        width: window.innerWidth,
        height: window.innerHeight,
        resolution: resolution(),
        autoDensity: true,
        backgroundColor: VOID,
        antialias: false,
        powerPreference: "high-performance",
      });
    } catch (error) {
      throw new NoWebGl(String(error));
    }
    // Pixi's sprite shader picks one of 16 textures per pixel by comparing numbers;
    // software WebGL works through all 16. One texture a batch is five times faster
    // there, and a few dozen more draw calls are nothing to a real GPU.
    renderer.limits.maxBatchableTextures = 1;
    return new Stage(renderer);
  }

  private constructor(renderer: WebGLRenderer<HTMLCanvasElement>) {
    this.#renderer = renderer;
    this.canvas = renderer.canvas;
    this.#space.addChild(
      this.#ground,
      this.#effects.ground.layer,
      this.#areas.layer,
      this.#zone.layer,
      this.#players.layer,
      this.#projectiles.layer,
      this.#effects.air.layer,
      this.#effects.glow.layer,
      this.#effects.numbers.layer,
    );
    this.#root.addChild(this.#space, this.#players.labels);
    window.addEventListener("resize", () => this.#resize());
  }

  /** Starts showing another match; null clears the stage. */
  show(world: World | null): void {
    this.#world = world;
    this.#chunks?.destroy();
    this.#chunks = null;
    this.#players.clear();
    this.#projectiles.clear();
    this.#areas.clear();
    this.#effects.clear();
    this.#zone.clear();
    this.#resize();
  }

  /** `focus` is where the camera looks; events are those due since the last frame. */
  draw(
    view: WorldView,
    focus: { x: number; y: number },
    events: readonly EventRow[],
    selfAngle: number,
    elapsedMs: number,
  ): void {
    const world = this.#world;
    if (world === null) return;
    const { rules, tickRateHz } = world.welcome;
    if (this.#sharpness.observe(elapsedMs)) this.#resize();
    const { camera } = this;
    const selfSlot = world.selfSlot;
    const nowMs = performance.now();
    camera.follow(focus.x, focus.y);
    camera.update(elapsedMs, nowMs);
    this.#space.position.set(camera.originX, camera.originY);
    this.#space.scale.set(camera.scale);
    const bounds = camera.bounds();
    this.#chunks?.update(bounds);
    this.#zone.update(view.zone, view.next, bounds, 1 / camera.scale, nowMs / 1000);
    this.#areas.update(view.areas, { selfSlot, fuseTicks: rules.blast_fuse_ticks, tickRateHz });
    this.#projectiles.update(view.projectiles, selfSlot);
    this.#effects.play(events, view, camera, {
      selfSlot,
      bodyRadius_u: rules.body_radius_u,
      calm: this.#calm.matches,
      isBot: (slot) => world.entrant(slot)?.bot === true,
      died: (slot) => this.#players.remove(slot),
    });
    const bodyRadius_u = rules.body_radius_u;
    const nameOf = (slot: number) => world.nameOf(slot);
    this.#players.update(view, camera, { bodyRadius_u, selfSlot, selfAngle, nameOf }, elapsedMs);
    this.#effects.update(view, elapsedMs, bodyRadius_u, selfSlot);
    this.#renderer.render(this.#root);
  }

  #resize(): void {
    const { innerWidth: width, innerHeight: height } = window;
    const pixelRatio = resolution() * this.#sharpness.share;
    this.#renderer.resize(Math.max(1, width), Math.max(1, height), pixelRatio);
    const world = this.#world;
    if (world === null) return;
    const { rules, map } = world.welcome;
    this.camera.fit(width, height, rules.view_width_u, rules.view_height_u);
    const wanted = this.camera.scale * resolution();
    const detail = GROUND_PIXELS_PER_UNIT.find((step) => step >= wanted) ?? 64;
    // Finer ground than needed is kept: painting it again is what costs.
    if (this.#chunks !== null && this.#chunks.pixelsPerUnit >= detail) return;
    this.#chunks?.destroy();
    this.#chunks = new Chunks(map, detail);
    this.#ground.addChild(this.#chunks.layer);
  }
}

function resolution(): number {
  return Math.min(RESOLUTION_MAX, window.devicePixelRatio || 1);
}
