/** What people did, in words and figures. */

import type { BoardName, Played, Profile, Sums } from "../net/records";

/** Grouped by three, whatever the language of the browser: 12345 → "12 345". */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

function matches(count: number): string {
  return count === 1 ? "1 match" : `${grouped(count)} matches`;
}

export function meanPlace({ placement }: Sums): string {
  return placement === null ? "–" : `#${placement.toFixed(1)}`;
}

export function accuracy({ shots, hits }: Sums): string {
  return shots === 0 ? "–" : `${Math.round((100 * hits) / shots)} %`;
}

/** `7384` → "2 h 3 min" */
export function lasting(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${Math.floor(seconds)} s`;
  return minutes < 60
    ? `${minutes} min`
    : `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function dayOf(secondsUtc: number): string {
  const options = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Date(secondsUtc * 1000).toLocaleDateString("en-GB", options);
}

export function momentOf(secondsUtc: number): string {
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Date(secondsUtc * 1000).toLocaleString("en-GB", options);
}

/** How a match ended for somebody. */
export function outcome({ won, placement, reason }: Played): string {
  if (won) return "★ Won";
  if (placement > 0) return `#${placement}`;
  return reason === "finished" ? "–" : "Not decided";
}

export const BOARD_TITLES: Readonly<Record<BoardName, string>> = {
  ...{ wins: "Wins", kills: "Kills", damage: "Damage", placement: "Average place" },
};

export function boardValue(board: BoardName, value: number): string {
  return board === "placement" ? `#${value.toFixed(2)}` : grouped(value);
}

/** What a board would say of somebody who is not on it. */
export function unranked(board: BoardName, matchesMin: number, sums: Sums | null): string {
  if (sums === null || sums.matches === 0) return "You have not played such a match yet.";
  if (board === "placement") {
    if (sums.finished < matchesMin)
      return `You: ${sums.finished} of the ${matchesMin} finished matches it takes.`;
    return `You: ${meanPlace(sums)} on average in ${matches(sums.finished)}.`;
  }
  const of = { wins: sums.wins, kills: sums.kills, damage: sums.damageHp }[board];
  return `You: ${grouped(of)} in ${matches(sums.matches)}.`;
}

/** What a match that is in the profile changed there: label, what stands there now, by how much. */
export function changes({ sums, last }: Profile): [label: string, now: string, by: string][] {
  if (last === null) return [];
  const rows: [string, number, number][] = [
    [sums.matches === 1 ? "match" : "matches", sums.matches, 1],
    [sums.wins === 1 ? "win" : "wins", sums.wins, last.won ? 1 : 0],
    [sums.kills === 1 ? "kill" : "kills", sums.kills, last.kills],
    ["damage", sums.damageHp, last.damageHp],
  ];
  return rows.map(([label, now, by]) => [
    label,
    grouped(now),
    Math.round(by) === 0 ? "" : `+${grouped(by)}`,
  ]);
}
