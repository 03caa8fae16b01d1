/**
 * Thumbs → HeldInput: the left half of the screen moves, the right stick aims and fires
 * while it is pushed, and buttons around it cast the other skills. A button that is
 * dragged aims, one that is tapped casts where one looks already.
 */

import type { SlotAction } from "../game/bindings";
import { type HeldInput, SLOT_ACTIONS } from "../game/input";
import { aimsFirst, followed, type Place, type Push, pushOf } from "../game/touchpad";
import type { World } from "../game/world";
import type { SkillRules } from "../net/messages";
import type { Snapshot } from "../net/rows";
import type { SettingsStore } from "../settings/store";
import { el, setClass } from "./dom";
import { icon } from "./icons";
import { type Dial, dial, showDial } from "./skills";

interface Grip {
  origin: Place;
  thumb: Place;
}

const BUTTONS: readonly SlotAction[] = ["secondary", "special", "mobility"];

export class TouchControls {
  readonly #held: HeldInput;
  readonly #settings: SettingsStore;
  readonly #move = stick("move");
  readonly #aim = stick("aim");
  readonly #left = el("div", { class: "touch-half left" }, this.#move.root);
  readonly #right = el("div", { class: "touch-half right" });
  readonly #interact = el("button", { type: "button", class: "touch-help", hidden: "" });
  readonly #menu = el("button", { type: "button", class: "touch-menu", "aria-label": "Menu" });
  readonly #dials: ReadonlyMap<SlotAction, Dial>;
  readonly root: HTMLElement;
  #skills: readonly (SkillRules | null)[] = [];
  #aiming = false;
  #active = false;

  constructor(held: HeldInput, settings: SettingsStore, menu: () => void) {
    this.#held = held;
    this.#settings = settings;
    this.#dials = new Map(SLOT_ACTIONS.map((action) => [action, dial("")]));
    const primary = this.#dials.get("primary");
    if (primary !== undefined) this.#aim.root.prepend(primary.root);
    this.#interact.append(icon("help"), el("span", {}, "Help up"));
    this.#menu.append(el("i"), el("i"), el("i"));
    this.#menu.addEventListener("click", menu);
    const buttons = BUTTONS.map((action) => this.#button(action));
    this.root = el(
      "div",
      { class: "touch", hidden: "" },
      this.#left,
      this.#right,
      this.#aim.root,
      ...buttons,
      this.#interact,
      this.#menu,
    );
    this.#holdMove();
    this.#holdAim();
    this.#holdInteract();
    // Two thumbs on a phone's screen would zoom the page.
    for (const kind of ["gesturestart", "touchmove", "contextmenu", "dblclick"])
      this.root.addEventListener(kind, (event) => event.preventDefault(), { passive: false });
  }

  set shown(shown: boolean) {
    this.root.hidden = !shown;
    // The whole glass makes room for thumbs.
    document.documentElement.classList.toggle("touching", shown);
  }

  get shown(): boolean {
    return !this.root.hidden;
  }

  /** Starts over for another match, which may number its skills otherwise. */
  begin(): void {
    for (const one of this.#dials.values()) one.shown = -1;
  }

  set active(active: boolean) {
    this.#active = active;
    setClass(this.root, "asleep", !active);
  }

  update(world: World, snapshot: Snapshot, helpable: boolean): void {
    if (!this.shown) return;
    const { slots, alive } = snapshot.self;
    this.#skills = slots.map(({ skill }) => world.skill(skill));
    SLOT_ACTIONS.forEach((action, index) => {
      const shown = this.#dials.get(action);
      if (shown !== undefined) showDial(shown, index, snapshot, world);
    });
    setClass(this.root, "dead", !alive);
    this.#interact.hidden = !helpable;
  }

  #holdMove(): void {
    const { root, knob } = this.#move;
    const rest = (): void => {
      root.classList.remove("held");
      this.#held.moveAlong(null);
    };
    grip(this.#left, () => this.#active, {
      began: ({ origin }) => {
        root.classList.add("held");
        put(root, this.#left, origin);
        nudge(knob, { dx: 0, dy: 0, share: 0 });
      },
      moved: (held) => {
        const { moveSensitivity } = this.#settings.now;
        held.origin = followed(held.origin, held.thumb, moveSensitivity);
        put(root, this.#left, held.origin);
        const push = pushOf(held.origin, held.thumb, moveSensitivity);
        nudge(knob, push);
        this.#held.moveAlong(push.share > 0 ? push : null);
        // Without a thumb on the aim one looks where one goes.
        if (!this.#aiming && push.share > 0) this.#held.aimBy(push.dx, push.dy, 1);
      },
      ended: rest,
    });
  }

  /** Begins wherever the right thumb comes down, outside the buttons. */
  #holdAim(): void {
    const { root, knob } = this.#aim;
    const source = "touch primary";
    grip(this.#right, () => this.#active, {
      began: () => {
        this.#aiming = true;
        root.classList.add("held");
      },
      moved: (held) => {
        const push = pushOf(held.origin, held.thumb, this.#settings.now.aimSensitivity);
        nudge(knob, push);
        if (push.share > 0) {
          this.#held.aimBy(push.dx, push.dy, push.share);
          this.#held.press(source, "primary");
        } else this.#held.release(source);
      },
      ended: () => {
        this.#aiming = false;
        root.classList.remove("held");
        nudge(knob, { dx: 0, dy: 0, share: 0 });
        this.#held.release(source);
      },
    });
  }

  #button(action: SlotAction): HTMLElement {
    const shown = this.#dials.get(action);
    const pointer = el("i", { class: "touch-drag" });
    const root = el("div", { class: `touch-skill ${action}` }, shown?.root ?? null, pointer);
    const source = `touch ${action}`;
    let later = false;
    grip(root, () => this.#active, {
      began: () => {
        root.classList.add("held");
        this.#aiming = true;
        later = aimsFirst(this.#skills[SLOT_ACTIONS.indexOf(action)] ?? null);
        if (!later) this.#held.press(source, action);
      },
      moved: (held) => {
        const push = pushOf(held.origin, held.thumb, this.#settings.now.aimSensitivity);
        setClass(root, "dragged", push.share > 0);
        if (push.share <= 0) return;
        this.#held.aimBy(push.dx, push.dy, push.share);
        pointer.style.rotate = `${Math.atan2(push.dy, push.dx)}rad`;
        pointer.style.setProperty("--push", push.share.toFixed(2));
      },
      ended: (cancelled) => {
        root.classList.remove("held", "dragged");
        this.#aiming = false;
        // A tap: the next command holds it once.
        if (later && !cancelled) this.#held.press(source, action);
        this.#held.release(source);
      },
    });
    return root;
  }

  #holdInteract(): void {
    grip(this.#interact, () => this.#active, {
      began: () => this.#held.press("touch interact", "interact"),
      moved: () => undefined,
      ended: () => this.#held.release("touch interact"),
    });
  }
}

interface GripEvents {
  began(grip: Grip): void;
  moved(grip: Grip): void;
  ended(cancelled: boolean): void;
}

/** One thumb at a time on one element, from down to up, wherever it goes meanwhile. */
function grip(element: HTMLElement, allowed: () => boolean, events: GripEvents): void {
  let pointer: number | null = null;
  let held: Grip | null = null;
  const placeOf = ({ clientX, clientY }: PointerEvent): Place => ({ x: clientX, y: clientY });
  const end = (event: PointerEvent, cancelled: boolean): void => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    held = null;
    events.ended(cancelled);
  };
  element.addEventListener("pointerdown", (event) => {
    if (pointer !== null || !allowed()) return;
    event.preventDefault();
    pointer = event.pointerId;
    element.setPointerCapture(event.pointerId);
    held = { origin: placeOf(event), thumb: placeOf(event) };
    events.began(held);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || held === null) return;
    held.thumb = placeOf(event);
    events.moved(held);
  });
  element.addEventListener("pointerup", (event) => end(event, false));
  element.addEventListener("pointercancel", (event) => end(event, true));
}

function stick(name: string): { root: HTMLElement; knob: HTMLElement } {
  const knob = el("i", { class: "touch-knob" });
  return { root: el("div", { class: `touch-stick ${name}` }, knob), knob };
}

function put(root: HTMLElement, within: HTMLElement, { x, y }: Place): void {
  const bounds = within.getBoundingClientRect();
  root.style.left = `${x - bounds.left}px`;
  root.style.top = `${y - bounds.top}px`;
}

function nudge(knob: HTMLElement, { dx, dy, share }: Push): void {
  knob.style.translate = `${(dx * share * 42).toFixed(1)}px ${(dy * share * 42).toFixed(1)}px`;
}
