/** Plain rows → the packed snapshot payload, as docs/protocol.md draws it. */

const u = (value) => Math.max(0, Math.min(65_535, Math.round(value * 64)));
const share = (value) => Math.max(0, Math.min(255, Math.round((value ?? 0) * 255)));
const turn = (radians) => (Math.round((radians / (2 * Math.PI)) * 4096) + 8192) & 4095;

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

  get buffer() {
    return Buffer.from(this.#bytes);
  }
}

/** `s` is a scene as scenes.mjs makes it; `seq` the newest input heard. */
export function payload(s, seq) {
  const w = new Writer();
  const { self } = s;
  const flags = ["alive", "down", "channelling", "inBush", "seen", "revived"];
  const bits = flags.reduce((sum, name, bit) => sum | (self[name] ? 1 << bit : 0), 0);
  w.u32(s.tick, seq).u16(0, s.eyes ?? (self.alive ? 0 : 65_535), s.alive, s.teamsAlive);
  w.u8(s.stage, s.zone.phase, s.zone.state, bits).u32(s.stageTick, s.zone.changeTick);
  for (const circle of [s.zone, s.next])
    w.u32(...[circle.x, circle.y, circle.r].map((value) => Math.round(value * 256)));
  w.u16(...[self.hp, self.hpMax, self.mp, self.mpMax, self.shield].map((v) => Math.round(v * 32)));
  w.u16(self.kills).u8(self.assists, self.level, share(self.progress), self.combo);
  w.u8(self.conditions, share(self.revive));
  for (const slot of self.slots) {
    w.u8(slot.skill, slot.level, slot.charges, share(slot.held)).u16(slot.wait, slot.recharge);
  }
  const { players, shots, areas, obstacles, pickups, mates, events } = s;
  for (const rows of [players, shots, areas, obstacles, pickups, mates, events]) w.u16(rows.length);
  w.u8(s.statuses.length, 0);
  for (const { status, stacks, left } of s.statuses) w.u8(status, stacks, 0).u16(left);
  for (const p of players) {
    w.u16(p.slot, u(p.x), u(p.y), turn(p.angle));
    w.u8(Math.max(1, share(p.health)), share(p.shield), p.flags ?? 0, p.conditions ?? 0);
    w.u8(p.level ?? 1, share(p.hold)).u16(u(p.beam ?? 0));
  }
  for (const p of shots) {
    w.u16(p.slot)
      .u8(p.generation ?? 0)
      .u16(u(p.x), u(p.y), turn(p.angle), p.owner);
    w.u8(p.skill, Math.min(255, u(p.radius)));
  }
  for (const a of areas) {
    w.u16(a.slot)
      .u8(a.generation ?? 0)
      .u16(u(a.x), u(a.y), u(a.radius), a.fuse, a.left, a.owner);
    w.u8(a.skill);
  }
  for (const o of obstacles) {
    w.u16(o.slot).u8(0, o.kind).u16(u(o.x), u(o.y), u(o.hx), u(o.hy), u(o.radius), turn(o.angle));
    w.u8(share(o.health), o.blocks);
  }
  for (const p of pickups) w.u16(p.slot).u8(0).u16(u(p.x), u(p.y)).u8(p.item);
  for (const m of mates)
    w.u16(m.slot, u(m.x), u(m.y))
      .u8(share(m.health), m.down ? 2 : 0)
      .u16(0);
  for (const e of events) {
    w.u8(e.kind)
      .u16(e.a, e.b ?? 65_535, u(e.x), u(e.y))
      .u8(e.cause ?? 0);
    w.u16(Math.round((e.amount ?? 0) * 8)).u8(0);
  }
  return w.buffer;
}
