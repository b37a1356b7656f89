/**
 * A byte-level BPE tokenizer, from its parts.
 * @module
 */
import { type AddedToken, finderOf } from "../added.ts";
import { DataError } from "../../base/mod.ts";
import { carried } from "../carrier.ts";
import { separatorOf } from "../separator.ts";
import { splitterOf } from "../split/splitter.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { bytesWritten } from "./alphabet.ts";
import type { Merges } from "./merge.ts";
import { PairTable } from "./pairs.ts";
import type { BpeParts } from "./parts.ts";
import { Tokens } from "./tokens.ts";
import { tableOf } from "../decode.ts";
import { Words } from "./words.ts";

const utf8 = new TextEncoder();

/** The bytes of every token; those of an added token are its text. */
function bytesOfAll({ tokens, added }: BpeParts): (Uint8Array | undefined)[] {
  const bytes = Array.from(
    tokens,
    (token) => token === undefined ? undefined : bytesWritten(token) ?? utf8.encode(token),
  );
  for (const { id, content } of added) bytes[id] = utf8.encode(content);
  return bytes;
}

/**
 * @param hidden tokens that no text makes
 * @throws DataError for a merge of tokens that the vocabulary lacks
 */
function mergesOf(
  { merges }: BpeParts,
  { numbers, hidden }: {
    readonly numbers: ReadonlyMap<string, number>;
    readonly hidden: ReadonlySet<number>;
  },
): Merges {
  const ranks = new PairTable(merges.length);
  const made = new Int32Array(merges.length);
  merges.forEach(([left, right], rank) => {
    const [a, b, both] = [left, right, left + right].map((token) => numbers.get(token));
    if (a === undefined || b === undefined || both === undefined) {
      const lacking = [left, right, left + right].find((token) => !numbers.has(token));
      throw new DataError(
        `merge ${rank + 1} of this tokenizer is of ${JSON.stringify(left)} and ` +
          `${JSON.stringify(right)}, and its vocabulary has no ${JSON.stringify(lacking)}`,
      );
    }
    // Of a pair that stands twice the later counts, as in Hugging Face's.
    if (!hidden.has(both)) ranks.set([a, b], rank);
    made[rank] = both;
  });
  return { ranks, made };
}

/** Tokens by the string in which their bytes are carried. */
function wholeWords({ tokens }: BpeParts, hidden: ReadonlySet<number>): Map<string, number> {
  const whole = new Map<string, number>();
  tokens.forEach((token, id) => {
    const bytes = token === undefined || hidden.has(id) ? null : bytesWritten(token);
    if (bytes !== null) whole.set(carried(bytes), id);
  });
  return whole;
}

/**
 * A tokenizer of these parts.
 * @param digest sha256 of the file that says the same
 * @throws DataError where the parts don't fit together
 */
export function bpeOf(parts: BpeParts, digest: string): Tokenizer {
  const { added, normal = [], stages } = parts;
  const numbers = new Map<string, number>();
  parts.tokens.forEach((token, id) => token !== undefined && numbers.set(token, id));
  const special: Record<string, number> = {};
  for (const one of added) if (one.special) special[one.content] = one.id;
  const separator = separatorOf({ ...parts, special });
  if (!Object.values(special).includes(separator)) {
    throw new DataError(
      `token ${separator}, which is to stand between documents, is no special token`,
    );
  }
  const hidden = new Set(Object.values(special));
  const bytes = new Int32Array(256).fill(-1);
  parts.tokens.forEach((token, id) => {
    const one = token?.length === 1 && !hidden.has(id) ? bytesWritten(token) : null;
    if (one !== null) bytes[one[0]] = id;
  });
  const words = new Words({
    merges: mergesOf(parts, { numbers, hidden }),
    bytes,
    ...(parts.ignoreMerges ? { whole: wholeWords(parts, hidden) } : {}),
  });
  const normalise = (text: string) => normal.reduce((so, form) => so.normalize(form), text);
  const raw = finderOf(added.filter(({ normalized }) => !normalized));
  const normalised = finderOf(
    added.filter(({ normalized }) => normalized),
    ({ content }) => normalise(content),
  );
  const cut = splitterOf(stages);
  const table = tableOf({ bytes: bytesOfAll(parts), special });
  return {
    name: "bpe",
    digest,
    special,
    separator,
    ...(parts.bos === undefined ? {} : { bos: parts.bos }),
    ...(parts.eos === undefined ? {} : { eos: parts.eos }),
    ...table,
    encode(text, options = {}) {
      const into = new Tokens();
      const put = (part: string | AddedToken, then: (text: string) => void) =>
        typeof part === "string" ? then(part) : into.push(part.id);
      const wanted = options.special === true;
      for (const part of raw(carried(text), wanted)) {
        put(part, (text) => {
          for (const inner of normalised(normalise(text), wanted)) {
            put(inner, (text) => cut(text, (word) => words.add(word, into)));
          }
        });
      }
      return into.view().slice();
    },
  };
}
