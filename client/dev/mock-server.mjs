/**
 * A make-believe game server for working on the client without the real one:
 * serves dist/ and /api/config, and speaks the wire protocol with a rough match
 * of wandering bots. Its rules are nobody's rules; only its bytes are right.
 *
 *   npm run build && npm run mock            then open http://127.0.0.1:8080/
 *
 * Some names make something happen: "full" and "lost" are refused and cut off,
 * "die" dies and "win" wins after a few seconds, "broken" gets garbage, "edge"
 * starts at the edge of the zone.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocketServer } from "ws";

const HTTP_PORT = Number(process.env.PORT ?? 8080);
const GAME_PORT = HTTP_PORT + 1;
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const RATE = 30;
const SIDE = 160;
const PLAYERS = 31;
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const RULES = {
  body_radius_u: 0.5,
  health_max_hp: 100,
  view_width_u: 44,
  view_height_u: 26,
  shot_radius_u: 0.12,
  shot_speed_ups: 32,
  shot_range_u: 26,
  shot_cooldown_ticks: 11,
  blast_radius_u: 3.5,
  blast_range_u: 12,
  blast_fuse_ticks: 21,
  blast_cooldown_ticks: 180,
  dash_cooldown_ticks: 90,
  dash_ticks: 6,
};

// ── HTTP ────────────────────────────────────────────────────────────────────
createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  if (path === "/api/config") {
    const config = { game_port: GAME_PORT, game_url: null, protocol_version: 1, version: "mock" };
    response.setHeader("content-type", "application/json").end(JSON.stringify(config));
    return;
  }
  try {
    const file = path === "/" ? "/index.html" : path;
    const body = await readFile(join(DIST, file));
    response.setHeader("content-type", TYPES[extname(file)] ?? "text/plain");
    // As strict as a real deployment may be: the client must live with it.
    response.setHeader(
      "content-security-policy",
      "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:; worker-src 'self' blob:",
    );
    response.end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
}).listen(HTTP_PORT, "127.0.0.1", () => console.log(`http://127.0.0.1:${HTTP_PORT}/`));

// ── The world ───────────────────────────────────────────────────────────────
const random = (low, high) => low + Math.random() * (high - low);
const walls = [];
for (let gx = 0; gx < 10; gx += 1) {
  for (let gy = 0; gy < 10; gy += 1) {
    const [x, y] = [8 + gx * 16 + random(-4, 4), 8 + gy * 16 + random(-4, 4)];
    const kind = Math.random();
    if (kind < 0.35) walls.push([x, y, 0, 0, random(0.8, 1.8)]);
    else if (kind < 0.6) walls.push([x, y, random(2, 4.5), random(0.4, 0.8), 0]);
    else if (kind < 0.8) walls.push([x, y, random(0.4, 0.7), random(1.5, 4), 0.3]);
    else walls.push([x, y, 3.5, 0.5, 0], [x - 3, y + 3, 0.5, 2.5, 0], [x + 3.6, y + 4, 0, 0, 1]);
  }
}
const inWall = (x, y, r) =>
  walls.some(([cx, cy, hx, hy, wr]) => {
    const dx = Math.max(0, Math.abs(x - cx) - hx);
    const dy = Math.max(0, Math.abs(y - cy) - hy);
    return Math.hypot(dx, dy) < wr + r;
  });

const NAMES = "Basalt Ember Kestrel Moss Quill Rook Sable Thorn Vesper Wren Yarrow Zephyr".split(
  " ",
);

function makeMatch(name) {
  const players = Array.from({ length: PLAYERS }, (_, slot) => {
    let [x, y] = [80, 80];
    do [x, y] = slot < 7 ? [random(68, 92), random(72, 88)] : [random(5, 155), random(5, 155)];
    while (inWall(x, y, 0.8));
    const bot = slot > 3;
    const title = bot ? `${NAMES[slot % NAMES.length]}-${slot}` : NAMES[slot];
    return {
      slot,
      x,
      y,
      aim: 0,
      hp: 100,
      kills: 0,
      bot,
      name: title,
      heading: random(0, 6.28),
      wait: 0,
      dash: 0,
      alive: true,
    };
  });
  Object.assign(players[0], { bot: false, name: name || "Guest" });
  return {
    tick: 1000,
    mortal: name === "die",
    players,
    shots: [],
    areas: [],
    events: [],
    nextSlot: 0,
    input: { move: 0, aim: 0, reach: 0, buttons: 0, seq: 0 },
    waits: { shot: 0, blast: 0, dash: 0 },
    zone: { x: 80, y: 80, r: name === "edge" ? 16 : 90 },
    next: { x: 84, y: 78, r: 12 },
    damage: 0,
    outbox: [],
  };
}

const index = (angle) => (Math.round((angle / (2 * Math.PI)) * 4096) + 8192) & 4095;
const angleOf = (aim) => (aim / 4096) * 2 * Math.PI;
const event = (m, kind, a, b, x, y, detail = 0) => m.events.push([kind, a, b, x, y, detail]);

function move(player, dx, dy) {
  const fits = (x, y) =>
    x > 0.5 && y > 0.5 && x < SIDE - 0.5 && y < SIDE - 0.5 && !inWall(x, y, 0.5);
  if (fits(player.x + dx, player.y)) player.x += dx;
  if (fits(player.x, player.y + dy)) player.y += dy;
}

function fire(m, player, angle) {
  const at = { x: player.x + Math.cos(angle) * 0.7, y: player.y + Math.sin(angle) * 0.7 };
  m.shots.push({
    slot: m.nextSlot++ & 1023,
    gen: 0,
    ...at,
    aim: index(angle),
    owner: player.slot,
    left: 26,
  });
  event(m, 1, player.slot, 65535, at.x, at.y);
}

function hurt(m, victim, killer, hp, cause) {
  if (!victim.alive) return;
  victim.hp -= hp;
  if (victim.slot === 0 && !m.mortal) victim.hp = Math.max(victim.hp, 20);
  if (victim.hp > 0) return;
  victim.alive = false;
  if (m.players[killer]) m.players[killer].kills += 1;
  event(m, 4, victim.slot, killer ?? 65535, victim.x, victim.y, cause);
  m.outbox.push([7, m.tick, victim.slot, killer ?? null, cause]);
  if (victim.slot === 0) m.outbox.push(resultOf(m, false, null));
}

const alive = (m) => m.players.filter((p) => p.alive).length;
const resultOf = (m, over, winner) => [
  6,
  over && winner === 0 ? 1 : alive(m) + 1,
  PLAYERS,
  m.players[0].kills,
  m.damage,
  m.tick - 1000,
  winner,
  over,
];

function steerBots(m) {
  for (const p of m.players) {
    if (p.slot === 0 || !p.alive) continue;
    if (Math.random() < 0.02) p.heading += random(-1.5, 1.5);
    const before = [p.x, p.y];
    const speed = p.dash-- > 0 ? 26 : 5;
    move(p, (Math.cos(p.heading) * speed) / RATE, (Math.sin(p.heading) * speed) / RATE);
    if (p.x === before[0] && p.y === before[1]) p.heading += 2;
    const foe = m.players.find((q) => q !== p && q.alive && Math.hypot(q.x - p.x, q.y - p.y) < 14);
    const look = foe ? Math.atan2(foe.y - p.y, foe.x - p.x) : p.heading;
    p.aim = index(look);
    if (foe && --p.wait < 0) {
      p.wait = random(12, 40);
      fire(m, p, look + random(-0.15, 0.15));
      if (Math.random() < 0.08) throwBlast(m, p, foe.x + random(-2, 2), foe.y + random(-2, 2));
      if (Math.random() < 0.1) {
        p.dash = 6;
        event(m, 5, p.slot, 65535, p.x, p.y);
      }
    }
  }
}

function throwBlast(m, p, x, y) {
  m.areas.push({
    slot: m.nextSlot++ & 1023,
    gen: 1,
    x,
    y,
    fuse: RULES.blast_fuse_ticks,
    owner: p.slot,
  });
}

function actSelf(m) {
  const [p, { move: way, aim, reach, buttons }] = [m.players[0], m.input];
  for (const key of ["shot", "blast", "dash"]) m.waits[key] = Math.max(0, m.waits[key] - 1);
  if (!p.alive) return;
  p.aim = aim;
  if (buttons & 8 && m.waits.dash === 0) {
    m.waits.dash = RULES.dash_cooldown_ticks;
    p.dash = 6;
    event(m, 5, 0, 65535, p.x, p.y);
  }
  const speed = p.dash-- > 0 ? 26 : 7;
  if (buttons & 1)
    move(p, (Math.cos(angleOf(way)) * speed) / RATE, (Math.sin(angleOf(way)) * speed) / RATE);
  if (buttons & 2 && m.waits.shot === 0) {
    m.waits.shot = RULES.shot_cooldown_ticks;
    fire(m, p, angleOf(aim));
  }
  if (buttons & 4 && m.waits.blast === 0) {
    m.waits.blast = RULES.blast_cooldown_ticks;
    const far = (reach / 255) * RULES.blast_range_u;
    throwBlast(m, p, p.x + Math.cos(angleOf(aim)) * far, p.y + Math.sin(angleOf(aim)) * far);
  }
}

function flyShots(m) {
  m.shots = m.shots.filter((s) => {
    for (let part = 0; part < 4; part += 1) {
      s.x += (Math.cos(angleOf(s.aim)) * 32) / RATE / 4;
      s.y += (Math.sin(angleOf(s.aim)) * 32) / RATE / 4;
      const out = s.x < 0 || s.y < 0 || s.x > SIDE || s.y > SIDE;
      if (out || inWall(s.x, s.y, 0.12)) {
        event(m, 6, s.owner, 65535, s.x, s.y);
        return false;
      }
      const victim = m.players.find(
        (p) => p.alive && p.slot !== s.owner && Math.hypot(p.x - s.x, p.y - s.y) < 0.62,
      );
      if (victim) {
        event(m, 2, s.owner, victim.slot, s.x, s.y, 12);
        if (s.owner === 0) m.damage += 12;
        hurt(m, victim, s.owner, 12, 0);
        return false;
      }
    }
    s.left -= 32 / RATE;
    return s.left > 0;
  });
}

function burnAreas(m) {
  m.areas = m.areas.filter((a) => {
    a.fuse -= 1;
    if (a.fuse > 0) return true;
    event(m, 3, a.owner, 65535, a.x, a.y, RULES.blast_radius_u * 4);
    for (const p of m.players) {
      if (p.alive && Math.hypot(p.x - a.x, p.y - a.y) < 4) {
        event(m, 2, a.owner, p.slot, p.x, p.y, 34);
        hurt(m, p, a.owner, 34, 1);
      }
    }
    return false;
  });
}

function step(m) {
  m.tick += 1;
  m.events = [];
  actSelf(m);
  steerBots(m);
  flyShots(m);
  burnAreas(m);
  const start = 1000 + 15 * RATE;
  if (m.tick > start && m.zone.r > m.next.r) {
    m.zone.r -= 78 / (40 * RATE);
    m.zone.x += 4 / (40 * RATE);
  }
  for (const p of m.players) {
    if (p.alive && Math.hypot(p.x - m.zone.x, p.y - m.zone.y) > m.zone.r)
      hurt(m, p, undefined, 3 / RATE, 2);
  }
}

// ── The snapshot, as docs/protocol.md draws it ──────────────────────────────
function snapshot(m) {
  const me = m.players[0];
  const near = (e) => Math.abs(e.x - me.x) <= 22 && Math.abs(e.y - me.y) <= 13;
  const seen = m.players.filter((p) => p.alive && near(p));
  const shots = m.shots.filter(near);
  const areas = m.areas.filter(near);
  const events = m.events.filter(([, , , x, y]) => near({ x, y }));
  const size = 64 + seen.length * 10 + shots.length * 11 + areas.length * 13 + events.length * 10;
  const buffer = Buffer.alloc(size);
  const place = (v) => Math.max(0, Math.min(65535, Math.round(v * 64)));
  const shrinking = m.tick > 1000 + 15 * RATE && m.zone.r > m.next.r;
  buffer.writeUInt32LE(m.tick, 0);
  buffer.writeUInt32LE(m.input.seq, 4);
  [0, alive(m)].forEach((v, i) => {
    buffer.writeUInt16LE(v, 8 + 2 * i);
  });
  [0, 1, shrinking ? 1 : m.tick > 1000 + 15 * RATE ? 2 : 0, me.alive ? 1 : 0].forEach((v, i) => {
    buffer.writeUInt8(v, 12 + i);
  });
  buffer.writeUInt32LE(1000 + (shrinking ? 55 : 15) * RATE, 16);
  [m.zone.x, m.zone.y, m.zone.r, m.next.x, m.next.y, m.next.r].forEach((v, i) => {
    buffer.writeInt32LE(Math.round(v * 256), 20 + 4 * i);
  });
  const { shot, blast, dash } = m.waits;
  const own = [
    Math.max(0, me.hp) * 64,
    me.kills,
    shot,
    blast,
    dash,
    seen.length,
    shots.length,
    areas.length,
    events.length,
  ];
  own.forEach((v, i) => {
    buffer.writeUInt16LE(Math.round(v), 44 + 2 * i);
  });
  let at = 64;
  const u16 = (...values) => {
    for (const v of values) at = buffer.writeUInt16LE(v, at);
  };
  const u8 = (...values) => {
    for (const v of values) at = buffer.writeUInt8(v, at);
  };
  for (const p of seen) {
    u16(p.slot, place(p.x), place(p.y), p.aim);
    u8(Math.max(1, Math.round((p.hp / 100) * 255)), (p.dash > 0 ? 1 : 0) | (p.bot ? 2 : 0));
  }
  for (const s of shots) {
    u16(s.slot);
    u8(s.gen);
    u16(place(s.x), place(s.y), s.aim, s.owner);
  }
  for (const a of areas) {
    u16(a.slot);
    u8(a.gen);
    u16(place(a.x), place(a.y), RULES.blast_radius_u * 64, a.fuse, a.owner);
  }
  for (const [kind, a, b, x, y, detail] of events) {
    u8(kind);
    u16(a, b, place(x), place(y));
    u8(detail);
  }
  return buffer;
}

// ── Connections: each has a match of its own ────────────────────────────────
new WebSocketServer({ port: GAME_PORT, host: "127.0.0.1" }).on("connection", (socket) => {
  let timer = null;
  const send = (message) => socket.send(encode(message));
  const join = (name) => {
    if (name === "full") {
      send([4, "server_full", "All 128 places are taken. One may be free in a moment.", 12]);
      socket.close(1013);
      return;
    }
    const m = makeMatch(name);
    const roster = m.players.map((p) => [p.slot, p.name, p.bot]);
    const map = { name: "Mock", width_u: SIDE, height_u: SIDE, walls };
    send([1, 1, 0, RATE, m.tick, "mock", map, RULES, roster]);
    socket.match = m;
    timer = setInterval(() => beat(m, name), 1000 / RATE);
  };
  const beat = (m, name) => {
    step(m);
    const age = m.tick - 1000;
    if (name === "die" && age === 200) hurt(m, m.players[0], 5, 500, 1);
    if (name === "lost" && age === 60) socket.terminate();
    if (name === "broken" && age === 60) send([2, Buffer.from([1, 2, 3])]);
    if (name === "die" || name === "win")
      for (const p of m.players) if (p.slot > 0 && p.hp < 40) p.hp = 100;
    send([2, snapshot(m)]);
    for (const message of m.outbox.splice(0)) send(message);
    if ((name === "win" && age === 150) || (name === "die" && age === 420)) {
      send(resultOf(m, true, name === "win" ? 0 : 7));
      setTimeout(() => socket.close(1000), 4000);
      clearInterval(timer);
    }
  };
  socket.on("message", (data) => {
    const message = decode(data);
    if (message[0] === 1) join(message[2]);
    if (message[0] === 3) send([5, message[1]]);
    if (message[0] === 2 && socket.match) {
      const [, seq, way, aim, reach, buttons] = message;
      socket.match.input = { seq, move: way, aim, reach, buttons };
    }
  });
  socket.on("close", () => clearInterval(timer));
});
