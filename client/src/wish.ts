/** What the address of the page asks for, for automated tests. */

import { DROPS_MAX, ROLE_ANY } from "./net/protocol";
import type { JoinWish } from "./net/wire";
import { fitName } from "./ui/name";

/** `?autoplay=1&name=Ann&role=2&drop=5`; what does not fit is left to `otherwise`. */
export function wishOf(query: URLSearchParams, otherwise: JoinWish): JoinWish {
  const number = (key: string, high: number, fallback: number): number => {
    const value = Number(query.get(key) ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 && value <= high ? value : fallback;
  };
  return {
    name: fitName(query.get("name") ?? otherwise.name),
    role: number("role", ROLE_ANY, otherwise.role),
    drop: number("drop", DROPS_MAX, otherwise.drop),
  };
}
