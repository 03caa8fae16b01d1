/**
 * The page as a whole: which screen is shown, and one frame after another.
 *
 *   title → connecting → playing → dead → over → (again: connecting)
 *                  ↘        ↕
 *            refused / lost ← reconnecting
 */

import { Ears } from "./audio/ears";
import { Speaker } from "./audio/speaker";
import { Connection, type Errand } from "./connection";
import type { PageAction } from "./game/bindings";
import { angleOf } from "./game/direction";
import { HeldInput } from "./game/input";
import type { WorldView } from "./game/interpolate";
import { Session } from "./game/session";
import { fallenMate } from "./game/situation";
import type { World } from "./game/world";
import { fetchConfig, fetchMatchInfo } from "./net/config";
import { fetchTicket, fetchWatch, type Ticket } from "./net/door";
import type { Kill, Refusal, Result } from "./net/messages";
import { DROP_ANYWHERE, ROLE_ANY } from "./net/protocol";
import type { JoinWish } from "./net/wire";
import { FrameRate } from "./render/framerate";
import type { Stage } from "./render/stage";
import type { Settings } from "./settings/schema";
import { SettingsStore } from "./settings/store";
import { Comeback } from "./ui/comeback";
import { dress, hasSoundRing, isCalm } from "./ui/comfort";
import { Controls } from "./ui/controls";
import { Hud } from "./ui/hud";
import { LinePanel } from "./ui/linepanel";
import { remember, remembered } from "./ui/memory";
import { isWinner, Overlays } from "./ui/overlays";
import { Records } from "./ui/records";
import { SettingsScreen } from "./ui/settings";
import type { SpectateActions } from "./ui/spectate";
import { Tally } from "./ui/tally";
import { Title } from "./ui/title";
import { TouchControls } from "./ui/touch";
import { wishOf } from "./wish";

type State =
  | ("title" | "connecting" | "playing" | "watching" | "dead" | "over")
  | ("refused" | "reconnecting" | "lost" | "no-webgl");

/** A frame that took longer than this was a pause, not motion. */
const FRAME_MAX_MS = 100;
/** How often it is looked whether an attempt to reconnect is due: also in a hidden tab. */
const WATCH_MS = 200;
export class App {
  readonly #settings = new SettingsStore({
    read: () => remembered("settings"),
    write: (text) => remember("settings", text),
  });
  readonly #held = new HeldInput();
  readonly #hud = new Hud(this.#settings);
  readonly #panel = new LinePanel();
  readonly #frames = new FrameRate();
  readonly #overlays = new Overlays();
  readonly #settingsScreen = new SettingsScreen(this.#settings);
  readonly #title = new Title(this.#settings, {
    play: (wish) => this.#join(wish),
    watch: (wish) => this.#watch(wish),
    open: () => this.#openMenu(),
    profile: () => this.#records.profile.show(),
    boards: () => this.#records.boards.show(),
  });
  readonly #records = new Records();
  readonly #tally = new Tally();
  readonly #touch = new TouchControls(this.#held, this.#settings, () => this.#openMenu());
  readonly #speaker = new Speaker(this.#settings);
  readonly #ears = new Ears(this.#speaker, this.#hud.sounds);
  readonly #connection = new Connection<Session>(
    {
      ready: () => this.#ready(),
      ask: (errand) => this.#ask(errand),
      open: ({ url, ticket }, resumeTick, events) =>
        new Session(url, { ticket, resumeTick }, this.#held, events),
      random: Math.random,
    },
    {
      welcomed: (world) => this.#welcomed(world),
      killed: (kill) => this.#killed(kill),
      resulted: (result) => this.#resulted(result),
      silent: () => this.#activate(false),
      broken: (why) => this.#broken(why),
      refused: (refusal) => this.#refused(refusal),
      lost: (message, joined) => this.#lost(message, joined),
    },
  );
  readonly #comeback = new Comeback({
    hurry: () => this.#connection.reconnect.hurry(performance.now()),
    again: () => this.#join(this.#wish),
    toTitle: () => this.#toTitle(),
  });
  readonly #surface = document.createElement("div");
  readonly #controls: Controls;
  readonly #stageReady: Promise<Stage | null>;
  #stage: Stage | null = null;
  #wish: JoinWish = { name: "", role: ROLE_ANY, drop: DROP_ANYWHERE };
  /** What broke the line. */
  #why = "";
  #touched = window.matchMedia("(pointer: coarse)").matches;
  #focus = { x: 0, y: 0 };
  #lastMs = performance.now();

  constructor(root: HTMLElement) {
    this.#surface.className = "surface";
    const asked = (action: PageAction): void => this.#asked(action);
    this.#controls = new Controls(this.#held, this.#surface, this.#settings, asked);
    root.replaceChildren(
      this.#surface,
      this.#hud.root,
      this.#panel.root,
      this.#touch.root,
      this.#title.root,
      this.#overlays.root,
      this.#comeback.root,
      this.#settingsScreen.root,
      ...this.#records.roots,
    );
    dress(this.#settings, (settings) => this.#wear(settings));
    this.#stageReady = this.#prepareStage();
  }

  start(query: URLSearchParams): void {
    for (const kind of ["pointerdown", "pointermove"] as const)
      window.addEventListener(kind, (event) => this.#pointed(event), { capture: true });
    document.addEventListener("click", ({ target }) => {
      const pressed = target instanceof Element && target.closest("button, input, label") !== null;
      if (pressed) this.#speaker.play("press");
    });
    window.addEventListener("online", () => this.#connection.reconnect.hurry(performance.now()));
    window.setInterval(() => this.#watchLine(), WATCH_MS);
    requestAnimationFrame(() => this.#frame());
    if (query.get("autoplay") === "1") this.#join(wishOf(query, this.#title.wish));
    else this.#toTitle();
    void fetchMatchInfo().then((info) => {
      this.#title.offer(info);
      this.#records.offer(info);
    });
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
    this.#wear(this.#settings.now);
    return this.#stage;
  }

  #join(wish: JoinWish, fresh = false): void {
    this.#wish = wish;
    this.#begin({ kind: "play", wish, fresh });
  }

  #watch(wish: JoinWish): void {
    this.#wish = wish;
    this.#begin({ kind: "watch", name: wish.name });
  }

  #begin(errand: Errand): void {
    // The match just left stays in the picture until the next one is there.
    if (this.#title.shown) this.#title.showBackdrop();
    this.#enter("connecting");
    this.#tally.stop();
    this.#hud.spectate.hide();
    this.#overlays.connecting(() => this.#toTitle());
    this.#connection.start(errand);
  }

  /** Throws an Error whose message can be shown to the player. */
  async #ready(): Promise<boolean> {
    if ((await this.#stageReady) === null) return false;
    await fetchConfig(window.location);
    return true;
  }

  #ask(errand: Errand): Promise<Ticket> {
    const pocket = {
      get: () => remembered("token"),
      put: (token: string) => remember("token", token),
    };
    return errand.kind === "watch"
      ? fetchWatch(errand.name, pocket, window.location)
      : fetchTicket(errand.wish, errand.fresh, pocket, window.location);
  }

  #welcomed(world: World): void {
    const { map } = world.welcome;
    this.#focus = { x: map.width_u / 2, y: map.height_u / 2 };
    this.#stage?.show(world);
    this.#title.hide();
    this.#hud.show(world);
    this.#hud.minimap.drop = this.#wish.drop;
    this.#touch.begin();
    this.#ears.begin();
    this.#overlays.hide();
    if (world.isWatching) {
      this.#enter("watching");
      this.#hud.spectate.show({ ...this.#spectating(null), again: () => this.#join(this.#wish) });
      return;
    }
    this.#activate(!this.#settingsScreen.shown);
    this.#enter("playing");
  }

  #killed(kill: Kill): void {
    const world = this.#connection.session?.world;
    if (world === null || world === undefined) return;
    this.#hud.feed.add(kill, world);
    // KILL and RESULT may come in either order: the card gets its cause either way.
    if (kill.victim === world.selfSlot && world.result?.over === false)
      this.#resulted(world.result);
  }

  #resulted(result: Result): void {
    const world = this.#connection.session?.world;
    if (world === null || world === undefined) return;
    this.#activate(false);
    this.#settingsScreen.hide();
    this.#ears.result(result, result.over && isWinner(world, result));
    const again = (): void => this.#join(this.#wish, true);
    if (result.over) {
      this.#enter("over");
      this.#hud.spectate.hide();
      const tally = world.isWatching ? null : this.#tally.now(world.welcome.matchId);
      this.#overlays.over(world, result, tally, again, () => this.#toTitle());
      return;
    }
    this.#enter("dead");
    const card = (): void => {
      this.#hud.spectate.hide();
      this.#overlays.died(world, result, this.#tally.later(), again, () => {
        this.#overlays.hide();
        this.#hud.spectate.show({ ...this.#spectating(card), again });
      });
    };
    card();
  }

  #spectating(result: (() => void) | null): Omit<SpectateActions, "again"> {
    const turn = (by: 1 | -1): void => {
      const { session } = this.#connection;
      const slot = session?.world?.nextWatched(by) ?? null;
      if (slot !== null) session?.spectate(slot);
    };
    return { result, turn };
  }

  #broken(why: string): void {
    this.#why = why;
    this.#enter("reconnecting");
    this.#settingsScreen.hide();
    this.#overlays.hide();
  }

  #refused(refusal: Refusal): void {
    if (!this.#hud.shown) this.#title.showBackdrop();
    this.#enter("refused");
    const again = (): void => this.#join(this.#wish);
    this.#overlays.refused(refusal, again, () => this.#toTitle());
  }

  #lost(message: string, joined: boolean): void {
    if (!this.#hud.shown) this.#title.showBackdrop();
    this.#enter("lost");
    const again = (): void => this.#join(this.#wish);
    this.#overlays.lost(message, joined, again, () => this.#toTitle());
  }

  /** Tries to get back when its time has come, and says how it stands. */
  #watchLine(): void {
    const nowMs = performance.now();
    this.#connection.watch(nowMs);
    const { state } = this.#connection.reconnect;
    if (state.kind === "gave-up") this.#enter("lost");
    this.#comeback.update(state, this.#why, nowMs);
  }

  #asked(action: PageAction): void {
    if (action === "mute") this.#settings.change({ muted: !this.#settings.now.muted });
    else if (action === "figures") this.#panel.shown = !this.#panel.shown;
    else if (this.#settingsScreen.shown) this.#settingsScreen.hide();
    else if (!this.#records.hide()) this.#openMenu();
  }

  /** The match does not wait, and the screen says so. */
  #openMenu(): void {
    const { state } = document.documentElement.dataset;
    const inMatch = ["playing", "watching", "dead", "over"].includes(state ?? "");
    if (!inMatch && state !== "title") return;
    this.#activate(false);
    this.#settingsScreen.show({
      leave: inMatch ? () => this.#toTitle() : null,
      closed: () => this.#activate(document.documentElement.dataset.state === "playing"),
    });
  }

  /** Whether hands move the body, or the page. */
  #activate(active: boolean): void {
    this.#controls.active = active;
    this.#touch.active = active;
  }

  /** The last hand to move decides whether there are sticks on the glass. */
  #pointed({ pointerType }: PointerEvent): void {
    if (pointerType === "touch" || pointerType === "mouse") this.#touched = pointerType === "touch";
  }

  #wear(settings: Settings): void {
    const { palette, patterns, quality } = settings;
    this.#stage?.wish({ palette, patterns, quality, calm: isCalm(settings) });
    this.#hud.sounds.shown = hasSoundRing(settings);
    this.#hud.badge.wanted = settings.networkBadge;
  }

  #toTitle(): void {
    this.#connection.leave();
    this.#tally.stop();
    this.#activate(false);
    this.#stage?.show(null);
    this.#hud.hide();
    this.#touch.shown = false;
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
    const { session } = this.#connection;
    const stage = this.#stage;
    const world = session?.world;
    this.#frames.frame(nowMs);
    if (!session || !stage || !world) return;
    const view = session.view(nowMs);
    if (view === null) return;
    // Where nobody is left to be watched, the camera stays where it is.
    const body = view.self ?? view.eyes;
    if (body !== null) this.#focus = { x: body.x, y: body.y };
    if (!this.#touch.shown) this.#aim(stage);
    const own = view.self === null || !world.isOwn ? null : angleOf(this.#held.aim);
    const angle = own ?? view.eyes?.angle ?? 0;
    const events = world.takeEvents(view.tick, view.self);
    stage.draw(view, this.#focus, events, own, elapsedMs);
    this.#ears.hear(events, world, this.#focus, view, nowMs);
    this.#showTouch(world, view);
    const health = () => session.health(nowMs);
    this.#hud.update(world, { view, focus: this.#focus, angle, health, line: session.line, nowMs });
    this.#panel.update(() => session.measures(nowMs), this.#frames, nowMs);
    document.documentElement.dataset.snapshots = String(session.snapshotCount);
  }

  #showTouch(world: World, view: WorldView): void {
    const { shown: latest } = world;
    const wanted = this.#touched && !world.isWatching;
    if (this.#touch.shown !== wanted) this.#touch.shown = wanted;
    if (!wanted || latest === null) return;
    const mate = fallenMate(view, world.welcome.rules.revive_reach_u);
    this.#touch.update(world, latest, mate !== null && !latest.self.down);
  }

  #aim(stage: Stage): void {
    const { cursor } = this.#controls;
    const { camera } = stage;
    // The body stays where it is on the screen: the shake must not move the aim.
    const dx = (cursor.x - camera.width / 2) / camera.scale;
    const dy = (cursor.y - camera.centreY) / camera.scale;
    this.#held.aimAlong(dx, dy);
  }
}
