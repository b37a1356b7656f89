/**
 * Which implementation computes the linear algebra that metrics need: plain JavaScript, with the
 * same bits on every machine, or OpenBLAS, about a hundred times faster on wide features.
 * @module
 */
import type { LinearAlgebra } from "./linear_algebra.ts";
import { MetricUnavailable } from "../base/mod.ts";
import { hostAlgebra } from "./host.ts";
import { openblas } from "./openblas.ts";

/** What a metric's configuration can ask for. */
export type AlgebraChoice = "host" | "openblas";

/**
 * From this many dimensions on OpenBLAS is taken where it is installed. Below it plain JavaScript
 * takes seconds at most, and its bits are every machine's.
 */
export const wideFrom = 512;

/** What decides who computes. */
export interface AlgebraWish {
  /** What the metric's configuration says. */
  readonly asked?: AlgebraChoice;
  /** See `EvaluationContext`: then plain JavaScript, unless OpenBLAS is asked for by name. */
  readonly anyMachine?: boolean;
}

/**
 * Who computes with features of `dimension` numbers. Values that OpenBLAS computed carry its name as
 * their label: their last digits depend on the machine.
 * @throws MetricUnavailable where OpenBLAS is asked for by name and can't be had
 */
export function algebraFor(
  dimension: number,
  { asked, anyMachine = false }: AlgebraWish = {},
): LinearAlgebra {
  const plain = anyMachine || dimension < wideFrom;
  if (asked === "host" || (asked === undefined && plain)) return hostAlgebra;
  const found = openblas();
  if ("algebra" in found) return found.algebra;
  if (asked === "openblas") {
    throw new MetricUnavailable("not-measured", `OpenBLAS was asked for and is ${found.obstacle}`);
  }
  return hostAlgebra;
}

/**
 * Whose matrix products may help where the outcome has the same bits either way; null: nobody's.
 */
export function exactAlgebraFor(dimension: number): LinearAlgebra | null {
  const algebra = algebraFor(dimension);
  return algebra === hostAlgebra ? null : algebra;
}

/** What a value says of who computed it: nothing where that was plain JavaScript. */
export function algebraLabel({ name }: LinearAlgebra): { label?: string } {
  return name === hostAlgebra.name ? {} : { label: name };
}
