/**
 * A make-believe game server for working on the client without the real one: serves
 * dist/, api/config and match.json, and plays the canned scenes of scenes.mjs.
 *
 *   npm run build && npm run mock            then open http://127.0.0.1:8080/
 *
 * The name chooses the scene: classes, areas, shots, things, busy, fight (any other
 * name), crowd, noises, countdown, sudden, down, helping, watch, bush, edge, die, win,
 * teamwin, lose. "full" is refused, "lost" is cut off now and then, "gone" is cut off and
 * then not let in for a while, "uneven" gets its snapshots late or not at all, "broken"
 * gets garbage.
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocketServer } from "ws";
import { MATCH, mapOf, RATE, rules } from "./data.mjs";
import { Deltas } from "./payload.mjs";
import { recordsAt } from "./records.mjs";
import { messagesOf, roster, sceneOf, stateOf } from "./scenes.mjs";

const HTTP_PORT = Number(process.env.PORT ?? 8080);
const GAME_PORT = HTTP_PORT + 1;
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

createServer(async (request, response) => {
  const url = new URL(request.url, "http://x");
  const path = normalize(decodeURIComponent(url.pathname));
  const json = (body) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  if (path === "/api/config") {
    json({ game_port: GAME_PORT, game_url: null, protocol_version: 3, version: "mock" });
    return;
  }
  if (path === "/match.json") {
    json(MATCH);
    return;
  }
  const records = recordsAt(url);
  if (records !== undefined) {
    json(records);
    return;
  }
  if (path === "/api/guest") {
    response.statusCode = 201;
    json({ token: "mock", player_id: "p-mock", name: "mock" });
    return;
  }
  if (path === "/api/play" || path === "/api/watch") {
    let body = "";
    for await (const chunk of request) body += chunk;
    // The ticket is the wish itself, or what a watcher sees: there is nothing to guard here.
    const { name = "watch", role = 255 } = JSON.parse(body);
    const ticket = JSON.stringify({ name, role });
    const place = { match_id: "mock", game_port: GAME_PORT, game_url: null, expires_s: 30 };
    json(path === "/api/play" ? { ticket, ...place, resumed } : { ticket, ...place, delay_s: 15 });
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

/** Whether a line broke: then a body waits. */
let resumed = false;
/** Until when nobody called "gone" is let in. */
let goneUntilMs = 0;
const GONE_MS = 25_000;

new WebSocketServer({ port: GAME_PORT, host: "127.0.0.1" }).on("connection", (socket) => {
  let timer = null;
  let input = { seq: 0, aim: 0 };
  const deltas = new Deltas();
  let dueMs = 0;
  const send = (message) => socket.send(encode(message));
  const join = (name, wish) => {
    if (name === "full") {
      send([4, "server_full", "All 128 places are taken. One may be free in a moment.", 12]);
      socket.close(1013);
      return;
    }
    if (name === "gone" && performance.now() < goneUntilMs) {
      socket.terminate();
      return;
    }
    const scene = sceneOf(name);
    const map = mapOf(scene.shown);
    const everyone = roster(scene, name, wish);
    send([1, 3, 0, RATE, 1000, "mock", map, rules(scene.teamSize ?? 1), everyone, Number(resumed)]);
    resumed = false;
    let age = 0;
    timer = setInterval(() => {
      age += 1;
      if ((name === "lost" || name === "gone") && age === 60) {
        resumed = true;
        socket.terminate();
      }
      if (name === "gone" && age === 60) goneUntilMs = performance.now() + GONE_MS;
      if (name === "broken" && age === 60) send([2, Buffer.from([1, 2, 3])]);
      const state = stateOf(scene, age, wish, input.aim);
      const lateMs = name === "uneven" ? ([0, 30, 140, Number.NaN][age % 7] ?? 0) : 0;
      if (!Number.isNaN(lateMs)) {
        const snapshot = [2, deltas.payload(state, input.seq)];
        // None overtakes another.
        dueMs = Math.max(dueMs, performance.now() + lateMs);
        setTimeout(() => send(snapshot), dueMs - performance.now());
      }
      for (const message of messagesOf(scene, age, state.tick)) send(message);
    }, 1000 / RATE);
  };
  socket.on("message", (data) => {
    const [kind, ...fields] = decode(data);
    if (kind === 1) {
      const { name, role } = JSON.parse(fields[1]);
      join(name, role);
    }
    if (kind === 2) input = { seq: fields[0], aim: fields[2] };
    if (kind === 3) send([5, fields[0]]);
  });
  socket.on("close", () => clearInterval(timer));
});
