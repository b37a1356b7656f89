/**
 * How far heads reach.
 * @module
 */
import type { Hair } from "../../heads/factors.ts";

/**
 * Radius about a head's middle within which a scene of it lies, in head heights, by its hair: the
 * widest of many persons, and a little; what is farther out, as some long hair, is cut off.
 */
export const HEAD_REACH: Readonly<Record<Hair, number>> = {
  bald: 0.78,
  buzz: 0.78,
  short: 0.78,
  swept: 0.78,
  curly: 0.88,
  afro: 0.93,
  bob: 0.8,
  long: 1,
  bun: 0.96,
};

/** Radius at which shoulders are cut, in head heights. */
export const BUST = 0.76;
