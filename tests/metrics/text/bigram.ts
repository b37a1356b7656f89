/**
 * A model whose every probability is known: tokens are bytes, and the next one depends on the last
 * alone. p(b | a) = (1 + 8·[b = a + 1] + [b is a letter]) / its sum, the separator among the bytes.
 */
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import type { TokenModel, TokenPrompt } from "../../../src/subject/mod.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";

const SIZE = 257;
const letter = (b: number) => b >= 97 && b <= 122;
const weight = (a: number, b: number) => 1 + (b === a + 1 ? 8 : 0) + (letter(b) ? 1 : 0);
const total = (a: number) => {
  let sum = 0;
  for (let b = 0; b < SIZE; b++) sum += weight(a, b);
  return sum;
};
const totals = Array.from({ length: SIZE }, (_, a) => total(a));

/** p(b | a). */
export const probability = (a: number, b: number) => weight(a, b) / totals[a];
/** The likeliest byte after another; of equal ones the lowest. */
export function likeliest(a: number): number {
  let best = 0;
  for (let b = 1; b < SIZE; b++) if (weight(a, b) > weight(a, best)) best = b;
  return best;
}

function written({ tokens, most, temperature = 0, row, done }: TokenPrompt): Int32Array {
  const own: number[] = [];
  const draws = hostUniform(hostKey(5, "bigram", `${row}`), most);
  for (let last = tokens[tokens.length - 1]; own.length < most;) {
    if (temperature === 0) last = likeliest(last);
    else {
      let left = draws[own.length], b = 0;
      while (b < SIZE - 1 && (left -= probability(last, b)) >= 0) b++;
      last = b;
    }
    own.push(last);
    if (last === bytesTokenizer.separator || done?.(Int32Array.from(own))) break;
  }
  return Int32Array.from(own);
}

/** The model, seeing so many tokens, and how many rows it was asked at a time. */
export function bigramModel(context = 16): TokenModel & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    tokenizer: bytesTokenizer,
    context,
    score(rows) {
      asked.push(rows.length);
      return Promise.resolve(rows.map((row) => {
        if (row.length > context + 1) throw new RangeError(`a row of ${row.length} tokens`);
        const targets = row.subarray(1);
        return {
          logProbabilities: Float64Array.from(targets, (b, t) => Math.log(probability(row[t], b))),
          greedy: Uint8Array.from(targets, (b, t) => likeliest(row[t]) === b ? 1 : 0),
        };
      }));
    },
    write: (prompts) => Promise.resolve(prompts.map(written)),
  };
}

/** ln p of a text after another byte; the separator where none is given. */
export function logProbabilityOf(text: string, before: number = bytesTokenizer.separator): number {
  let last = before, sum = 0;
  for (const byte of new TextEncoder().encode(text)) {
    sum += Math.log(probability(last, byte));
    last = byte;
  }
  return sum;
}
