/**
 * What each key and mouse button does. A source is a `KeyboardEvent.code`, by place on
 * the keyboard so that WASD works on any layout, or `mouse` and a `MouseEvent.button`.
 */

/** What can be held and goes to the server, in the order of the settings screen. */
export const HELD_ACTIONS = [
  ...["up", "left", "down", "right"],
  ...["primary", "secondary", "special", "mobility", "interact"],
] as readonly HeldAction[];
/** What the page itself does. */
export const PAGE_ACTIONS = ["menu", "mute"] as const;

export type SlotAction = "primary" | "secondary" | "special" | "mobility";
export type HeldAction = "up" | "left" | "down" | "right" | SlotAction | "interact";
export type BoundAction = HeldAction | (typeof PAGE_ACTIONS)[number];
/** What the page itself does; the figures of the line have a key that cannot be changed. */
export type PageAction = (typeof PAGE_ACTIONS)[number] | "figures";
export type Action = HeldAction | PageAction;

export const BOUND_ACTIONS: readonly BoundAction[] = [...HELD_ACTIONS, ...PAGE_ACTIONS];

/** Two sources an action; the empty text is none. */
export type Pair = readonly [first: string, second: string];
export type Bindings = Readonly<Record<BoundAction, Pair>>;

export const DEFAULT_BINDINGS: Bindings = {
  up: ["KeyW", "ArrowUp"],
  left: ["KeyA", "ArrowLeft"],
  down: ["KeyS", "ArrowDown"],
  right: ["KeyD", "ArrowRight"],
  primary: ["mouse0", ""],
  secondary: ["mouse2", ""],
  special: ["KeyQ", ""],
  mobility: ["Space", "ShiftLeft"],
  interact: ["KeyE", ""],
  menu: ["Escape", ""],
  mute: ["KeyM", ""],
};

/** Always opens the menu, whatever else does: nobody must be locked in. */
export const MENU_KEY = "Escape";
/** Always shows the figures of the line, and hides them. */
export const FIGURES_KEY = "F3";

/** Keys the browser or the system keeps for itself. */
const RESERVED = /^(Escape|Meta|OS|Control|Alt|F\d+$|ContextMenu|PrintScreen|Power|Fn)/;
const SOURCE = /^([A-Z][A-Za-z0-9]{1,23}|mouse[0-4])$/;

/** Both Shift keys are one. */
export function canonical(source: string): string {
  return source === "ShiftRight" ? "ShiftLeft" : source;
}

export function isBindable(source: string): boolean {
  return SOURCE.test(source) && !RESERVED.test(source);
}

/** With one source on two actions the first in the list has it; the settings screen says so. */
export function actionOf(bindings: Bindings, source: string): Action | null {
  const wanted = canonical(source);
  if (wanted === MENU_KEY) return "menu";
  if (wanted === FIGURES_KEY) return "figures";
  // Keys of an input method come without a code: they must not meet the empty places.
  if (wanted === "") return null;
  return BOUND_ACTIONS.find((action) => bindings[action].includes(wanted)) ?? null;
}

export function isHeld(action: Action): action is HeldAction {
  return action !== "menu" && action !== "mute" && action !== "figures";
}

/** `source` in place of what was there; the empty text clears it. */
export function rebind(
  bindings: Bindings,
  action: BoundAction,
  place: 0 | 1,
  source: string,
): Bindings {
  const [first, second] = bindings[action];
  const wanted = canonical(source);
  // The same source twice on one action is once.
  const other = place === 0 ? second : first;
  const kept = other === wanted ? "" : other;
  return { ...bindings, [action]: place === 0 ? [wanted, kept] : [kept, wanted] };
}

/** The other actions that want a source of this one. */
export function conflictsOf(bindings: Bindings, action: BoundAction): BoundAction[] {
  const own = bindings[action].filter((source) => source !== "");
  return BOUND_ACTIONS.filter(
    (other) => other !== action && bindings[other].some((source) => own.includes(source)),
  );
}

/** Action by action: what is not a pair of sources falls back to its default. */
export function readBindings(value: unknown): Bindings {
  const given = typeof value === "object" && value !== null ? value : {};
  const entries = BOUND_ACTIONS.map((action) => {
    const pair = readPair((given as Record<string, unknown>)[action], action);
    return [action, pair ?? DEFAULT_BINDINGS[action]] as const;
  });
  return Object.fromEntries(entries) as Record<BoundAction, Pair>;
}

function readPair(value: unknown, action: BoundAction): Pair | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [first, second]: unknown[] = value;
  const fits = (source: unknown): source is string =>
    typeof source === "string" &&
    (source === "" || isBindable(source) || (action === "menu" && source === MENU_KEY));
  return fits(first) && fits(second) ? [first, second] : null;
}
