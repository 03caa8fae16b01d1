import { beforeEach, describe, expect, it } from "vitest";
import { Connection, type Errand, type Line } from "../src/connection";
import type { Ending, SessionEvents } from "../src/game/session";
import { World } from "../src/game/world";
import { DoorError } from "../src/net/door";
import type { Welcome } from "../src/net/messages";
import { welcome } from "../src/net/welcome";
import { welcomeMessage } from "./bytes";

const WISH = { name: "Ann", role: 1, drop: 0 };
const PLAY: Errand = { kind: "play", wish: WISH, fresh: true };
const ticket = (resumed = false, matchId = "m") => ({
  ticket: "k",
  url: "ws://x",
  matchId,
  resumed,
});
const lost: Ending = { kind: "lost", message: "broke", joined: true };
const refused = (code: string, retryAfterS: number | null): Ending => ({
  kind: "refused",
  refusal: { kind: "error", code, message: code, retryAfterS },
});

interface Opened extends Line {
  world: World | null;
  readonly resumeTick: number;
  readonly events: SessionEvents;
  left: boolean;
}

let asked: Errand[];
let opened: Opened[];
let heard: string[];
let answers: (ReturnType<typeof ticket> | Error)[];
let connection: Connection<Opened>;

const settle = () => new Promise((resolve) => setTimeout(resolve));
const last = () => opened.at(-1) as Opened;

beforeEach(() => {
  [asked, opened, heard, answers] = [[], [], [], []];
  const note = (what: string) => () => void heard.push(what);
  connection = new Connection<Opened>(
    {
      ready: () => Promise.resolve(true),
      ask: (errand) => {
        asked.push(errand);
        const answer = answers.shift() ?? ticket();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      open: (_, resumeTick, events) => {
        const line = { world: null, resumeTick, events, left: false };
        const leave = () => {
          one.left = true;
        };
        const one = { ...line, leave };
        opened.push(one);
        return one;
      },
      random: () => 0,
    },
    {
      welcomed: note("welcomed"),
      killed: note("killed"),
      resulted: note("resulted"),
      silent: () => undefined,
      broken: note("broken"),
      refused: ({ code }) => void heard.push(code),
      lost: note("lost"),
    },
  );
});

/** A match is entered, and a snapshot of tick 77 is there. */
async function enter(mode: Welcome["mode"] = "new"): Promise<void> {
  await settle();
  const world = new World({ ...welcome(welcomeMessage()), mode });
  Object.defineProperty(world, "latest", { value: { tick: 77 } });
  last().world = world;
  last().events.welcomed(world);
}

async function comeBack(): Promise<void> {
  connection.reconnect.hurry(0);
  connection.watch(performance.now());
  await settle();
}

describe("coming back", () => {
  it("asks for the body that waits, and for what was missed", async () => {
    connection.start(PLAY);
    await enter();
    last().events.ended(lost);
    answers = [ticket(true)];
    await comeBack();
    expect(asked).toEqual([PLAY, { ...PLAY, fresh: false }]);
    expect(last().resumeTick).toBe(77);
    await enter("back");
    expect(connection.reconnect.state).toMatchObject({ kind: "back", fresh: false });
    expect(heard).toEqual(["welcomed", "broken", "welcomed"]);
  });

  it.each([ticket(false), ticket(true, "another")])(
    "misses nothing elsewhere: %j",
    async (next) => {
      connection.start(PLAY);
      await enter();
      last().events.ended(lost);
      answers = [next];
      await comeBack();
      expect(last().resumeTick).toBe(0);
    },
  );

  it("says when the place was gone", async () => {
    connection.start(PLAY);
    await enter();
    last().events.ended(lost);
    await comeBack();
    await enter("new");
    expect(connection.reconnect.state).toMatchObject({ kind: "back", fresh: true });
  });

  it("waits as long as a refusal that passes says", async () => {
    connection.start(PLAY);
    await enter();
    last().events.ended(refused("shutting_down", 5));
    answers = [new DoorError("unavailable", "later", 40)];
    await comeBack();
    const { state } = connection.reconnect;
    expect(state.kind === "waiting" && state.dueMs - performance.now()).toBeGreaterThan(35_000);
  });

  it("gets back into its body when the server was killed and takes its matches up", async () => {
    connection.start(PLAY);
    await enter();
    last().events.ended(lost);
    const gone = new Error("The server cannot be reached.");
    answers = [gone, gone, new DoorError("unavailable", "taking up", 1), ticket(true)];
    for (let attempt = 0; attempt < 4; attempt += 1) await comeBack();
    expect(asked.length).toBe(5);
    expect(last().resumeTick).toBe(77);
    await enter("back");
    expect(connection.reconnect.state).toMatchObject({ kind: "back", fresh: false });
    expect(heard).toEqual(["welcomed", "broken", "welcomed"]);
  });

  it.each(["taken_over", "signed_out", "idle"])("leaves %s at that", async (code) => {
    connection.start(PLAY);
    await enter();
    last().events.ended(refused(code, null));
    await comeBack();
    expect(asked.length).toBe(1);
    expect(heard).toEqual(["welcomed", code]);
  });

  it("gives up where the door says no for good", async () => {
    connection.start(PLAY);
    await enter();
    last().events.ended(lost);
    answers = [new DoorError("match_over", "over", null)];
    await comeBack();
    expect(heard).toEqual(["welcomed", "broken", "match_over"]);
    expect(connection.reconnect.busy).toBe(false);
  });

  it("asks for another ticket once", async () => {
    connection.start(PLAY);
    await settle();
    last().events.ended(refused("bad_ticket", null));
    await settle();
    last().events.ended(refused("bad_ticket", null));
    await settle();
    expect(asked.length).toBe(2);
    expect(heard).toEqual(["bad_ticket"]);
  });

  it("does not hear a session that was left", async () => {
    connection.start(PLAY);
    await settle();
    const former = last();
    connection.leave();
    former.events.ended(lost);
    expect(former.left).toBe(true);
    expect(heard).toEqual([]);
  });
});
