/**
 * Control by reading: what a linear probe finds in the code, beside what it finds elsewhere.
 * @module
 */
import { type HostKey, hostPermutation } from "../../random/host/mod.ts";
import type { ProbeSets } from "./probe_sets.ts";
import {
  balancedAccuracy,
  type Features,
  fitChosenProbe,
  fitProbe,
  predict,
  principalScores,
  type Probe,
} from "../../algebra/mod.ts";

/**
 * Fits the probe and reads it, with the baselines it must be read beside.
 * @param options `sameForAll`: keeps the baseline that no model has a part in
 */
export async function readFactor(
  sets: ProbeSets,
  { key, sameForAll }: {
    key: (purpose: string) => HostKey;
    sameForAll: (name: string, make: () => number) => Promise<number>;
  },
): Promise<{ probe: Probe; value: number; beside: Record<string, number> }> {
  const { classes, fit, read } = sets;
  const score = (probe: Probe, x: Features) =>
    balancedAccuracy(predict(probe, x), read.labels, classes);
  const probe = fitChosenProbe(fit.codes, fit.labels, { classes });
  const order = hostPermutation(key("shuffled labels"), fit.labels.length);
  const shuffled = Int32Array.from(order, (i) => fit.labels[i]);
  const components = fit.codes.dimension;
  // As many components as pixels are the pixels again, and take minutes to find.
  const principal = components < fit.pixels.dimension
    ? principalScores({ fit: fit.pixels, apply: read.pixels }, {
      components,
      key: key("principal components"),
    })
    : null;
  return {
    probe,
    value: score(probe, read.codes),
    beside: {
      chance: 1 / new Set(read.labels).size,
      shuffled: score(fitProbe(fit.codes, shuffled, { classes, ridge: probe.ridge }), read.codes),
      rawPixels: await sameForAll(
        "raw pixels",
        () => score(fitChosenProbe(fit.pixels, fit.labels, { classes }), read.pixels),
      ),
      ...(principal === null ? {} : {
        pcaPixels: score(fitChosenProbe(principal.fit, fit.labels, { classes }), principal.apply),
      }),
    },
  };
}
