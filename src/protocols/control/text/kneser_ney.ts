/**
 * Interpolated modified Kneser–Ney smoothing: Chen & Goodman 1998, "An Empirical Study of Smoothing
 * Techniques for Language Modeling", TR-10-98, section 3.
 *
 *   pₙ(w | h) = (a(hw) − D(a(hw))) / Σ a(hv) + γ(h) pₙ₋₁(w | h′),
 *   γ(h) = (D₁ N₁(h•) + D₂ N₂(h•) + D₃ N₃₊(h•)) / Σ a(hv),
 *
 * h′ being h without its first token; p₀ is uniform over the vocabulary. a is the count for the longest
 * n-grams, and for shorter ones the number of different tokens before them, or the count where they begin
 * a document, since nothing stands before those. After a context that was never seen pₙ is pₙ₋₁.
 * @module
 */
import { childOf, type Corpus, type Grams, gramsOf } from "./tables.ts";

/** What is taken off counts of 1, 2, and 3 or more. */
export type Discounts = readonly [number, number, number];

/** Discounts where counts of counts give none: as in KenLM. */
export const FALLBACK: Discounts = [0.5, 1, 1.5];

/**
 * Dₖ = k − (k + 1) Y tₖ₊₁/tₖ with Y = t₁/(t₁ + 2t₂), tₖ being how many n-grams have count k. Where a tₖ is
 * zero, or one isn't within (0, k], which small or odd corpora bring about, `FALLBACK`.
 * @param t t₁ … t₄
 */
export function discountsOf(t: readonly [number, number, number, number]): Discounts {
  const y = t[0] / (t[0] + 2 * t[1]);
  const found = [1, 2, 3].map((k) => k - (k + 1) * y * t[k] / t[k - 1]);
  const sound = t.every((n) => n > 0) && found.every((d, i) => d > 0 && d <= i + 1);
  return sound ? found as unknown as Discounts : FALLBACK;
}

/** One order of the model: its n-grams with what interpolation needs. */
interface Level {
  readonly grams: Grams;
  readonly discounts: Discounts;
  /** a of each n-gram. [nodes] */
  readonly counts: Uint32Array;
  /** By context, the node of its n − 1 tokens: Σ a, and γ. [contexts] */
  readonly totals: Float64Array;
  readonly gammas: Float64Array;
}

/** What of the model a run of tokens leads to: nodes of its last 1, 2, … tokens, as far as there are any. */
export type Context = readonly number[];

function adjusted({ counts, before }: Grams): Uint32Array {
  if (before === undefined) return counts;
  return before.map((n, node) => n > 0 ? n : counts[node]);
}

function levelOf(grams: Grams): Level {
  const counts = adjusted(grams);
  const t: [number, number, number, number] = [0, 0, 0, 0];
  for (const count of counts) if (count >= 1 && count <= 4) t[count - 1]++;
  const discounts = discountsOf(t);
  const contexts = grams.first.length - 1;
  const totals = new Float64Array(contexts), gammas = new Float64Array(contexts);
  for (let context = 0; context < contexts; context++) {
    let total = 0, taken = 0;
    for (let node = grams.first[context]; node < grams.first[context + 1]; node++) {
      total += counts[node];
      taken += discountOf(discounts, counts[node]);
    }
    totals[context] = total;
    gammas[context] = total === 0 ? 1 : taken / total;
  }
  return { grams, discounts, counts, totals, gammas };
}

const discountOf = (discounts: Discounts, count: number) =>
  count === 0 ? 0 : discounts[Math.min(count, 3) - 1];

/** How a model is made. */
export interface KneserNeyOptions {
  /** Tokens of the longest n-grams; 1: no context. */
  readonly order: number;
  readonly vocabulary: number;
  readonly separator: number;
}

/** See the module. Immutable once made. */
export class KneserNey {
  readonly order: number;
  readonly vocabulary: number;
  readonly #separator: number;
  readonly #levels: readonly Level[];
  /** The likeliest token after each context, by order; −1: not asked for yet. */
  readonly #likeliest: readonly Int32Array[];

  constructor(corpus: Corpus, options: KneserNeyOptions) {
    this.order = options.order;
    this.vocabulary = options.vocabulary;
    this.#separator = options.separator;
    this.#levels = gramsOf(corpus, options).map(levelOf);
    this.#likeliest = this.#levels.map(({ totals }) => new Int32Array(totals.length).fill(-1));
  }

  /** Discounts by order, from 1. */
  get discounts(): readonly Discounts[] {
    return this.#levels.map(({ discounts }) => discounts);
  }

  /** Nodes by order, from 1. */
  get sizes(): readonly number[] {
    return this.#levels.map(({ counts }) => counts.length);
  }

  /** The context that nothing is known of. */
  get nothing(): Context {
    return [];
  }

  /** The context of what was there with one token more; after a separator a document begins. */
  after(context: Context, token: number): Context {
    const next = [token];
    if (token === this.#separator) return next;
    for (let n = 2; n < this.order && n - 2 < context.length; n++) {
      const node = childOf(this.#levels[n - 1].grams, context[n - 2], token);
      if (node < 0) break;
      next.push(node);
    }
    return next;
  }

  /** The context of a run of tokens. */
  contextOf(tokens: ArrayLike<number>): Context {
    return Array.from(tokens).reduce(
      (context: Context, token) => this.after(context, token),
      this.nothing,
    );
  }

  /** Orders that know something after a context, from 1 up: the n-th's node of the context. */
  #known(context: Context): number[] {
    const nodes = [0];
    for (let n = 2; n <= this.order && n - 2 < context.length; n++) {
      if (this.#levels[n - 1].totals[context[n - 2]] === 0) break;
      nodes.push(context[n - 2]);
    }
    return nodes;
  }

  /** p(token | context), positive. */
  probability(context: Context, token: number): number {
    return this.#upTo(this.#known(context), token);
  }

  #upTo(nodes: readonly number[], token: number): number {
    let p = 1 / this.vocabulary;
    for (let n = 0; n < nodes.length; n++) {
      const { grams, counts, discounts, totals, gammas } = this.#levels[n];
      const node = n === 0 ? token : childOf(grams, nodes[n], token);
      const count = node < 0 ? 0 : counts[node], total = totals[nodes[n]];
      p = (total === 0 ? 0 : (count - discountOf(discounts, count)) / total) + gammas[nodes[n]] * p;
    }
    return p;
  }

  /** p(· | context), [vocabulary]. */
  distribution(context: Context): Float64Array {
    const p = new Float64Array(this.vocabulary).fill(1 / this.vocabulary);
    this.#known(context).forEach((parent, n) => {
      const { grams, counts, discounts, totals, gammas } = this.#levels[n];
      const gamma = gammas[parent];
      for (let token = 0; token < p.length; token++) p[token] *= gamma;
      for (let node = grams.first[parent]; node < grams.first[parent + 1]; node++) {
        if (counts[node] === 0) continue;
        const rest = counts[node] - discountOf(discounts, counts[node]);
        p[grams.token[node]] += rest / totals[parent];
      }
    });
    return p;
  }

  /**
   * The likeliest token after a context, the lowest of equal ones: one that stood there, or else the
   * likeliest after the shorter context, since what never stood there keeps its order.
   */
  likeliest(context: Context): number {
    return this.#likeliestOf(this.#known(context));
  }

  #likeliestOf(nodes: readonly number[]): number {
    const n = nodes.length - 1, parent = nodes[n], { grams } = this.#levels[n];
    const kept = this.#likeliest[n][parent];
    if (kept >= 0) return kept;
    let best = n === 0 ? 0 : this.#likeliestOf(nodes.slice(0, n)), most = this.#upTo(nodes, best);
    for (let node = grams.first[parent]; node < grams.first[parent + 1]; node++) {
      const token = grams.token[node], p = this.#upTo(nodes, token);
      if (p > most || (p === most && token < best)) [best, most] = [token, p];
    }
    this.#likeliest[n][parent] = best;
    return best;
  }

  /**
   * One token of p(· | context): from the longest context down, at each either one that stood there, by
   * its discounted count, or, with probability γ, one of the shorter context.
   * @param uniform the next of independent uniforms in [0, 1)
   */
  draw(context: Context, uniform: () => number): number {
    const nodes = this.#known(context);
    for (let n = nodes.length - 1; n >= 0; n--) {
      const { grams, counts, discounts, totals } = this.#levels[n], parent = nodes[n];
      let rest = uniform() * totals[parent];
      for (let node = grams.first[parent]; node < grams.first[parent + 1]; node++) {
        rest -= counts[node] - discountOf(discounts, counts[node]);
        if (rest < 0) return grams.token[node];
      }
    }
    return Math.min(this.vocabulary - 1, Math.floor(uniform() * this.vocabulary));
  }
}
