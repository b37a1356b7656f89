/**
 * Mixing by weight: of sources that are too large for their share of the bytes documents are left out,
 * by chance, so that none is repeated.
 * @module
 */
import { z } from "zod";
import { DataError } from "../base/mod.ts";
import { hostKey, uniform01 } from "../random/host/mod.ts";
import { bytesOfText } from "./pipeline/tally.ts";
import { type Decision, defineStage } from "./stage.ts";

const config = z.strictObject({
  weights: z.record(z.string(), z.number().positive()).describe(
    "of each source by its name: its share of the bytes, relative to the others'",
  ),
  seed: z.int().min(0).default(0).describe("other documents are left out with another"),
});
type Config = z.output<typeof config>;

/** Bytes by source. */
type Bytes = Map<string, number>;

/**
 * The chance of a document of each source to be kept: weight·t / bytes, with the largest t for which no
 * chance is above 1.
 * @throws DataError for a source without a weight
 */
export function chancesOf(bytes: Bytes, weights: Config["weights"]): Map<string, number> {
  for (const name of bytes.keys()) {
    if (Object.hasOwn(weights, name)) continue;
    throw new DataError(
      `mix: there are documents of ${name}, which has no weight; weights: ` +
        Object.keys(weights).join(", "),
    );
  }
  // A source whose documents are empty weighs nothing, whatever its share.
  const most = Math.min(
    ...[...bytes].filter(([, n]) => n > 0).map(([name, n]) => n / weights[name]),
  );
  return new Map(
    [...bytes].map(([name, n]) => [name, n === 0 ? 1 : Math.min(1, weights[name] * most / n)]),
  );
}

/** The stage. */
export const mix = defineStage<Config>({
  name: "mix",
  about:
    "sources in shares of the bytes: of those that have too many documents are left out by chance",
  papers: [],
  config,
  make: ({ weights, seed }) =>
    Promise.resolve({
      name: "mix",
      kind: "corpus" as const,
      begin: (): unknown => new Map<string, number>(),
      see(state, { text, from: { dataset } }) {
        const bytes = state as Bytes;
        bytes.set(dataset, (bytes.get(dataset) ?? 0) + bytesOfText(text));
      },
      settle(state) {
        const chances = chancesOf(state as Bytes, weights);
        const keys = new Map(
          [...chances.keys()].map((name) => [name, hostKey(seed, "mix", name)]),
        );
        return Promise.resolve(({ from: { dataset, index } }): Decision => {
          const draw = uniform01(keys.get(dataset)!, index), chance = chances.get(dataset)!;
          return draw < chance
            ? { keep: true }
            : { keep: false, why: "mix: share", value: draw, limit: chance };
        });
      },
    }),
});
