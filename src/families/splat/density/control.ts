/**
 * When density is controlled, in the measure of a training of 30,000 updates, as both papers have it.
 * @module
 */
import type { SplatState } from "../../../kernels/mod.ts";
import type { HostKey } from "../../../random/host/mod.ts";
import type { Config } from "../config.ts";
import { type ClassicRound, classicRound, lowerOpacities } from "./classic.ts";
import { mcmcRound } from "./mcmc.ts";

/** Updates of the papers' trainings. */
const PAPERS = 30_000;
/** A round's updates at least: a mean gradient needs as many views. */
const LEAST = 50;

/** Updates at which something is due, of a training of `updates`. */
export interface Rounds {
  readonly from: number;
  readonly until: number;
  readonly every: number;
  /** Updates between lowerings of opacities; Infinity: there are none. */
  readonly lower: number;
}

/** The papers' numbers, as long as the training is. */
export function roundsOf(density: Config["density"], updates: number): Rounds {
  const share = updates / PAPERS;
  const scaled = (n: number) => Math.round(n * share);
  const every = Math.max(LEAST, scaled(100)), from = scaled(500);
  switch (density) {
    case "fixed":
      return { from: Infinity, until: 0, every, lower: Infinity };
    case "mcmc":
      return { from, until: scaled(25_000), every, lower: Infinity };
    case "classic":
      return { from, until: scaled(15_000), every, lower: Math.max(4 * every, scaled(3000)) };
  }
}

/** What a round of either kind is told. */
export interface Control
  extends Pick<ClassicRound, "extent" | "halfSide" | "most" | "screenRadius"> {
  readonly density: Config["density"];
  readonly updates: number;
}

/**
 * What the splats become after `done` updates, beside what these did.
 * @param state gives them; asked only where something is due
 * @returns null: nothing is due
 */
export function controlled(
  done: number,
  state: () => SplatState,
  { density, updates, key, ...round }: Control & { readonly key: HostKey },
): SplatState | null {
  const { from, until, every, lower } = roundsOf(density, updates);
  if (done >= until) return null;
  const due = done > from && done % every === 0, lowers = done % lower === 0;
  if (!due && !lowers) return null;
  let next = state();
  if (due) {
    next = density === "mcmc"
      ? mcmcRound(next, { most: round.most, key })
      : classicRound(next, { ...round, key, prunesLarge: done > lower });
  }
  return lowers ? lowerOpacities(next) : next;
}
