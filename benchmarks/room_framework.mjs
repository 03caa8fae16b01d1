/**
 * The state of a match in a general room framework: bytes for a room without views, and for clients
 * with a view each. Reads a tick a line from a file, writes one JSON object.
 *
 * Every entity has the fields that a client draws, in the narrowest types that hold them; what has
 * not changed is not sent. Whoever has a view gets what lies in its rectangle.
 */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Encoder, schema, StateView, t } from "@colyseus/schema";

const TABLES = {
  players: {
    ...{ x: "float32", y: "float32", aim: "uint16", health: "uint16", shield: "uint16" },
    ...{ down: "uint8", flags: "uint16", team: "uint16" },
  },
  projectiles: {
    ...{ x: "float32", y: "float32", direction: "uint16", skill: "uint8", owner: "uint16" },
  },
  areas: { x: "float32", y: "float32", radius: "float32", fire_tick: "uint32" },
  pickups: { x: "float32", y: "float32", item: "uint8" },
};

const [file, viewers, halfWidth, halfHeight] = [
  process.argv[2],
  ...process.argv.slice(3).map(Number),
];

class Room {
  constructor(viewed) {
    this.rows = {};
    const fields = {};
    for (const [name, columns] of Object.entries(TABLES)) {
      const row = Object.entries(columns).map(([column, type]) => [column, t[type]()]);
      this.rows[name] = schema(Object.fromEntries(row), name);
      const map = t.map(this.rows[name]);
      fields[name] = viewed ? map.view() : map;
    }
    const State = schema(fields, "State");
    this.state = new State();
    // A hundred players and their shots do not fit into its usual 8 kB.
    Encoder.BUFFER_SIZE = 1 << 20;
    this.encoder = new Encoder(this.state);
  }

  apply(tables) {
    for (const [name, entities] of Object.entries(tables)) {
      const map = this.state[name];
      const columns = Object.entries(TABLES[name]).map((column, at) => [...column, at]);
      for (const key of [...map.keys()]) if (!(key in entities)) map.delete(key);
      for (const [key, values] of Object.entries(entities)) {
        const fresh = !map.has(key);
        const row = fresh ? new this.rows[name]() : map.get(key);
        for (const [column, type, at] of columns) {
          row[column] = type === "float32" ? values[at] : Math.max(0, Math.round(values[at]));
        }
        if (fresh) map.set(key, row);
      }
    }
  }

  /** Bytes of what has changed, the same for everybody. */
  shared() {
    const bytes = this.encoder.encode({ offset: 0 }).byteLength;
    this.encoder.discardChanges();
    return bytes;
  }

  /** The same for clients with views; `centres` are those of their rectangles. */
  viewed(eyes) {
    const it = { offset: 0 };
    for (const eye of eyes) this.#look(eye);
    this.encoder.encode(it);
    const sharedOffset = it.offset;
    const sizes = eyes.map(({ view }) => {
      it.offset = sharedOffset;
      return this.encoder.encodeView(view, sharedOffset, it).byteLength;
    });
    this.encoder.discardChanges();
    return sizes;
  }

  #look(eye) {
    const body = this.state.players.get(eye.slot);
    if (body !== undefined) [eye.x, eye.y] = [body.x, body.y];
    const seen = new Set();
    for (const name of Object.keys(TABLES)) {
      for (const row of this.state[name].values()) {
        const near = Math.abs(row.x - eye.x) <= halfWidth && Math.abs(row.y - eye.y) <= halfHeight;
        if (near) seen.add(row);
      }
    }
    for (const row of eye.seen) if (!seen.has(row)) eye.view.remove(row);
    for (const row of seen) if (!eye.seen.has(row)) eye.view.add(row);
    eye.seen = seen;
  }
}

const framed = (bytes) => bytes + (bytes < 126 ? 2 : 4);
const [open, views] = [new Room(false), new Room(true)];
const eyes = Array.from({ length: viewers }, (_, at) => ({
  ...{ slot: String(Math.floor((at * 100) / viewers)), view: new StateView(), seen: new Set() },
  ...{ x: 0, y: 0 },
}));
const [all, each] = [[], []];
for await (const line of createInterface({ input: createReadStream(file) })) {
  const tables = JSON.parse(line);
  open.apply(tables);
  views.apply(tables);
  all.push(framed(open.shared()));
  each.push(...views.viewed(eyes).map(framed));
}
// The first of each is the full state.
const later = all.slice(1);
const laterViews = each.slice(viewers);
const mean = (numbers) => numbers.reduce((sum, bytes) => sum + bytes, 0) / numbers.length;
const p99 = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length * 0.99)];
console.log(
  JSON.stringify({
    ...{ ticks: all.length, viewers },
    ...{ room_bytes_per_tick: mean(later), room_p99_bytes: p99(later), room_full_bytes: all[0] },
    ...{ view_bytes_per_tick: mean(laterViews), view_p99_bytes: p99(laterViews) },
  }),
);
