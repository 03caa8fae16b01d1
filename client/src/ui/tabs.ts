/** A row of tabs over one panel. Arrow keys walk it, as they do in every list of tabs. */

import { el } from "./dom";

export interface Tabs<Name extends string> {
  readonly root: HTMLElement;
  select(name: Name): void;
}

export function tabList<Name extends string>(
  label: string,
  names: readonly (readonly [name: Name, words: string])[],
  chosen: (name: Name) => void,
): Tabs<Name> {
  const tabs = names.map(([name, words]) => {
    const tab = el("button", { type: "button", role: "tab" }, words);
    tab.addEventListener("click", () => choose(name));
    return { name, tab };
  });
  const root = el(
    "div",
    { class: "tabs", role: "tablist", "aria-label": label },
    ...tabs.map(({ tab }) => tab),
  );
  const select = (wanted: Name): void => {
    for (const { name, tab } of tabs) {
      tab.setAttribute("aria-selected", String(name === wanted));
      tab.tabIndex = name === wanted ? 0 : -1;
    }
  };
  const choose = (name: Name): void => {
    select(name);
    chosen(name);
  };
  root.addEventListener("keydown", (event) => {
    const now = tabs.findIndex(({ tab }) => tab.getAttribute("aria-selected") === "true");
    const next = stepTo(event.key, now, tabs.length);
    const found = next === null ? undefined : tabs[next];
    if (found === undefined) return;
    event.preventDefault();
    choose(found.name);
    found.tab.focus();
  });
  return { root, select };
}

/** Where a key leads from one of `count` tabs; null where it leads nowhere. */
export function stepTo(key: string, now: number, count: number): number | null {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowDown" || key === "ArrowRight") return (now + 1) % count;
  if (key === "ArrowUp" || key === "ArrowLeft") return (now + count - 1) % count;
  return null;
}
