/**
 * Numbers drawn for texts: of the same text and seed the same, whatever else is there.
 * @module
 */
import { createHash } from "node:crypto";
import { pow } from "../../numeric/mod.ts";

/** A uniform in [0, 1) of 48 bits. */
export function uniformOf(text: string, seed: number): number {
  return createHash("sha256").update(`${seed}\n`).update(text, "utf8").digest().readUIntBE(0, 6) /
    2 ** 48;
}

/**
 * A draw of the Pareto law of the second kind (Lomax), as numpy's `pareto`: P(x > t) = (1 + t)^−α.
 * Brown et al. 2020 keep a document where it is above 1 − score, with α = 9.
 */
export function paretoOf(text: string, { seed, alpha }: { seed: number; alpha: number }): number {
  return pow(1 - uniformOf(text, seed), -1 / alpha) - 1;
}
