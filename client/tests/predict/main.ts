/** Compares a file of vectors with the prediction: `node main.js FILE`. `make prediction` runs it. */

import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { compare } from "./compare";
import { readVectors } from "./vectorfile";

const vectors = readVectors(readFileSync(argv[2] ?? ""));
const beganMs = performance.now();
const { steps, difference } = compare(vectors);
const tookS = ((performance.now() - beganMs) / 1000).toFixed(1);
if (difference !== null) {
  console.error(`prediction: differs after ${steps} equal steps: ${difference}`);
  exit(1);
}
console.log(`prediction: ${steps} steps in ${tookS} s, no differing bit`);
