/** Rules, map and roster of the make-believe matches. Shapes are right, numbers are roughly so. */

export const RATE = 30;
export const SIDE = 160;

const TITLES = {
  barkskin: ["shield", { cooldown_ticks: 360, mana_mp: 22, life_ticks: 150 }],
  blink: ["dash", { cooldown_ticks: 180, mana_mp: 18, speed_ups: 46 }],
  charge: ["dash", { cooldown_ticks: 150, mana_mp: 10, speed_ups: 22 }],
  cleave: ["area", { cooldown_ticks: 18, range_u: 1.6, radius_u: 1.5 }],
  entangle: [
    "area",
    { cooldown_ticks: 240, mana_mp: 24, range_u: 11, radius_u: 2.6, delay_ticks: 21 },
  ],
  fireball: [
    "projectile",
    {
      ...{ cooldown_ticks: 105, mana_mp: 25, hold_ticks: 42, range_u: 24, radius_u: 0.3 },
      ...{ speed_ups: 20, charge_radius: 2 },
    },
  ],
  firebolt: ["projectile", { cooldown_ticks: 14, range_u: 22, radius_u: 0.14, speed_ups: 26 }],
  first_aid: ["heal", { cooldown_ticks: 420, mana_mp: 25, range_u: 5 }],
  frost_ray: ["beam", { cooldown_ticks: 150, mana_mp: 8, range_u: 13, radius_u: 0.2 }],
  longshot: ["projectile", { cooldown_ticks: 21, range_u: 30, radius_u: 0.1, speed_ups: 46 }],
  regrowth: [
    "area",
    { cooldown_ticks: 450, mana_mp: 35, range_u: 8, radius_u: 3.2, delay_ticks: 6 },
  ],
  roll: ["dash", { cooldown_ticks: 120, charges_max: 2, mana_mp: 8, speed_ups: 24 }],
  seeker: [
    "homing",
    { cooldown_ticks: 180, charges_max: 2, mana_mp: 16, radius_u: 0.2, speed_ups: 15 },
  ],
  shield_bash: ["area", { cooldown_ticks: 210, mana_mp: 20, range_u: 1.6, radius_u: 1.3 }],
  shield_wall: ["wall", { cooldown_ticks: 450, mana_mp: 35, distance_u: 2.2, half_length_u: 2.5 }],
  thorn_darts: [
    "projectile",
    {
      ...{ cooldown_ticks: 21, range_u: 16, radius_u: 0.12, speed_ups: 28 },
      ...{ fan_count: 3, fan_directions: 80 },
    },
  ],
};
const titled = (name) => name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

export const SKILLS = Object.entries(TITLES).map(([name, [kind, numbers]]) => ({
  ...{ name, title: titled(name), kind, cooldown_ticks: 30, charges_max: 1, mana_mp: 0 },
  ...{ gap_ticks: 0, mana_mp_per_tick: 0, self_status: -1, self_status_ticks: 0 },
  ...{ hold_ticks: 0, range_u: 0, radius_u: 0, speed_ups: 0, life_ticks: 0, delay_ticks: 0 },
  ...{ distance_u: 0, half_length_u: 0, charge_radius: 1, fan_count: 1, fan_directions: 0 },
  ...numbers,
}));
export const skill = (name) => SKILLS.findIndex((item) => item.name === name);

const CLASS_ROWS = [
  [
    "herbalist",
    "Regrowth under your feet, roots under theirs, thorns for whoever strikes you.",
    ["thorn_darts", "entangle", "regrowth", "barkskin"],
    [118, 6.8, 120],
  ],
  [
    "scout",
    "Every hit in a row hurts more. One miss, and you start over.",
    ["longshot", "seeker", "first_aid", "roll"],
    [100, 7.4, 80],
  ],
  [
    "warrior",
    "Blocks what comes from the front, breaks what stands in reach.",
    ["cleave", "shield_bash", "shield_wall", "charge"],
    [140, 6.8, 80],
  ],
  [
    "wizard",
    "Hold the fireball and it grows. A stun takes it out of your hands.",
    ["firebolt", "fireball", "frost_ray", "blink"],
    [100, 6.6, 120],
  ],
];
export const CLASSES = CLASS_ROWS.map(([name, blurb, skills, [, , mana_mp]]) => ({
  ...{ name, title: titled(name), blurb, skills: skills.map(skill) },
  block_half_degrees: name === "warrior" ? 55 : 0,
  // Bodies of canned scenes stay where they are.
  levels: Array.from({ length: 10 }, () => [0, mana_mp, 0]),
}));
export const role = (name) => CLASSES.findIndex((item) => item.name === name);

const plain = (rows) => rows.map(([name, kind]) => ({ name, title: titled(name), kind }));
export const STATUSES = plain([
  ["burning", "burn"],
  ["chilled", "slow"],
  ["hasted", "haste"],
  ["revealed", "reveal"],
  ["rooted", "root"],
  ["stunned", "stun"],
]).map((item) => ({
  ...item,
  ...{ stacking: "refresh", stacks_max: 1, ticks_max: 300, strength: 0.3 },
}));
export const ITEMS = plain([
  ["bandage", "health"],
  ["elixir", "mana"],
  ["lore", "experience"],
  ["rune", "upgrade"],
  ["ward", "shield"],
]);

export const rules = (teamSize) => ({
  ...{ body_radius_u: 0.5, view_width_u: 44, view_height_u: 26, team_size: teamSize },
  ...{ friendly_fire: false, level_max: 10, revive_reach_u: 1.8, revive_ticks: 90 },
  ...{ acceleration_upss: 60, down_speed_ratio: 0.35, countdown_ticks: 90, overhold_ticks: 60 },
  ...{ classes: CLASSES, skills: SKILLS, statuses: STATUSES, items: ITEMS },
});

// A fixed generator: the same map every time.
let state = 4321;
const random = (low, high) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return low + (state / 2 ** 32) * (high - low);
};
const walls = [];
const bushes = [];
for (let index = 0; index < 110; index += 1) {
  const [x, y] = [random(6, SIDE - 6), random(6, SIDE - 6)];
  // The middle is the stage of the canned scenes.
  if (Math.abs(x - 80) < 27 && Math.abs(y - 80) < 18) continue;
  const blocks = [7, 7, 7, 3, 1][index % 5];
  if (index % 4 === 0) walls.push([x, y, 0, 0, random(0.8, 2.2), 0, blocks]);
  else if (index % 4 === 1) bushes.push([x, y, random(1.6, 3)]);
  else walls.push([x, y, random(1, 5), random(0.3, 0.8), 0.1, Math.round(random(0, 4095)), blocks]);
}
walls.push([-1, 80, 1, 82, 0, 0, 7], [161, 80, 1, 82, 0, 0, 7]);
walls.push([80, -1, 82, 1, 0, 0, 7], [80, 161, 82, 1, 0, 0, 7]);
/** What the scene of things shows besides. */
const SHOWN_WALLS = [
  [64, 70, 3, 0.4, 0.1, 0, 7],
  [72, 70, 3, 0.4, 0.1, 400, 7],
  [79, 70, 0, 0, 1.2, 0, 7],
  [85, 70, 2.6, 0.25, 0.1, 0, 3],
  [92, 70, 2.6, 0.25, 0.1, 3700, 3],
  [64, 74, 2.6, 0.15, 0.1, 0, 1],
  [71, 74, 2.6, 0.15, 0.1, 512, 1],
  [79, 74.4, 2.6, 0.4, 0.1, 0, 4],
  [87, 74, 0, 0, 0.9, 0, 3],
];
const SHOWN_BUSHES = [
  [96, 76, 2.4],
  [66, 87, 2.2],
  [69.5, 88.5, 1.8],
];
export const mapOf = (shown) => ({
  ...{ name: "Caldera", width_u: SIDE, height_u: SIDE },
  walls: shown ? [...walls, ...SHOWN_WALLS] : walls,
  bushes: [...bushes, ...(shown === "bush" ? [[80, 80, 2.6]] : shown ? SHOWN_BUSHES : [])],
});

export const MATCH = {
  classes: CLASS_ROWS.map(([name, blurb, skills, [health_hp, speed_ups, mana_mp]]) => ({
    ...{ name, title: titled(name), blurb, health_hp, speed_ups, mana_mp },
    skills: skills.map((item) => ({ title: titled(item), kind: TITLES[item][0] })),
  })),
  map: mapOf(true),
  team_size: 1,
};
