/**
 * Calls back once per server tick. `setInterval` rounds to whole milliseconds and
 * so runs 1 % fast at 30 Hz, which fills the server's line of waiting inputs; this
 * timer keeps its own schedule. A hidden tab is throttled by the browser: missed
 * ticks are left out, never sent in a burst.
 */

/** `intervalMs` is asked before each wait. */
export function startPacer(intervalMs: () => number, beat: () => void): () => void {
  let due = performance.now() + intervalMs();
  let timer = 0;
  const fire = (): void => {
    const now = performance.now();
    due = Math.max(due + intervalMs(), now);
    timer = window.setTimeout(fire, due - now);
    beat();
  };
  timer = window.setTimeout(fire, intervalMs());
  return () => window.clearTimeout(timer);
}
