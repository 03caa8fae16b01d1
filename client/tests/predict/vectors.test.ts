import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { TABLE } from "../../src/predict/directions";
import { compare } from "./compare";
import { readVectors } from "./vectorfile";

const ROOT = new URL("../../../", import.meta.url);

it("has the committed direction table, byte for byte", () => {
  const committed = readFileSync(new URL("schema/directions.bin", ROOT));
  expect(Buffer.from(TABLE.buffer).equals(committed)).toBe(true);
});

it("moves as the kernels do, bit for bit", () => {
  const vectors = readVectors(readFileSync(new URL("tests/vectors/prediction.bin", ROOT)));
  const { steps, difference } = compare(vectors);
  expect(difference).toBeNull();
  expect(steps).toBeGreaterThan(3000);
});

it("computes with nothing that engines may round in their own way", () => {
  const folder = new URL("client/src/predict/", ROOT);
  // What fades on the screen is no part of the prediction.
  const files = readdirSync(folder).filter((name) => name !== "smoothing.ts");
  expect(files.length).toBeGreaterThan(8);
  for (const name of files) {
    const code = readFileSync(new URL(name, folder), "utf-8").replace(/\/\*.*?\*\//gs, "");
    const used = [...code.matchAll(/Math\.(\w+)/g)].map(([, called]) => called);
    const exact = ["sqrt", "floor", "ceil", "abs"];
    expect(used.filter((called) => !exact.includes(called ?? ""))).toEqual([]);
    expect(code).not.toContain("**");
  }
});
