/**
 * A tokenizer for other runs: the declaration.
 * @module
 */
import { fixed } from "../../base/text/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { documentsRole } from "../../families/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { entry, type TokenizeConfig } from "./entry.ts";

/** What was measured, in lines. */
function card({ measured, spec }: RunRecord): [string, string][] {
  const { kind, pattern } = spec.config as unknown as TokenizeConfig;
  const how: [string, string] = [
    "tokenizer",
    kind === "bpe" ? `byte-level BPE, cut as in ${pattern}` : kind,
  ];
  const file: [string, string][] = kind === "file"
    ? [["file", spec.content ?? "not known: the file that was named isn't there"]]
    : [];
  if (measured === undefined) return [how, ...file];
  const of = (split: "train" | "test"): [string, string][] => {
    const bytes = measured[`${split} bytes`], tokens = measured[`${split} tokens`];
    if (bytes === undefined || !(tokens > 0)) return [];
    return [
      [`bytes a token, ${split}`, fixed(bytes / tokens, 3)],
      [`tokens of ${split}`, `${fixed(tokens, 0)}, of ${fixed(bytes, 0)} bytes`],
    ];
  };
  const { vocabulary, unused, documents, merges } = measured;
  return [
    how,
    ...file,
    ["vocabulary", `${fixed(vocabulary, 0)} tokens, of which training uses all but ${unused}`],
    ...(kind === "bpe"
      ? [["learnt from", `${fixed(documents, 0)} documents, ${fixed(merges, 0)} merges`] as [
        string,
        string,
      ]]
      : []),
    ...of("train"),
    ...of("test"),
  ];
}

/** See the module. */
export const tokenize = defineProtocol<TokenizeConfig>({
  name: "tokenize",
  about: entry.about,
  row: "step",
  entry,
  needs: { data: documentsRole },
  gives: { tokenizer: "tokenizer" },
  card,
  execute: async (run) => await (await import("./execute.ts")).executeTokenize(run),
});
