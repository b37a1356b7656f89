/**
 * A tokenizer that the library reads, as one of ours.
 *
 * It reads text and no bytes: a byte that is no UTF-8 becomes U+FFFD. What its normalizer changes or
 * its vocabulary lacks doesn't come back either.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { tableOf } from "../decode.ts";
import { separatorOf } from "../separator.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { aroundOf } from "./around.ts";
import type { Library } from "./library.ts";

interface Added {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

interface Model {
  readonly type?: string;
  readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  readonly unk_token?: string | null;
  readonly continuing_subword_prefix?: string | null;
}

/** What is looked at of a file. */
export interface ForeignFile {
  readonly added_tokens?: readonly Added[];
  readonly post_processor?: unknown;
  readonly model: Model;
}

/** Vocabulary by number. */
function vocabularyOf({ vocab }: Model): (string | undefined)[] {
  if (Array.isArray(vocab)) return vocab.map(([token]) => token);
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of Object.entries(vocab ?? {})) tokens[id] = token;
  return Array.from(tokens);
}

/** The same file without its special tokens: their texts in the vocabulary are such as no text has. */
function without({ model, ...file }: ForeignFile, special: ReadonlySet<string>): unknown {
  const renamed = (token: string) => special.has(token) ? `\u{10ffff}${token}\u{10ffff}` : token;
  const { vocab, unk_token: unknown } = model;
  return {
    ...file,
    added_tokens: (file.added_tokens ?? []).filter((one) => one.special !== true),
    post_processor: null,
    model: {
      ...model,
      ...(typeof unknown === "string" ? { unk_token: renamed(unknown) } : {}),
      vocab: Array.isArray(vocab)
        ? vocab.map(([token, score]) => [renamed(token), score])
        : Object.fromEntries(
          Object.entries(vocab ?? {}).map(([token, id]) => [renamed(token), id]),
        ),
    },
  };
}

const utf8 = new TextEncoder();

/** The bytes of a piece: "▁" is a space, <0x0A> a byte, and WordPiece's prefix is none of it. */
function bytesOfPiece(piece: string, { continuing_subword_prefix: prefix }: Model): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece);
  if (byte !== null) return Uint8Array.of(parseInt(byte[1], 16));
  const text = prefix && piece.startsWith(prefix) ? piece.slice(prefix.length) : piece;
  return utf8.encode(text.replaceAll("▁", " "));
}

/**
 * The tokenizer of a file, by the library; see the module.
 * @throws DataError where the library can't read the file
 */
export function foreignTokenizer(
  file: ForeignFile,
  { digest, separator: asked, Library }: {
    readonly digest: string;
    readonly separator?: string;
    readonly Library: Library;
  },
): Tokenizer {
  const added = file.added_tokens ?? [];
  const special: Record<string, number> = {};
  for (const one of added) if (one.special === true) special[one.content] = one.id;
  const config = { clean_up_tokenization_spaces: false };
  let whole, plain;
  try {
    whole = new Library(file, config);
    plain = new Library(without(file, new Set(Object.keys(special))), config);
  } catch (error) {
    throw new DataError(
      `this tokenizer.json (${file.model.type ?? "a model without a type"}) can't be read: ` +
        (error as Error).message,
    );
  }
  const around = aroundOf(file.post_processor, added);
  const separator = separatorOf({ special, ...around, separator: asked });
  const pieces = vocabularyOf(file.model);
  const bytes = pieces.map((piece) =>
    piece === undefined ? undefined : bytesOfPiece(piece, file.model)
  );
  for (const { id, content } of added) bytes[id] = utf8.encode(content);
  const table = tableOf({ bytes: Array.from(bytes), special });
  const hidden = new Set(Object.values(special));
  return {
    name: (file.model.type ?? "other").toLowerCase(),
    digest,
    special,
    separator,
    ...around,
    vocabulary: table.vocabulary,
    lengths: table.lengths,
    encode(text, options = {}) {
      const read = typeof text === "string"
        ? text
        : new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
      const used = options.special === true ? whole : plain;
      if (read === "") return new Int32Array(0);
      return Int32Array.from(used.encode(read, { add_special_tokens: false }).ids);
    },
    decode(tokens, options = {}) {
      table.decode(tokens);
      const ids = Array.from(tokens).filter((id) => id >= 0)
        .filter((id) => options.special === true || !hidden.has(id));
      if (ids.length === 0) return new Uint8Array(0);
      return utf8.encode(whole.decode(ids, { skip_special_tokens: false }));
    },
  };
}
