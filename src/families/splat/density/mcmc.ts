/**
 * Splats as samples of a Markov chain: those that can't be seen are moved onto others, and there come to
 * be more, as if each were drawn from what is there. Kheradmand et al. 2024, arXiv:2404.09591; none is
 * taken away, and a move leaves what is seen as it was.
 * @module
 */
import type { SplatState } from "../../../kernels/mod.ts";
import { log, sigmoid } from "../../../numeric/mod.ts";
import { hostFold, type HostKey, uniform53 } from "../../../random/host/mod.ts";
import { type Columns, rowOf, ROWS, takeColumns, withCopies } from "./columns.ts";
import { shared } from "./relocation.ts";

/** Opacity at which a splat counts as dead, and which no move goes below: theirs. */
export const DEAD = 0.005;
/** More splats a round, until there are as many as may be: theirs. */
export const GROWTH = 1.05;
/** The opacity that none is moved with above: its logit is finite in float32. */
const MOST_OPACITY = 1 - 2 ** -23;

const logit = (p: number) => log(p / (1 - p));

/** `draws` splats, each with a chance in proportion to its weight. */
function drawn(
  weights: Float64Array,
  { draws, key }: { draws: number; key: HostKey },
): Uint32Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i];
  return Uint32Array.from({ length: draws }, (_, d) => {
    // Below the total even where the product rounds up to it.
    const target = Math.min(uniform53(key, 0, d), 1 - 2 ** -52) * total;
    let low = 0, high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Gives splats that were copied, and their copies, opacity and size by which they are seen as one was. */
function share(state: SplatState, { from }: Columns, copied: ReadonlyMap<number, number>): void {
  const opacity = rowOf(state, ROWS.opacity);
  const scales = [0, 1, 2].map((k) => rowOf(state, ROWS.scale + k));
  const found = new Map<number, { logit: number; shrink: number }>();
  for (let i = 0; i < from.length; i++) {
    const copies = copied.get(from[i]);
    if (copies === undefined) continue;
    let now = found.get(from[i]);
    if (now === undefined) {
      const { opacity: o, scale } = shared(sigmoid(opacity[i]), copies + 1);
      now = {
        logit: logit(Math.max(DEAD, Math.min(MOST_OPACITY, o))),
        shrink: log(scale),
      };
      found.set(from[i], now);
    }
    opacity[i] = now.logit;
    for (const row of scales) row[i] += now.shrink;
  }
}

function countsOf(sources: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < sources.length; i++) {
    counts.set(sources[i], (counts.get(sources[i]) ?? 0) + 1);
  }
  return counts;
}

/** A copied splat's moments are those of what it was: it begins anew too. */
function forget({ from, goesOn }: Columns, copied: ReadonlyMap<number, number>): void {
  for (let i = 0; i < from.length; i++) if (copied.has(from[i])) goesOn[i] = 0;
}

/** Moves the dead onto living ones, drawn by their opacities. */
function relocate(state: SplatState, key: HostKey): SplatState {
  const { count } = state.form;
  const weights = Float64Array.from(rowOf(state, ROWS.opacity), (o) => sigmoid(o));
  const dead: number[] = [];
  // A splat that isn't a number is dead too.
  weights.forEach((o, i) => !(o > DEAD) && dead.push(i));
  if (dead.length === 0 || dead.length === count) return state;
  for (const i of dead) weights[i] = 0;
  const sources = drawn(weights, { draws: dead.length, key });
  const columns = withCopies(count, []), copied = countsOf(sources);
  dead.forEach((i, d) => columns.from[i] = sources[d]);
  forget(columns, copied);
  const next = takeColumns(state, columns);
  share(next, columns, copied);
  return next;
}

/** Adds copies of splats, drawn by their opacities. */
function grow(state: SplatState, { most, key }: { most: number; key: HostKey }): SplatState {
  const { count } = state.form;
  const more = Math.min(most, Math.floor(GROWTH * count)) - count;
  if (more <= 0) return state;
  const weights = Float64Array.from(rowOf(state, ROWS.opacity), (o) => sigmoid(o));
  const sources = drawn(weights, { draws: more, key }), copied = countsOf(sources);
  const columns = withCopies(count, sources);
  forget(columns, copied);
  const next = takeColumns(state, columns);
  share(next, columns, copied);
  return next;
}

/**
 * A round: the dead are moved, then there come to be more, `most` at most.
 * @returns a new state, of as many splats or more
 */
export function mcmcRound(
  state: SplatState,
  { most, key }: { readonly most: number; readonly key: HostKey },
): SplatState {
  const moved = relocate(state, hostFold(key, "relocate"));
  return grow(moved, { most, key: hostFold(key, "grow") });
}
