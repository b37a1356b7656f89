/**
 * Tokens back to bytes.
 * @module
 */
import { DataError } from "../base/mod.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What tokens stand for. */
export interface Meaning {
  /** By number; undefined where a number stands for nothing. */
  readonly bytes: readonly (Uint8Array | undefined)[];
  readonly special: Readonly<Record<string, number>>;
}

/** What of a tokenizer follows from what its tokens stand for. */
export type Table = Pick<Tokenizer, "vocabulary" | "lengths" | "decode">;

/** The longest token, in bytes: `lengths` has one byte for each. */
export const longestToken = 255;

/** See `Table`. @throws DataError where a token stands for too many bytes */
export function tableOf({ bytes, special }: Meaning): Table {
  const vocabulary = bytes.length;
  const hidden = new Uint8Array(vocabulary);
  for (const id of Object.values(special)) hidden[id] = 1;
  const starts = new Uint32Array(vocabulary + 1), lengths = new Uint8Array(vocabulary);
  for (let id = 0; id < vocabulary; id++) {
    const length = bytes[id]?.length ?? 0;
    starts[id + 1] = starts[id] + length;
    if (hidden[id]) continue;
    if (length > longestToken) {
      throw new DataError(
        `token ${id} of this tokenizer stands for ${length} bytes; at most ${longestToken} are read`,
      );
    }
    lengths[id] = length;
  }
  const pool = new Uint8Array(starts[vocabulary]);
  bytes.forEach((one, id) => one !== undefined && pool.set(one, starts[id]));
  return {
    vocabulary,
    lengths,
    decode(tokens, options = {}) {
      const shown = (id: number) => options.special === true || hidden[id] === 0;
      let n = 0;
      for (let i = 0; i < tokens.length; i++) {
        const id = tokens[i];
        if (!Number.isInteger(id) || id < -1 || id >= vocabulary) {
          throw new RangeError(
            `token ${id} is not in the vocabulary of this tokenizer, 0–${vocabulary - 1}`,
          );
        }
        if (id >= 0 && shown(id)) n += starts[id + 1] - starts[id];
      }
      const out = new Uint8Array(n);
      let at = 0;
      for (let i = 0; i < tokens.length; i++) {
        const id = tokens[i];
        if (id < 0 || !shown(id)) continue;
        for (let j = starts[id]; j < starts[id + 1]; j++) out[at++] = pool[j];
      }
      return out;
    },
  };
}
