/** The numbers of the line and of what is done about it, for whoever wants to see them. */

import type { Relay } from "./relay";

export interface Measures {
  readonly pingMs: number | null;
  readonly jitterMs: number | null;
  /** Share of the last seconds' ticks whose snapshot came late or not at all. */
  readonly missed: number | null;
  /** Since the newest snapshot came. */
  readonly snapshotAgeMs: number | null;
  /** Commands that wait at the server, by its last word and on average. */
  readonly lead: number | null;
  readonly meanLead: number;
  /** By how much slower than the server's ticks commands are sent. */
  readonly stretch: number;
  /** How far what is drawn lags behind what could come at best. */
  readonly delayTicks: number;
  readonly delayMs: number;
  /** Commands the server has not acknowledged. */
  readonly unacked: number;
  /** How often the server had the own body elsewhere, since it has been predicted. */
  readonly corrections: number;
  /** How often something else differed, such as mana. */
  readonly refreshes: number;
  /** Casts that were shown and not made. */
  readonly refused: number;
  readonly receivedBytesPerS: number;
  readonly sentBytesPerS: number;
}

export function measure(relay: Relay, received: number, sent: number, nowMs: number): Measures {
  const { pingMs, jitterMs, missed } = relay.health.read(nowMs);
  const { prediction } = relay.pilot;
  const { delayTicks } = relay.clock;
  return {
    ...{ pingMs, jitterMs, missed },
    snapshotAgeMs: relay.heardMs === null ? null : nowMs - relay.heardMs,
    lead: relay.lead,
    meanLead: relay.steering.meanLead,
    stretch: relay.steering.stretch,
    delayTicks,
    delayMs: delayTicks * relay.tickMs,
    unacked: prediction?.unacked ?? 0,
    corrections: prediction?.corrections ?? 0,
    refreshes: prediction?.refreshes ?? 0,
    refused: relay.casts.refused,
    receivedBytesPerS: received,
    sentBytesPerS: sent,
  };
}
