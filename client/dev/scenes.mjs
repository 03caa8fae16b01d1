/**
 * Canned scenes: what a snapshot may hold, arranged to be looked at. Each is chosen by
 * the name one plays under, and is a function of its age in ticks.
 */

import { CLASSES, RATE, role, skill } from "./data.mjs";

const START = 1000;
const ALL_ROLES = CLASSES.map((_, index) => index);
const ME = { x: 80, y: 80 };
const FULL = 2 * Math.PI;

/** Slots 0…3 are the own team where there are teams; every third of the others is a bot. */
export function roster(scene, name, wish) {
  const size = scene.teamSize ?? 1;
  const names = [
    "Bea",
    "Cal",
    "Dora",
    "Emil",
    "Fern",
    "Gus",
    "Hazel",
    "Ivo",
    "Juno",
    "Kit",
    "Lark",
  ];
  const own = scene.role === undefined ? (wish === 255 ? 3 : wish) : role(scene.role);
  // Enough for a scene that wants more: Lark is followed by Bea 2.
  const wanted = scene.entrants ?? names.length + 1;
  for (let index = 0; names.length + 1 < wanted; index += 1)
    names.push(`${names[index % 11]} ${Math.floor(index / 11) + 2}`);
  const others = names.map((given, index) => {
    const slot = index + 1;
    const bot = slot > 3 && slot % 3 === 0 ? 2 : 0;
    return [slot, given, bot, slot % 4, size > 1 ? Math.floor(slot / 4) : slot];
  });
  return [[0, name || "Guest", 0, own, 0], ...others];
}

function base(scene, age, own) {
  const slots = CLASSES[own].skills.map((index) => ({
    ...{ skill: index, level: 1, charges: 1, held: 0, wait: 0, recharge: 0 },
  }));
  return {
    tick: START + age,
    ...{ alive: 12, teamsAlive: scene.teamSize > 1 ? 3 : 12, stage: 1, stageTick: START - 60 },
    zone: { phase: 1, state: 0, changeTick: START + 45 * RATE, x: 80, y: 80, r: 96 },
    next: { x: 86, y: 76, r: 40 },
    self: {
      ...{ alive: true, down: false, channelling: false, inBush: false, seen: false },
      ...{ revived: false, hp: 88, hpMax: 118, mp: 74, mpMax: 120, shield: 0, kills: 2 },
      ...{ assists: 1, level: 3, progress: 0.6, combo: 0, conditions: 0, revive: 0, slots },
    },
    statuses: [],
    players: [{ slot: 0, ...ME, angle: 0, health: 0.75, level: 3 }],
    ...{ shots: [], areas: [], obstacles: [], pickups: [], mates: [], events: [] },
  };
}

const at = (slot, x, y, more = {}) => ({
  ...{ slot, x, y, angle: 0.5, health: 0.8, shield: 0, level: 1 },
  ...more,
});
const mates = (s, ...rows) => {
  for (const [slot, x, y, health, down] of rows) s.mates.push({ slot, x, y, health, down });
};

/** Every class as self would see it: mates, people, bots; flags and conditions on some. */
function classes(s, age) {
  const spin = age / 60;
  s.players[0].angle = 0.3;
  [1, 2, 3].forEach((slot, index) => {
    s.players.push(at(slot, 72 + index * 5, 74, { angle: spin, level: slot + 1 }));
  });
  for (let slot = 4; slot < 12; slot += 1) {
    const [column, line] = [(slot - 4) % 4, Math.floor((slot - 4) / 4)];
    s.players.push(at(slot, 70 + column * 6, 84 + line * 4, { angle: spin + slot }));
  }
  const conditions = [1, 2, 4, 8, 16, 32, 63, 20];
  s.players.slice(4).forEach((player, index) => {
    player.conditions = conditions[index];
  });
  s.players[1].flags = 32;
  s.players[1].shield = 0.5;
  s.players[2].flags = 2;
  s.players[2].health = 0.4;
  s.players[3].flags = 8;
  s.players[3].hold = Math.min(1, (age % 60) / 42);
  Object.assign(s.players[0], { shield: 0.35, flags: 32 });
  s.self.shield = 41;
  mates(s, [1, 72, 74, 0.8, false], [2, 77, 74, 0.4, true], [3, 120, 40, 0.8, false]);
}

/** Telegraphs of friends and foes, a lingering field, bursts in turn. */
function areas(s, age) {
  const fuse = (span, shift) => span - ((age + shift) % span);
  const left = 200 - (age % 200);
  const pulse = 15 - (age % 15);
  s.areas.push(
    { slot: 1, x: 70, y: 76, radius: 2.6, fuse: fuse(21, 0), left: fuse(21, 0), owner: 5 },
    { slot: 2, x: 78, y: 75, radius: 2.6, fuse: fuse(21, 7), left: fuse(21, 7), owner: 0 },
    { slot: 3, x: 72, y: 85, radius: 3.2, fuse: pulse, left, owner: 1 },
    { slot: 4, x: 90, y: 84, radius: 3.2, fuse: pulse, left, owner: 8 },
    { slot: 5, x: 89, y: 75, radius: 3, fuse: fuse(40, 0), left: fuse(40, 0), owner: 9 },
  );
  ["entangle", "entangle", "regrowth", "regrowth", "fireball"].forEach((name, index) => {
    s.areas[index].skill = skill(name);
    s.areas[index].generation = index < 2 || index === 4 ? Math.floor(age / 21) : 0;
  });
  const burst = (name, x, y, amount, a, every, shift) => {
    if (age % every === shift) s.events.push({ kind: 5, a, x, y, cause: skill(name), amount });
  };
  s.players.push(at(4, 79, 84.5, { angle: 0 }), at(6, 85, 88.5, { angle: -0.6 }));
  burst("cleave", 80.6, 84.5, 1.5, 4, 18, 0);
  burst("shield_bash", 86.4, 87.6, 1.3, 6, 30, 6);
  burst("entangle", 70, 76, 2.6, 5, 21, 20);
  burst("fireball", 89, 75, 3, 9, 40, 39);
  burst("regrowth", 72, 85, 3.2, 1, 15, 0);
}

/** Shots of every skill from all three sides, beams, a fan, charged ones. */
function shots(s, age) {
  const names = ["firebolt", "fireball", "longshot", "seeker", "thorn_darts"];
  const radii = [0.14, 0.6, 0.1, 0.2, 0.12];
  [0, 1, 5].forEach((owner, side) => {
    names.forEach((name, index) => {
      const x = 64 + side * 12 + ((age * 0.3) % 8);
      s.shots.push({
        ...{ slot: side * 8 + index, generation: Math.floor((age * 0.3) / 8), owner, angle: 0 },
        ...{ x, y: 71 + index * 1.7, skill: skill(name), radius: radii[index] },
      });
    });
  });
  s.players.push(at(3, 66, 84, { angle: 0.1, beam: 9, flags: 4 }));
  s.players.push(at(7, 92, 88, { angle: -2.6, beam: 6, flags: 4 }));
  s.players.push(at(11, 84, 84, { hold: 1, flags: 8, angle: -1 }));
  Object.assign(s.players[0], { hold: Math.min(1, (age % 70) / 42), flags: 8 });
  s.self.slots[1].held = s.players[0].hold;
  s.self.slots[0].wait = 7;
}

/** Crates and barriers in all states, walls by what they stop, bushes, every pickup. */
function things(s, age) {
  [1, 0.7, 0.45, 0.15].forEach((health, index) => {
    const [x, y] = [72 + index * 2.4, 79];
    const box = { kind: 1, hx: 0.6, hy: 0.6, radius: 0.05, angle: 0, blocks: 7 };
    s.obstacles.push({ slot: index, x: x - 8, y, health, ...box });
    const bar = { kind: 2, hx: 2.5, hy: 0, radius: 0.2, angle: 0.4 * index, blocks: 3 };
    s.obstacles.push({ slot: 10 + index, x: 86 + index * 3.6, y: 82, health, ...bar });
  });
  const box = { kind: 1, hx: 1, hy: 0.5, radius: 0.05, angle: 0.5, blocks: 7 };
  s.obstacles.push({ slot: 8, x: 74, y: 83, health: 0.9, ...box });
  [0, 1, 2, 3, 4].forEach((item) => {
    s.pickups.push({ slot: item, x: 74 + item * 2, y: 87, item });
  });
  s.players.push(at(5, 69.5, 88.5, { flags: 16 }));
  if (age % 60 === 10) s.events.push({ kind: 10, a: 0, x: 64, y: 84 });
  if (age % 60 === 30) s.events.push({ kind: 12, a: 0, x: 80, y: 80, cause: 3 });
  if (age % 60 === 50) s.events.push({ kind: 13, a: 0, x: 80, y: 80, amount: 4 });
}

/** Everything that can happen to oneself at once. */
function busy(s, age) {
  const { slots } = s.self;
  Object.assign(s.self, { shield: 30, combo: 4, conditions: 63, mp: 21, inBush: true, seen: true });
  Object.assign(s.players[0], { conditions: 63, shield: 0.25, flags: 48 });
  s.statuses = [0, 1, 2, 3, 4, 5].map((status) => ({
    ...{ status, stacks: status === 0 ? 3 : 1, left: 90 - (age % 90) },
  }));
  Object.assign(slots[0], { level: 4, wait: 4 });
  Object.assign(slots[1], { level: 2, charges: 1, recharge: 90 });
  Object.assign(slots[2], { level: 1, charges: 0, wait: 200, recharge: 200 });
  Object.assign(slots[3], { level: 5, charges: 2 });
  s.players.push(at(5, 84, 79, { angle: 3.1 }));
  const hit = (kind, a, b, amount, every, shift) => {
    const [x, y] = b === 0 ? [80, 80] : [84, 79];
    if (age % every === shift)
      s.events.push({ kind, a, b, x, y, amount, cause: skill("firebolt") });
  };
  hit(2, 5, 0, 14, 40, 0);
  hit(2, 0, 5, 31, 40, 12);
  hit(3, 5, 0, 9, 40, 20);
  hit(4, 0, 0, 6, 40, 28);
  hit(2, 0, 5, 0.4, 1, 0);
}

function fight(s, age) {
  classes(s, age);
  shots(s, age);
  s.pickups.push({ slot: 1, x: 86, y: 77, item: 0 }, { slot: 2, x: 75, y: 82, item: 4 });
}

/** A hundred in view, all moving, all shooting: what a frame may cost at most. */
function crowd(s, age) {
  s.alive = 100;
  s.teamsAlive = 25;
  const seekers = ["firebolt", "longshot", "thorn_darts", "seeker"];
  for (let slot = 1; slot < 100; slot += 1) {
    const [column, line] = [slot % 12, Math.floor(slot / 12)];
    const turn = age / 40 + slot;
    const x = 62 + column * 3.2 + Math.cos(turn) * 1.1;
    const y = 70 + line * 2.5 + Math.sin(turn) * 1.1;
    const conditions = slot % 9 === 0 ? 4 : slot % 11 === 0 ? 16 : 0;
    s.players.push(at(slot, x, y, { angle: turn, level: 1 + (slot % 5), conditions }));
    const flown = (age * 0.5 + slot * 3) % 12;
    const life = Math.floor((age * 0.5 + slot * 3) / 12);
    s.shots.push({
      ...{ slot, generation: life & 255, owner: slot, angle: slot, radius: 0.12 },
      ...{ x: x + Math.cos(slot) * flown, y: y + Math.sin(slot) * flown },
      skill: skill(seekers[slot % 4]),
    });
    const fires = (age + slot * 7) % 24;
    if (fires === 0) s.events.push({ kind: 1, a: slot, x, y, cause: skill(seekers[slot % 4]) });
    if (fires === 12) s.events.push({ kind: 2, a: slot, b: (slot + 1) % 100, x, y, amount: 11 });
    if ((age + slot * 5) % 90 === 0)
      s.events.push({ kind: 5, a: slot, x, y, cause: skill("fireball"), amount: 2.2 });
  }
  for (let slot = 0; slot < 12; slot += 1) {
    const fuse = 30 - ((age + slot * 5) % 30);
    const place = { x: 64 + slot * 3, y: 72 + (slot % 4) * 5, radius: 2.4 };
    s.areas.push({ slot, ...place, fuse, left: fuse, owner: slot, skill: skill("entangle") });
  }
}

/** Noises on all sides, one after another. */
function noises(s, age) {
  const turn = Math.floor(age / 8);
  if (age % 8 !== 0) return;
  const [x, y] = [80 + Math.cos(turn) * 15, 80 + Math.sin(turn) * 10];
  const sorts = [
    { kind: 1, a: 5, cause: skill("longshot") },
    { kind: 5, a: 6, cause: skill("fireball"), amount: 2 },
    { kind: 7, a: 9, b: 7, cause: 0 },
    { kind: 12, a: 8, cause: 1 },
  ];
  s.events.push({ x, y, ...sorts[turn % 4] });
}

function down(s, age) {
  Object.assign(s.self, { down: true, hp: 42, hpMax: 118, revived: true });
  s.self.revive = (age % 90) / 90;
  Object.assign(s.players[0], { flags: 2, health: 0.36 });
  s.players.push(at(1, 81.2, 80.4, { angle: 3.4 }), at(6, 90, 84));
  mates(s, [1, 81.2, 80.4, 0.7, false], [2, 60, 40, 0.3, true]);
}

function helping(s, age) {
  s.players.push(at(1, 81.3, 80.4, { flags: 2, health: 0.5 }));
  s.self.revive = age % 200 < 60 ? 0 : ((age % 200) - 60) / 140;
  mates(s, [1, 81.3, 80.4, 0.5, true], [2, 100, 90, 0.9, false]);
}

function watch(s, age) {
  Object.assign(s.self, { alive: false, hp: 0 });
  s.eyes = 4;
  s.players = [at(4, 80 + Math.sin(age / 40) * 4, 80, { angle: age / 50 }), at(1, 84, 82)];
}

const SCENES = {
  classes: { teamSize: 4, draw: classes },
  areas: { teamSize: 4, draw: areas },
  shots: { teamSize: 4, role: "wizard", draw: shots },
  things: { draw: things, shown: true },
  busy: { role: "scout", draw: busy, shown: "bush" },
  fight: { teamSize: 4, role: "warrior", draw: fight },
  countdown: {
    draw(s, age) {
      Object.assign(s, { stage: 0, stageTick: START + 600 });
      if (age >= 600) Object.assign(s, { stage: 1, stageTick: START + 600 });
    },
  },
  sudden: {
    draw(s) {
      Object.assign(s, { stage: 2, alive: 3, stageTick: START });
      s.zone = { phase: 5, state: 2, changeTick: START, x: 80, y: 80, r: 0.1 };
      s.next = { x: 80, y: 80, r: 0 };
      s.self.hp = 24;
    },
  },
  crowd: { teamSize: 4, entrants: 100, draw: crowd },
  noises: { draw: noises },
  down: { teamSize: 4, draw: down },
  helping: { teamSize: 4, draw: helping },
  watch: { draw: watch, deathAge: 20 },
  bush: {
    shown: "bush",
    draw(s) {
      s.self.inBush = true;
      s.players[0].flags = 16;
    },
  },
  die: { draw: (s, age) => age >= 60 && watch(s, age), deathAge: 60 },
  win: { draw() {}, overAge: 60 },
  teamwin: { teamSize: 4, draw() {}, overAge: 60 },
  lose: { teamSize: 4, draw: (s, age) => age >= 30 && watch(s, age), deathAge: 30, overAge: 60 },
  edge: {
    draw(s, age) {
      s.zone = {
        phase: 2,
        state: 1,
        changeTick: START + 600,
        x: 80,
        y: 80,
        r: 14 - (age % 200) / 40,
      };
      s.next = { x: 83, y: 78, r: 7 };
      s.players.push(at(5, 88, 84));
    },
  },
};

export const sceneOf = (name) => SCENES[name] ?? SCENES.fight;

/** The state of a scene at an age; `own` is the class one plays, `aim` where one points. */
export function stateOf(scene, age, own, aim) {
  const index = scene.role === undefined ? ALL_ROLES.at(own === 255 ? 3 : own) : role(scene.role);
  const s = base(scene, age, index ?? 3);
  s.players[0].angle = (aim / 4096) * FULL;
  scene.draw(s, age);
  return s;
}

/** Messages besides snapshots that are due at this age. */
export function messagesOf(scene, age, tick) {
  const out = [];
  const causes = [skill("longshot"), skill("fireball"), 128, 240, 241, 242, 243, 244];
  if (scene.draw === fight && age % 70 === 5) {
    const turn = Math.floor(age / 70);
    const solo = [3, 5].includes(turn % 8);
    out.push([7, tick, 5 + (turn % 6), solo ? null : turn % 5, causes[turn % 8]]);
  }
  const result = (place, over, winner) => {
    const teams = scene.teamSize > 1 ? 3 : 12;
    const numbers = [4, 2, 512.5, 88, 0.4375, 812.4, 5400, 6];
    return [6, place, 12, teams, ...numbers, winner, winner === null ? null : winner >> 2, over];
  };
  if (age === scene.deathAge) {
    out.push([7, tick, 0, 4, skill("fireball")]);
    out.push(result(scene.teamSize > 1 ? 0 : 5, false, null));
  }
  if (age === scene.overAge) out.push(result(scene.deathAge ? 2 : 1, true, scene.deathAge ? 6 : 0));
  return out;
}
