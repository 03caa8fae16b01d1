/**
 * The page as a whole: which screen is shown, and one frame after another.
 *
 *   title → connecting → playing → dead → over → (again: connecting)
 *                    ↘ refused / lost ↗
 */

import { angleOf } from "./game/direction";
import { HeldInput } from "./game/input";
import { type Ending, Session } from "./game/session";
import type { World } from "./game/world";
import { fetchConfig, fetchMatchInfo } from "./net/config";
import { fetchTicket } from "./net/door";
import type { Kill, Result } from "./net/messages";
import { DROP_ANYWHERE, DROPS_MAX, ROLE_ANY } from "./net/protocol";
import type { JoinWish } from "./net/wire";
import type { Stage } from "./render/stage";
import { Controls } from "./ui/controls";
import { Hud } from "./ui/hud";
import { remember, remembered } from "./ui/memory";
import { fitName } from "./ui/name";
import { Overlays } from "./ui/overlays";
import { Title } from "./ui/title";

type State = "title" | "connecting" | "playing" | "dead" | "over" | "refused" | "lost" | "no-webgl";

/** A frame that took longer than this was a pause, not motion. */
const FRAME_MAX_MS = 100;

export class App {
  readonly #held = new HeldInput();
  readonly #hud = new Hud();
  readonly #overlays = new Overlays();
  readonly #title = new Title((wish) => void this.#join(wish));
  readonly #surface = document.createElement("div");
  readonly #controls: Controls;
  readonly #stageReady: Promise<Stage | null>;
  #stage: Stage | null = null;
  #session: Session | null = null;
  /** Rises with every join: an answer to an earlier one is not for this one. */
  #attempt = 0;
  #wish: JoinWish = { name: "", role: ROLE_ANY, drop: DROP_ANYWHERE };
  #focus = { x: 0, y: 0 };
  #lastMs = performance.now();

  constructor(root: HTMLElement) {
    this.#surface.className = "surface";
    this.#controls = new Controls(this.#held, this.#surface);
    root.replaceChildren(this.#surface, this.#hud.root, this.#title.root, this.#overlays.root);
    this.#stageReady = this.#prepareStage();
  }

  start(query: URLSearchParams): void {
    window.addEventListener("keydown", (event) => {
      if (event.code === "Escape") this.#toggleMenu();
    });
    requestAnimationFrame(() => this.#frame());
    if (query.get("autoplay") === "1") void this.#join(wishOf(query, this.#title.wish));
    else this.#toTitle();
    void fetchMatchInfo().then((info) => this.#title.offer(info));
  }

  /** PixiJS loads while the player types a name. */
  async #prepareStage(): Promise<Stage | null> {
    // Names on the stage are drawn once: the font has to be there first.
    const fonts = ["600 13px", "700 40px"].map((font) =>
      document.fonts.load(`${font} "Chakra Petch"`),
    );
    const [module] = await Promise.all([import("./render/stage"), Promise.allSettled(fonts)]);
    try {
      this.#stage = await module.Stage.create();
    } catch (error) {
      if (!(error instanceof module.NoWebGl)) throw error;
      this.#enter("no-webgl");
      this.#title.showBackdrop();
      this.#overlays.noWebGl();
      return null;
    }
    this.#surface.append(this.#stage.canvas);
    return this.#stage;
  }

  async #join(wish: JoinWish): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#wish = wish;
    this.#session?.leave();
    this.#session = null;
    // The match just left stays in the picture until the next one is there.
    if (this.#title.shown) this.#title.showBackdrop();
    this.#enter("connecting");
    this.#overlays.connecting(() => this.#toTitle());
    const stage = await this.#stageReady;
    if (stage === null || attempt !== this.#attempt) return;
    try {
      const config = await fetchConfig(window.location);
      if (attempt !== this.#attempt) return;
      const ticket = await fetchTicket(wish, {
        get: () => remembered("token"),
        put: (token) => remember("token", token),
      });
      if (attempt !== this.#attempt) return;
      this.#session = this.#open(config.url, ticket, attempt);
    } catch (error) {
      const message = error instanceof Error ? error.message : "";
      if (attempt === this.#attempt) this.#ended({ kind: "lost", message, joined: false });
    }
  }

  #open(url: string, ticket: string, attempt: number): Session {
    const current = (run: () => void): void => {
      if (attempt === this.#attempt) run();
    };
    return new Session(url, ticket, this.#held, {
      welcomed: (world) => current(() => this.#welcomed(world)),
      joined: () => undefined,
      killed: (kill) => current(() => this.#killed(kill)),
      resulted: (result) => current(() => this.#resulted(result)),
      ended: (ending) => current(() => this.#ended(ending)),
    });
  }

  #welcomed(world: World): void {
    const { map } = world.welcome;
    this.#focus = { x: map.width_u / 2, y: map.height_u / 2 };
    this.#stage?.show(world);
    this.#title.hide();
    this.#hud.show(world);
    this.#hud.minimap.drop = this.#wish.drop;
    this.#overlays.hide();
    this.#controls.active = true;
    this.#enter("playing");
  }

  #killed(kill: Kill): void {
    const world = this.#session?.world;
    if (world === null || world === undefined) return;
    this.#hud.feed.add(kill, world);
    // KILL and RESULT may come in either order: the card gets its cause either way.
    if (kill.victim === world.selfSlot && world.result?.over === false)
      this.#resulted(world.result);
  }

  #resulted(result: Result): void {
    const world = this.#session?.world;
    if (world === null || world === undefined) return;
    this.#controls.active = false;
    const again = (): void => void this.#join(this.#wish);
    if (result.over) {
      this.#enter("over");
      this.#overlays.over(world, result, again, () => this.#toTitle());
    } else {
      this.#enter("dead");
      this.#overlays.died(world, result, again, () => this.#overlays.watching(result, again));
    }
  }

  #ended(ending: Ending): void {
    this.#controls.active = false;
    if (!this.#session?.world && !this.#hud.shown) this.#title.showBackdrop();
    const again = (): void => void this.#join(this.#wish);
    const toTitle = (): void => this.#toTitle();
    if (ending.kind === "refused") {
      this.#enter("refused");
      this.#overlays.refused(ending.refusal, again, toTitle);
    } else if (ending.kind === "lost") {
      this.#enter("lost");
      this.#overlays.lost(ending.message, ending.joined, again, toTitle);
    }
    // "finished": the result is on screen already and stays there.
  }

  #toggleMenu(): void {
    if (document.documentElement.dataset.state !== "playing") return;
    const resume = (): void => {
      this.#overlays.hide();
      this.#controls.active = true;
    };
    if (this.#overlays.shown) {
      resume();
      return;
    }
    this.#controls.active = false;
    this.#overlays.menu(resume, () => this.#toTitle());
  }

  #toTitle(): void {
    this.#attempt += 1;
    this.#session?.leave();
    this.#session = null;
    this.#controls.active = false;
    this.#stage?.show(null);
    this.#hud.hide();
    this.#overlays.hide();
    this.#title.show();
    this.#enter("title");
  }

  /** Also the page's public face for automated tests: `<html data-state="playing">`. */
  #enter(state: State): void {
    document.documentElement.dataset.state = state;
  }

  #frame(): void {
    requestAnimationFrame(() => this.#frame());
    const nowMs = performance.now();
    const elapsedMs = Math.min(FRAME_MAX_MS, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const session = this.#session;
    const stage = this.#stage;
    const world = session?.world;
    const tick = session?.renderTick(nowMs);
    if (!session || !stage || !world || tick === null || tick === undefined) return;
    const view = session.view(tick);
    if (view === null) return;
    // Where nobody is left to be watched, the camera stays where it is.
    const body = view.self ?? view.eyes;
    if (body !== null) this.#focus = { x: body.x, y: body.y };
    this.#aim(stage);
    const own = view.self === null ? null : angleOf(this.#held.aim);
    const angle = own ?? view.eyes?.angle ?? 0;
    stage.draw(view, this.#focus, world.takeEvents(tick), own, elapsedMs);
    const { rttMs, line } = session;
    this.#hud.update(world, { view, focus: this.#focus, angle, rttMs, line, nowMs });
    document.documentElement.dataset.snapshots = String(session.snapshotCount);
  }

  #aim(stage: Stage): void {
    const { cursor } = this.#controls;
    const { camera } = stage;
    // The body is in the middle of the screen: the shake must not move the aim.
    const dx = (cursor.x - camera.width / 2) / camera.scale;
    const dy = (cursor.y - camera.height / 2) / camera.scale;
    this.#held.aimAlong(dx, dy);
  }
}

/** The address may choose for automated tests: ?autoplay=1&name=Ann&role=2&drop=5 */
function wishOf(query: URLSearchParams, otherwise: JoinWish): JoinWish {
  const number = (key: string, high: number, fallback: number): number => {
    const value = Number(query.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 && value <= high ? value : fallback;
  };
  return {
    name: fitName(query.get("name") ?? otherwise.name),
    role: number("role", ROLE_ANY, otherwise.role),
    drop: number("drop", DROPS_MAX, otherwise.drop),
  };
}
