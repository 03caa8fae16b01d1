/** What the make-believe players did: enough of it for tables to have something in them. */

const START_S = 1_790_000_000;
const ROLES = ["herbalist", "scout", "warrior", "wizard"];
const MAPS = ["Caldera", "Millrace"];
const MATCHES = 47;

const noise = (index, salt) => ((index * 2654435761 + salt * 40503) >>> 7) % 997;

const played = Array.from({ length: MATCHES }, (_, index) => {
  const placement = index === MATCHES - 1 ? 1 : (noise(index, 1) % 19) + 1;
  const stopped = index === 40;
  return {
    ...{ match_id: index === MATCHES - 1 ? "mock" : `mock-${index}`, slot: 3, team: 3, level: 6 },
    ...{ started_s: START_S + index * 5000, map: MAPS[index % 2], seconds: 400 + noise(index, 2) },
    ...{ reason: stopped ? "stopped" : "finished", players: 60, bots: 52 },
    ...{ role: ROLES[noise(index, 3) % 3], placement: stopped ? 0 : placement },
    ...{ won: !stopped && placement === 1, kills: noise(index, 4) % 8, assists: index % 3 },
    ...{ knocks: 0, revives: 0, damage_hp: noise(index, 5) * 1.37, taken_hp: 300, healed_hp: 40 },
    ...{
      recorded: index > 20,
      shots: 120 + index,
      hits: 40 + (index % 30),
      distance_u: 900.5,
      items: 4,
    },
    alive_s: 100 + noise(index, 6) / 3,
  };
});

function sums(matches) {
  const total = (name) => matches.reduce((sum, match) => sum + match[name], 0);
  const finished = matches.filter(({ placement }) => placement > 0);
  const names = ["kills", "assists", "knocks", "revives", "damage_hp", "taken_hp", "healed_hp"];
  names.push("shots", "hits", "distance_u", "items", "alive_s");
  return {
    ...{ matches: matches.length, wins: matches.filter(({ won }) => won).length },
    finished: finished.length,
    placement: finished.length === 0 ? null : total("placement") / finished.length,
    ...Object.fromEntries(names.map((name) => [name, total(name)])),
  };
}

const profile = {
  ...{ player_id: "p-mock", name: "Ann", kind: "guest", since_s: START_S, sums: sums(played) },
  classes: ROLES.map((role) => [role, played.filter((match) => match.role === role)])
    .filter(([, matches]) => matches.length > 0)
    .map(([role, matches]) => ({ role, sums: sums(matches) })),
  last: played.at(-1),
};

function board(name, role) {
  const low = name === "placement";
  const count = role === "" ? 12 : 4;
  const rows = Array.from({ length: count }, (_, index) => ({
    ...{ rank: index + 1, player_id: index === 4 ? "p-mock" : `p-${index}`, matches: 90 - index },
    name: index === 4 ? "Ann" : ["<b>Rook</b>", "Ostrava", "Wilhelmina Sixte", "Ümit"][index % 4],
    value: low ? 2.15 + index * 0.37 : (count - index) * 1234.5,
  }));
  return { board: name, role: role === "" ? null : role, matches_min: low ? 10 : 1, rows };
}

/** The answer to a request, undefined where there is none. */
export function recordsAt({ pathname, searchParams }) {
  if (pathname === "/api/profile") return profile;
  if (pathname === "/api/players/p-mock/matches") {
    const newest = played.toReversed();
    const begin = Number(searchParams.get("before") ?? 0);
    const end = begin + Number(searchParams.get("limit") ?? 20);
    return { matches: newest.slice(begin, end), next: end < MATCHES ? String(end) : null };
  }
  const name = /^\/api\/leaderboards\/(wins|kills|damage|placement)$/.exec(pathname)?.[1];
  return name === undefined ? undefined : board(name, searchParams.get("role") ?? "");
}
