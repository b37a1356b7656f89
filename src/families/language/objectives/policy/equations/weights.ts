/**
 * What each token of a batch of answers counts, so that a sum is the mean that was asked for. Weights
 * stand row by row, 0 after an answer's last token.
 *
 * - `tokens`: a mean over all tokens: long answers count more. Yu et al. 2025, DAPO (arXiv:2503.14476).
 * - `answers`: over answers, of means over their tokens. Shao et al. 2024 (arXiv:2402.03300), eq. 3.
 * - `constant`: over answers, of sums over their tokens by one constant, so that a token counts the same
 *   in answers of any length. Liu et al. 2025, Dr. GRPO (arXiv:2503.20783).
 * @module
 */

/** One of the ways. */
export type Normalisation = "tokens" | "answers" | "constant";

/** 1 at each row's first tokens, as many as it has, 0 after them: [rows · width]. */
export function answerMask(lengths: ArrayLike<number>, width: number): Float32Array {
  const mask = new Float32Array(lengths.length * width);
  for (let i = 0; i < lengths.length; i++) mask.fill(1, i * width, i * width + lengths[i]);
  return mask;
}

/**
 * Weights of tokens, so that Σ weight·x over some rows is their number times the mean: [rows · width].
 * @param options.most the constant of `constant`
 * @param options.parts of the rows, each a batch of its own: row i is in part i mod `parts`
 */
export function tokenWeights(
  lengths: ArrayLike<number>,
  { width, over, most, parts = 1 }: {
    readonly width: number;
    readonly over: Normalisation;
    readonly most: number;
    readonly parts?: number;
  },
): Float32Array {
  const weights = answerMask(lengths, width);
  const tokens = new Float64Array(parts), rows = new Float64Array(parts);
  for (let i = 0; i < lengths.length; i++) {
    tokens[i % parts] += lengths[i];
    rows[i % parts] += 1;
  }
  for (let i = 0; i < lengths.length; i++) {
    const part = i % parts;
    const each = over === "tokens"
      ? rows[part] / tokens[part]
      : 1 / (over === "answers" ? lengths[i] : most);
    for (let t = 0; t < lengths[i]; t++) weights[i * width + t] = each;
  }
  return weights;
}
