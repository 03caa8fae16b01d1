/**
 * The picture: owns the renderer and the order of the layers, and draws one frame
 * from a WorldView. It knows nothing of the network.
 */

import "pixi.js/unsafe-eval";
import { Container, WebGLRenderer } from "pixi.js";
import type { WorldView } from "../game/interpolate";
import type { World } from "../game/world";
import type { EventRow } from "../net/rows";
import type { PaletteName, Quality } from "../settings/schema";
import { Areas } from "./areas";
import { Beams } from "./beams";
import { Bushes } from "./bushes";
import { Camera } from "./camera";
import { Chunks } from "./chunks";
import { Effects } from "./effects";
import { Obstacles } from "./obstacles";
import { usePalette, VOID } from "./palette";
import { Pickups } from "./pickups";
import { Players } from "./players";
import { Projectiles } from "./projectiles";
import { QualityLadder } from "./quality";
import { Zone } from "./zone";

/** Ground detail is painted at one of these; the next one up is taken. */
const GROUND_PIXELS_PER_UNIT = [32, 48, 64] as const;

/** What somebody asked of the picture. */
export interface Wishes {
  readonly palette: PaletteName;
  readonly patterns: boolean;
  /** No shaking, no flashes, no pulses. */
  readonly calm: boolean;
  readonly quality: Quality;
}

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
  readonly #pickups = new Pickups();
  readonly #obstacles = new Obstacles();
  readonly #beams = new Beams();
  readonly #bushes = new Bushes();
  readonly #players = new Players();
  readonly #projectiles = new Projectiles();
  readonly #effects = new Effects();
  readonly #ladder = new QualityLadder();
  #wishes: Wishes = { palette: "standard", patterns: true, calm: false, quality: "auto" };
  #chunks: Chunks | null = null;
  #world: World | null = null;

  /** Throws NoWebGl where the browser cannot draw with WebGL. */
  static async create(): Promise<Stage> {
    const renderer = new WebGLRenderer<HTMLCanvasElement>();
    try {
      await renderer.init({
        width: window.innerWidth,
        height: window.innerHeight,
        resolution: pixelRatio(1),
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
    const { ground, air, glow } = this.#effects.bursts;
    this.#space.addChild(
      this.#ground,
      ground.layer,
      this.#areas.layer,
      this.#pickups.layer,
      this.#obstacles.layer,
      this.#zone.layer,
      this.#beams.layer,
      this.#players.layer,
      this.#projectiles.layer,
      this.#bushes.layer,
      air.layer,
      glow.layer,
      this.#effects.numerals.layer,
    );
    this.#root.addChild(this.#space, this.#players.labels);
    window.addEventListener("resize", () => this.#resize());
  }

  /** At any time: what is on the stage is painted anew where it has to be. */
  wish(wishes: Wishes): void {
    const before = this.#wishes;
    this.#wishes = wishes;
    this.#effects.bursts.calm = wishes.calm;
    this.#areas.calm = wishes.calm;
    this.#ladder.quality = wishes.quality;
    if (wishes.palette !== before.palette || wishes.patterns !== before.patterns) {
      usePalette(wishes.palette);
      this.#players.repaint(wishes.patterns);
      this.#projectiles.repaint(wishes.patterns);
      this.#areas.clear();
      this.#beams.clear();
    }
    this.#spend();
  }

  /** Starts showing another match; null clears the stage. */
  show(world: World | null): void {
    this.#world = world;
    this.#chunks?.destroy();
    this.#chunks = null;
    this.#players.clear();
    this.#projectiles.clear();
    this.#areas.clear();
    this.#pickups.clear();
    this.#obstacles.clear();
    this.#beams.clear();
    this.#bushes.show(world?.welcome.map.bushes ?? []);
    this.#effects.clear();
    this.#zone.clear();
    this.#resize();
  }

  /**
   * `focus` is where the camera looks; events are those due since the last frame;
   * `selfAngle` is where the mouse points, null once dead.
   */
  draw(
    view: WorldView,
    focus: { x: number; y: number },
    events: readonly EventRow[],
    selfAngle: number | null,
    elapsedMs: number,
  ): void {
    const world = this.#world;
    if (world === null) return;
    if (this.#ladder.observe(elapsedMs)) this.#spend();
    const { camera } = this;
    const { calm, patterns } = this.#wishes;
    const nowMs = performance.now();
    // Everything that breathes, spins or flickers does it by this clock.
    const beatMs = calm ? 0 : nowMs;
    camera.follow(focus.x, focus.y);
    camera.update(elapsedMs, nowMs);
    this.#space.position.set(camera.originX, camera.originY);
    this.#space.scale.set(camera.scale);
    const bounds = camera.bounds();
    this.#chunks?.update(bounds);
    this.#zone.update(view.zone, view.next, bounds, 1 / camera.scale, beatMs / 1000);
    this.#areas.update(view.areas, world, beatMs);
    this.#pickups.update(view.pickups, world, beatMs);
    this.#obstacles.update(view.obstacles, nowMs);
    this.#beams.update(view.players, world, selfAngle, beatMs);
    this.#bushes.update(view, bounds, elapsedMs);
    this.#projectiles.update(view.projectiles, world);
    const died = (slot: number) => this.#players.remove(slot);
    const context = { world, view, camera, nowMs, calm, patterns, died };
    this.#effects.play(events, context);
    this.#players.update(view, camera, { world, selfAngle, nowMs: beatMs }, elapsedMs);
    this.#effects.update(context, elapsedMs);
    this.#renderer.render(this.#root);
  }

  /** As much as the ladder allows. */
  #spend(): void {
    const { particles, shadows } = this.#ladder.effort;
    this.#effects.bursts.density = particles * (this.#wishes.calm ? 0.5 : 1);
    this.#players.shadows = shadows;
    this.#resize();
  }

  #resize(): void {
    const { innerWidth: width, innerHeight: height } = window;
    const { resolutionMax, sharpness } = this.#ladder.effort;
    const sharp = pixelRatio(resolutionMax);
    this.#renderer.resize(Math.max(1, width), Math.max(1, height), sharp * sharpness);
    const world = this.#world;
    if (world === null) return;
    const { rules, map } = world.welcome;
    this.camera.fit(width, height, rules.view_width_u, rules.view_height_u);
    const wanted = this.camera.scale * sharp;
    const detail = GROUND_PIXELS_PER_UNIT.find((step) => step >= wanted) ?? 64;
    // Finer ground than needed is kept: painting it again is what costs.
    if (this.#chunks !== null && this.#chunks.pixelsPerUnit >= detail) return;
    this.#chunks?.destroy();
    this.#chunks = new Chunks(map, detail);
    this.#ground.addChild(this.#chunks.layer);
  }
}

/** More device pixels than `maximum` per CSS pixel cost much and show little. */
function pixelRatio(maximum: number): number {
  return Math.min(maximum, window.devicePixelRatio || 1);
}
