/**
 * `tokenizer.json` of byte-level BPE written, so that Hugging Face's tokenizers and transformers read
 * it and give the same tokens.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { AddedToken } from "../added.ts";
import { alphabet } from "../bpe/alphabet.ts";
import { type BpeParts, specialToken } from "../bpe/parts.ts";

/** One step as it is, several as a sequence, none as null. */
function sequence(steps: readonly unknown[], key: string): unknown {
  if (steps.length < 2) return steps[0] ?? null;
  return { type: "Sequence", [key]: steps };
}

/** A template that puts `bos` before a text and `eos` after it. */
function template({ bos, eos, added }: BpeParts): unknown {
  const token = (id: number | undefined): AddedToken[] => {
    if (id === undefined) return [];
    const found = added.find((one) => one.id === id);
    if (found === undefined) throw new DataError(`token ${id} stands around texts and isn't added`);
    return [found];
  };
  const [before, after] = [token(bos), token(eos)];
  if (before.length + after.length === 0) return null;
  const special = ({ content }: AddedToken) => ({ SpecialToken: { id: content, type_id: 0 } });
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const around = (id: string) => [...before.map(special), text(id), ...after.map(special)];
  return {
    type: "TemplateProcessing",
    single: around("A"),
    pair: [...around("A"), ...around("B")],
    special_tokens: Object.fromEntries(
      [...before, ...after].map((
        { content, id },
      ) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}

/** The file's text. @throws DataError where two tokens are written alike */
export function tokenizerJson(parts: BpeParts): string {
  const vocab: Record<string, number> = {};
  parts.tokens.forEach((token, id) => {
    if (token === undefined) return;
    if (Object.hasOwn(vocab, token)) {
      throw new DataError(`tokens ${vocab[token]} and ${id} are both ${JSON.stringify(token)}`);
    }
    vocab[token] = id;
  });
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  const normal = (parts.normal ?? []).map((type) => ({ type }));
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: parts.added.toSorted((a, b) => a.id - b.id),
    normalizer: sequence(normal, "normalizers"),
    pre_tokenizer: sequence(parts.stages, "pretokenizers"),
    post_processor: template(parts),
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: parts.ignoreMerges ?? false,
      vocab,
      merges: parts.merges,
    },
  });
}

/** The bytes tokenizer as a file: 256 tokens of one byte, and the separator. */
export function bytesJson(): string {
  return tokenizerJson({
    tokens: alphabet,
    merges: [],
    stages: [{ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false }],
    added: [specialToken("<|endoftext|>", 256)],
  });
}
