/** WELCOME and what GET match.json shares with it: the map, the rules, who takes part. */

import { fail, flag, integer, list, real, record, row, text } from "./checks";
import type {
  Circle,
  ClassRules,
  Entrant,
  GameMap,
  LevelRules,
  NamedRules,
  Rules,
  SkillRules,
  StatusRules,
  Wall,
  Welcome,
} from "./messages";
import * as P from "./protocol";

const U16_MAX = 0xffff;
export const WALLS_MAX = 20_000;
const BUSHES_MAX = 4096;
const CLASSES_MAX = 64;
/** As many as the own body has places for. */
const STATUSES = 12;
/** No world can be larger: positions are u16 in 1/64 u. */
const WORLD_SIDE_MAX_U = (U16_MAX + 1) / P.POSITION_SCALE;

const MODES = ["new", "back", "watching"] as const;

export function welcome(message: unknown[]): Welcome {
  const [, version, slot, rate, tick, matchId, map, rules, roster, mode] = row(
    message,
    "WELCOME",
    10,
  );
  const known = gameRules(rules);
  const how = integer(mode, "WELCOME.mode", 0, MODES.length - 1);
  // A watcher has no body; everybody else has.
  const slotMax = MODES[how] === "watching" ? P.NOBODY : P.NOBODY - 1;
  return {
    kind: "welcome",
    version: integer(version, "WELCOME.version", 0, U16_MAX),
    slot: integer(slot, "WELCOME.slot", 0, slotMax),
    tickRateHz: real(rate, "WELCOME.tick_rate_hz", 1, 240),
    tick: integer(tick, "WELCOME.tick", 0, P.U32_MAX),
    matchId: text(matchId, "WELCOME.match_id", 256),
    map: gameMap(map),
    rules: known,
    mode: MODES[how] ?? "new",
    roster: list(roster, "WELCOME.roster", P.NOBODY).map((item) =>
      entrant(row(item, "WELCOME.roster", 5), "WELCOME.roster"),
    ),
  };
}

export function entrant(fields: unknown[], where: string): Entrant {
  return {
    slot: integer(fields[0], `${where}.slot`, 0, P.NOBODY - 1),
    name: text(fields[1], `${where}.name`, 64),
    bot: integer(fields[2], `${where}.bot`, 0, 3),
    role: integer(fields[3], `${where}.role`, 0, 255),
    team: integer(fields[4], `${where}.team`, 0, U16_MAX),
  };
}

export function gameMap(value: unknown): GameMap {
  const map = record(value, "map");
  return {
    name: text(map.name, "map.name", 256),
    width_u: real(map.width_u, "map.width_u", 1, WORLD_SIDE_MAX_U),
    height_u: real(map.height_u, "map.height_u", 1, WORLD_SIDE_MAX_U),
    walls: list(map.walls, "map.walls", WALLS_MAX).map(wall),
    bushes: list(map.bushes, "map.bushes", BUSHES_MAX).map(bush),
  };
}

function wall(value: unknown): Wall {
  const [cx, cy, hx, hy, r, heading, blocks] = row(value, "wall", 7);
  const side = WORLD_SIDE_MAX_U;
  return {
    cx: real(cx, "wall.cx", -side, 2 * side),
    cy: real(cy, "wall.cy", -side, 2 * side),
    hx: real(hx, "wall.hx", 0, side),
    hy: real(hy, "wall.hy", 0, side),
    r: real(r, "wall.r", 0, side),
    heading: integer(heading, "wall.heading", 0, P.DIRECTIONS - 1),
    blocks: integer(blocks, "wall.blocks", 0, P.Blocks.ALL),
  };
}

function bush(value: unknown): Circle {
  const [x, y, radius] = row(value, "bush", 3);
  const side = WORLD_SIDE_MAX_U;
  return {
    x: real(x, "bush.x", -side, 2 * side),
    y: real(y, "bush.y", -side, 2 * side),
    radius: real(radius, "bush.r", 0, side),
  };
}

function gameRules(value: unknown): Rules {
  const given = record(value, "rules");
  const size = (key: string, low: number, high: number) =>
    real(given[key], `rules.${key}`, low, high);
  const count = (key: string, low: number, high: number) =>
    integer(given[key], `rules.${key}`, low, high);
  const skills = list(given.skills, "rules.skills", 128).map(skill);
  return {
    body_radius_u: size("body_radius_u", 0.01, 64),
    view_width_u: size("view_width_u", 1, WORLD_SIDE_MAX_U),
    view_height_u: size("view_height_u", 1, WORLD_SIDE_MAX_U),
    team_size: count("team_size", 1, 255),
    friendly_fire: flag(given.friendly_fire, "rules.friendly_fire"),
    level_max: count("level_max", 1, 255),
    revive_reach_u: size("revive_reach_u", 0, WORLD_SIDE_MAX_U),
    revive_ticks: count("revive_ticks", 0, U16_MAX),
    acceleration_upss: size("acceleration_upss", 0, 1e6),
    down_speed_ratio: size("down_speed_ratio", 0, 1),
    countdown_ticks: count("countdown_ticks", 0, P.U32_MAX),
    overhold_ticks: count("overhold_ticks", 0, P.U32_MAX),
    classes: list(given.classes, "rules.classes", CLASSES_MAX).map((item) =>
      classOf(item, skills.length),
    ),
    skills,
    statuses: list(given.statuses, "rules.statuses", STATUSES).map(status),
    items: list(given.items, "rules.items", 256).map((item) => named(item, "item")),
  };
}

function classOf(value: unknown, skillCount: number): ClassRules {
  const given = record(value, "class");
  const skills = row(given.skills, "class.skills", P.SKILL_SLOTS);
  return {
    name: text(given.name, "class.name", 64),
    title: text(given.title, "class.title", 64),
    blurb: text(given.blurb, "class.blurb", 256),
    skills: skills.map((index) => integer(index, "class.skills", 0, skillCount - 1)),
    block_half_degrees: real(given.block_half_degrees, "class.block_half_degrees", 0, 180),
    levels: list(given.levels, "class.levels", 255).map(level),
  };
}

function level(value: unknown): LevelRules {
  const [speed, most, gain] = row(value, "class.levels", 3);
  return {
    speed_ups: real(speed, "class.levels.speed_ups", 0, 10_000),
    mana_max_mp: real(most, "class.levels.mana_max_mp", 0, 1e6),
    mana_mp_per_tick: real(gain, "class.levels.mana_mp_per_tick", 0, 1e6),
  };
}

const STACKINGS: ReadonlySet<unknown> = new Set(["refresh", "extend", "stack", "strongest"]);

function status(value: unknown): StatusRules {
  const given = record(value, "status");
  if (!STACKINGS.has(given.stacking)) fail("status.stacking", "a way to stack", given.stacking);
  return {
    ...named(value, "status"),
    stacking: text(given.stacking, "status.stacking", 16),
    stacks_max: integer(given.stacks_max, "status.stacks_max", 1, 255),
    ticks_max: integer(given.ticks_max, "status.ticks_max", 0, P.U32_MAX),
    strength: real(given.strength, "status.strength", 0, 1e6),
  };
}

/** Allowed range of every number of a skill, and whether it is a whole one. */
const SKILL_NUMBERS: Record<
  Exclude<keyof SkillRules, "name" | "title" | "kind">,
  readonly [read: typeof integer, low: number, high: number]
> = {
  cooldown_ticks: [integer, 0, U16_MAX],
  gap_ticks: [integer, 0, U16_MAX],
  charges_max: [integer, 0, 255],
  mana_mp: [real, 0, 100_000],
  mana_mp_per_tick: [real, 0, 100_000],
  self_status: [integer, -1, STATUSES - 1],
  self_status_ticks: [integer, 0, U16_MAX],
  hold_ticks: [integer, 0, U16_MAX],
  range_u: [real, 0, 10_000],
  radius_u: [real, 0, WORLD_SIDE_MAX_U],
  speed_ups: [real, 0, 10_000],
  life_ticks: [integer, 0, U16_MAX],
  delay_ticks: [integer, 0, U16_MAX],
  distance_u: [real, 0, WORLD_SIDE_MAX_U],
  half_length_u: [real, 0, WORLD_SIDE_MAX_U],
  charge_radius: [real, 0, 1000],
  fan_count: [integer, 0, 255],
  fan_directions: [integer, 0, P.DIRECTIONS - 1],
};

function skill(value: unknown): SkillRules {
  const given = record(value, "skill");
  const numbers = Object.entries(SKILL_NUMBERS).map(([key, [read, low, high]]) => [
    key,
    read(given[key], `skill.${key}`, low, high),
  ]);
  // SKILL_NUMBERS and NamedRules hold every key of SkillRules between them: the
  // type of the table says so, Object.fromEntries forgets it.
  return { ...Object.fromEntries(numbers), ...named(value, "skill") } as SkillRules;
}

function named(value: unknown, where: string): NamedRules {
  const given = record(value, where);
  return {
    name: text(given.name, `${where}.name`, 64),
    title: text(given.title, `${where}.title`, 64),
    kind: text(given.kind, `${where}.kind`, 32),
  };
}

// --- GET match.json ---------------------------------------------------------

/** What the title screen knows of a class. */
export interface ClassCard {
  readonly name: string;
  readonly title: string;
  readonly blurb: string;
  readonly skills: readonly { readonly title: string; readonly kind: string }[];
  readonly health_hp: number;
  readonly speed_ups: number;
  readonly mana_mp: number;
}

export interface MatchInfo {
  readonly classes: readonly ClassCard[];
  readonly map: GameMap;
  readonly teamSize: number;
}

export function matchInfo(body: unknown): MatchInfo {
  const given = record(body, "match");
  const classes = list(given.classes, "match.classes", CLASSES_MAX).map(classCard);
  if (classes.length === 0) fail("match.classes", "at least one class", given.classes);
  return {
    classes,
    map: gameMap(given.map),
    teamSize: integer(given.team_size, "match.team_size", 1, 255),
  };
}

function classCard(value: unknown): ClassCard {
  const given = record(value, "class");
  const skills = row(given.skills, "class.skills", P.SKILL_SLOTS).map((item) => {
    const skillGiven = record(item, "class.skills");
    return {
      title: text(skillGiven.title, "class.skills.title", 64),
      kind: text(skillGiven.kind, "class.skills.kind", 32),
    };
  });
  return {
    name: text(given.name, "class.name", 64),
    title: text(given.title, "class.title", 64),
    blurb: text(given.blurb, "class.blurb", 256),
    skills,
    health_hp: real(given.health_hp, "class.health_hp", 0, 1e6),
    speed_ups: real(given.speed_ups, "class.speed_ups", 0, 10_000),
    mana_mp: real(given.mana_mp, "class.mana_mp", 0, 1e6),
  };
}
