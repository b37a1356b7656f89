/**
 * Tokens that an n-gram model chooses next, as language models here do: temperature, then the k likeliest,
 * then the fewest of these whose probabilities add up to p.
 * @module
 */
import { exp, log } from "../../../numeric/mod.ts";
import type { Choosing } from "../../../subject/mod.ts";
import type { Context, KneserNey } from "./kneser_ney.ts";

/** Weights by token after temperature, the largest of them 1: (p / max p)^(1/T). */
function tempered(p: Float64Array, temperature: number): Float64Array {
  const most = p.reduce((a, b) => Math.max(a, b));
  return temperature === 1
    ? p.map((one) => one / most)
    : p.map((one) => exp((log(one) - log(most)) / temperature));
}

/** What is left of weights: zeros where a token is cut. Of equal ones the lower token is the likelier. */
export function cutWeights(
  p: Float64Array,
  { temperature = 1, topK, topP = 1 }: Choosing,
): Float64Array {
  const weights = tempered(p, temperature);
  if (topK === undefined && topP >= 1) return weights;
  const order = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b)
    .slice(0, topK);
  const total = order.reduce((sum, token) => sum + weights[token], 0);
  const left = new Float64Array(weights.length);
  let before = 0;
  for (const token of order) {
    if (topP < 1 && before >= topP * total) break;
    left[token] = weights[token];
    before += weights[token];
  }
  return left;
}

/** The next token. @param uniform the next of independent uniforms in [0, 1) */
export function choose(
  model: KneserNey,
  { context, uniform, ...choosing }: Choosing & {
    readonly context: Context;
    readonly uniform: () => number;
  },
): number {
  const { temperature = 0, topK, topP = 1 } = choosing;
  if (temperature === 0) return model.likeliest(context);
  if (temperature === 1 && topK === undefined && topP >= 1) return model.draw(context, uniform);
  const weights = cutWeights(model.distribution(context), choosing);
  let left = uniform() * weights.reduce((sum, one) => sum + one, 0), last = 0;
  for (let token = 0; token < weights.length; token++) {
    if (weights[token] === 0) continue;
    last = token;
    left -= weights[token];
    if (left < 0) break;
  }
  return last;
}
