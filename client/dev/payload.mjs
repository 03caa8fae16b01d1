/**
 * Plain rows → snapshot payloads, as docs/protocol.md draws them. One a connection: it keeps what it
 * has told. It does not save bytes: whatever is known is told again in full.
 */

const u = (value) => Math.max(0, Math.min(65_535, Math.round(value * 64)));
const share = (value) => Math.max(0, Math.min(255, Math.round((value ?? 0) * 255)));
const turn = (angle, steps) => {
  const index = Math.round(((angle ?? 0) / (2 * Math.PI)) * steps);
  return ((index % steps) + steps) % steps;
};
const NOBODY = 65_535;
const NEVER = 0xffff_ffff;

class Writer {
  #bytes = [];

  u8(...values) {
    for (const value of values) this.#bytes.push(value & 0xff);
    return this;
  }

  u16(...values) {
    for (const value of values) this.u8(value, value >> 8);
    return this;
  }

  u32(...values) {
    for (const value of values) this.u8(value, value >> 8, value >> 16, value >>> 24);
    return this;
  }

  f64(...values) {
    for (const value of values) this.u8(...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  n(...values) {
    for (const value of values)
      if (value < 128) this.u8(value);
      else this.u8((value & 127) | 128, value >> 7);
    return this;
  }

  get buffer() {
    return Buffer.from(this.#bytes);
  }
}

/** What each kind of event has: b, c(ause), (a)m(ount). */
const FORMS = ["", "c", "bcm", "bcm", "bcm", "cm", "c", "bc", "bc", "b", "", "", "c", "m"];

export class Deltas {
  #tick = null;
  #bodies = new Set();
  /** Name of a thing → its id, kind and place. */
  #things = new Map();

  /** `s` is a scene as scenes.mjs makes it; `seq` the newest input heard. */
  payload(s, seq) {
    const w = new Writer();
    const own = s.self.alive ? s.players.find(({ slot }) => slot === 0) : undefined;
    const first = this.#tick === null;
    const gap = first ? 1 : s.tick - this.#tick;
    this.#tick = s.tick;
    // FULL or SKIPPED, ACK, MOTION, GAIT, LEAD; every snapshot has the whole of match, self and hands.
    w.u8((first ? 1 : gap > 1 ? 2 : 0) | 8 | (own ? 32 : 0) | (own && first ? 64 | 128 : 0));
    w.u8(1 | 2 | (own ? 4 | 8 : 0) | 16 | 32 | 64);
    if (first) w.u32(s.tick);
    else if (gap > 1) w.u8(gap);
    w.u32(seq);
    if (own) w.f64(own.x, own.y, 0, 0, s.self.mp).u8(0);
    if (own && first) w.f64(0).u32(0).u16(0).f64(0).u8(255).u32(0, 0).u8(1);
    writeMatch(w, s);
    writeSelf(w, s, own);
    if (own) {
      writeHands(w, s);
      w.u8(s.statuses.length);
      for (const { status, stacks, left } of s.statuses) w.u8(status, stacks).u32(s.tick + left);
    }
    writeEvents(w, s.events);
    this.#writeBodies(w, s, own);
    this.#writeThings(w, s);
    return w.buffer;
  }

  #writeBodies(w, s, own) {
    const rows = new Map(s.mates.map((mate) => [mate.slot, { ...mate, flags: mate.down ? 2 : 0 }]));
    for (const player of s.players) rows.set(player.slot, player);
    if (own) rows.delete(0);
    const gone = [...this.#bodies].filter((slot) => !rows.has(slot));
    w.n(rows.size + gone.length);
    for (const slot of gone) {
      this.#bodies.delete(slot);
      w.n(slot).u8(0);
    }
    for (const [slot, p] of rows) {
      w.n(slot);
      // Everything but the short way to say where.
      if (this.#bodies.has(slot)) w.u8(0xfe);
      this.#bodies.add(slot);
      w.u16(u(p.x), u(p.y)).u8(turn(p.angle, 256), Math.max(1, share(p.health)), share(p.shield));
      w.u8(p.flags ?? 0, p.conditions ?? 0, p.level ?? 1, Math.ceil((p.hold ?? 0) * 8));
      w.u16(u(p.beam ?? 0));
    }
  }

  #writeThings(w, s) {
    const named = (kind, rows) =>
      rows.map((row) => [`${kind} ${row.slot} ${row.generation ?? 0}`, { ...row, sort: kind }]);
    const rows = new Map([
      ...named(1, s.shots),
      ...named(2, s.areas),
      ...named(3, s.obstacles),
      ...named(4, s.pickups),
    ]);
    const gone = [...this.#things].filter(([name]) => !rows.has(name));
    const changed = [...rows].filter(([name, { sort }]) => sort !== 4 || !this.#things.has(name));
    w.n(gone.length + changed.length);
    for (const [name, { id }] of gone) {
      this.#things.delete(name);
      w.n(id).u8(0);
    }
    for (const [name, row] of changed) {
      const known = this.#things.get(name);
      const id = known?.id ?? this.#freeId();
      w.n(id).u8(known === undefined ? row.sort : MASKS[row.sort]);
      WRITE[row.sort](w, row, known, s.tick);
      this.#things.set(name, { id, x: row.x, y: row.y });
    }
  }

  #freeId() {
    const taken = new Set([...this.#things.values()].map(({ id }) => id));
    let id = 0;
    while (taken.has(id)) id += 1;
    return id;
  }
}

function writeMatch(w, s) {
  const circle = ({ x, y, r }) => w.u32(...[x, y, r].map((value) => Math.round(value * 256)));
  w.u8(31).u16(s.alive, s.teamsAlive).u8(s.stage).u32(s.stageTick);
  w.u8(s.zone.phase, s.zone.state).u32(s.tick - 1, Math.max(s.tick, s.zone.changeTick));
  circle(s.zone);
  circle(s.next);
  w.u16(s.eyes ?? (s.self.alive ? 0 : NOBODY));
}

function writeSelf(w, { self }, own) {
  const flags = ["alive", "down", "channelling", "inBush", "seen", "revived"];
  w.u8(
    255,
    flags.reduce((sum, name, bit) => sum | (self[name] ? 1 << bit : 0), 0),
  );
  w.u8(own?.flags ?? 0, self.conditions);
  w.u16(...[self.hp, self.hpMax, self.mpMax, self.mp, self.shield].map((v) => Math.round(v * 32)));
  w.u16(self.kills).u8(self.assists, self.level, share(self.progress), self.combo);
  w.u8(share(self.revive)).u16(u(own?.beam ?? 0));
}

function writeHands(w, { self, tick }) {
  w.u8(15);
  for (const slot of self.slots) {
    // How long a full charge takes is not told here; a second and a half is near enough.
    const held = slot.held > 0 ? tick - Math.max(1, Math.round(slot.held * 42)) : NEVER;
    w.u8(31, slot.skill, slot.level, slot.charges);
    w.u32(tick + slot.wait, tick + slot.recharge, held);
  }
}

function writeEvents(w, events) {
  w.u8(Math.min(40, events.length));
  for (const e of events.slice(0, 40)) {
    const form = FORMS[e.kind];
    w.u8(e.kind | 128).n(e.a ?? 16_383);
    if (form.includes("b")) w.n(e.b ?? 16_383);
    if (form.includes("c")) w.u8(e.cause ?? 0);
    if (form.includes("m")) w.u16(Math.round((e.amount ?? 0) * 8));
    w.u16(u(e.x), u(e.y));
  }
}

/** Everything that may change of a kind that is known. */
const MASKS = [0, 1, 7, 2];

const way = (now, before, fallback) =>
  Math.round((before === undefined ? fallback : now - before) * 1024);

const WRITE = [
  null,
  (w, p, known) => {
    const angle = p.angle ?? 0;
    w.u16(u(p.x), u(p.y));
    w.u16(way(p.x, known?.x, 0.3 * Math.cos(angle)), way(p.y, known?.y, 0.3 * Math.sin(angle)));
    if (known === undefined) w.u16(p.owner).u8(p.skill, Math.min(255, u(p.radius)));
  },
  (w, a, _, tick) => {
    w.u16(u(a.x), u(a.y), u(a.radius), a.owner).u8(a.skill);
    w.u32(tick + a.fuse - 1, tick + a.left - 1);
  },
  (w, o, known) => {
    if (known === undefined) {
      w.u8(o.kind).f64(o.x, o.y, o.hx, o.hy, o.radius);
      w.u16(turn(o.angle, 4096)).u8(o.blocks);
    }
    w.u8(Math.max(1, share(o.health)));
  },
  (w, p) => w.u16(u(p.x), u(p.y)).u8(p.item),
];
