/**
 * Which of the answers to a prompt are kept.
 * @module
 */
import type { RespondConfig } from "./entry.ts";

/** The first of the largest. @throws RangeError of none */
export function bestOf(worth: readonly number[]): number {
  if (worth.length === 0) throw new RangeError("the best of no answers");
  let best = 0;
  worth.forEach((value, i) => {
    if (value > worth[best]) best = i;
  });
  return best;
}

/** The first of the smallest. @throws RangeError of none */
export function worstOf(worth: readonly number[]): number {
  return bestOf(worth.map((value) => -value));
}

/** Numbers of the answers that are written, by what each is worth, in their order. */
export function keptOf(
  worth: readonly number[],
  { keep, above = -Infinity }: Pick<RespondConfig, "keep" | "above">,
): number[] {
  const all = keep === "best" ? [bestOf(worth)] : [...worth.keys()];
  return keep === "all" ? all : all.filter((i) => worth[i] >= above);
}

/** The best answer and the worst; null where no two differ in what they are worth. */
export function pairOf(
  worth: readonly number[],
): { readonly chosen: number; readonly rejected: number } | null {
  const chosen = bestOf(worth), rejected = worstOf(worth);
  return worth[chosen] > worth[rejected] ? { chosen, rejected } : null;
}
