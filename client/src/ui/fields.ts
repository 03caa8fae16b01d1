/** Rows of the settings screen: a slider, a switch, one of several. */

import { el, setText } from "./dom";

export interface Row {
  readonly root: HTMLElement;
  /** Shows what is set now. */
  refresh(): void;
}

let lastId = 0;

function freshId(): string {
  lastId += 1;
  return `field-${lastId}`;
}

export interface SliderOf {
  readonly label: string;
  readonly note?: string;
  readonly bounds: { readonly low: number; readonly high: number; readonly step: number };
  get(): number;
  set(value: number): void;
  words(value: number): string;
}

export function slider({ label, note, bounds, get, set, words }: SliderOf): Row {
  const id = freshId();
  const input = el("input", {
    ...{ type: "range", id, step: String(bounds.step) },
    ...{ min: String(bounds.low), max: String(bounds.high) },
  });
  const output = el("output", { for: id });
  const refresh = (): void => {
    input.value = String(get());
    const share = (get() - bounds.low) / (bounds.high - bounds.low);
    input.style.setProperty("--share", share.toFixed(3));
    setText(output, words(get()));
    input.setAttribute("aria-valuetext", words(get()));
  };
  input.addEventListener("input", () => {
    // Steps of 0.05 add up to more digits than anybody meant.
    set(Math.round(Number(input.value) * 100) / 100);
  });
  return { root: row(label, note, id, input, output), refresh };
}

export interface SwitchOf {
  readonly label: string;
  readonly note?: string;
  get(): boolean;
  set(value: boolean): void;
}

export function toggle({ label, note, get, set }: SwitchOf): Row {
  const id = freshId();
  const input = el("input", { type: "checkbox", role: "switch", id });
  input.addEventListener("change", () => set(input.checked));
  const refresh = (): void => {
    input.checked = get();
  };
  return { root: row(label, note, id, input), refresh };
}

export interface ChoiceOf<Name extends string> {
  readonly label: string;
  readonly note?: string;
  readonly options: readonly (readonly [name: Name, words: string])[];
  get(): Name;
  set(name: Name): void;
}

/** Radio buttons, so that arrow keys walk them. */
export function choice<Name extends string>(of: ChoiceOf<Name>): Row {
  const group = freshId();
  const radios = of.options.map(([name, words]) => {
    const input = el("input", { type: "radio", name: group, value: name });
    input.addEventListener("change", () => of.set(name));
    return { name, input, label: el("label", {}, input, el("span", {}, words)) };
  });
  const refresh = (): void => {
    const now = of.get();
    for (const { name, input } of radios) input.checked = name === now;
  };
  const root = el(
    "fieldset",
    { class: "field field-choice" },
    el("legend", {}, of.label),
    el("div", { class: "choices" }, ...radios.map(({ label }) => label)),
    of.note === undefined ? null : el("p", { class: "field-note" }, of.note),
  );
  return { root, refresh };
}

function row(
  label: string,
  note: string | undefined,
  id: string,
  ...controls: HTMLElement[]
): HTMLElement {
  const noteId = `${id}-note`;
  if (note !== undefined) controls[0]?.setAttribute("aria-describedby", noteId);
  return el(
    "div",
    { class: "field" },
    el("label", { for: id }, label),
    el("div", { class: "field-control" }, ...controls),
    note === undefined ? null : el("p", { class: "field-note", id: noteId }, note),
  );
}
