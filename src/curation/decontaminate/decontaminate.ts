/**
 * Decontamination: what a document shares with a task's texts goes, so that a model isn't asked what
 * it was trained on. Runs of 13 words, as in Brown et al. 2020 (arXiv:2005.14165, appendix C); what is
 * met too often among the documents is common speech and stays, as in NeMo Curator's
 * TaskDecontamination (Smith et al. 2022, arXiv:2201.11990). Documents' pieces stay one document.
 * @module
 */
import { z } from "zod";
import { characters } from "../words/mod.ts";
import { isFile, namedTexts } from "../named_texts.ts";
import { type CorpusStage, type Decision, defineStage, type Document } from "../stage.ts";
import { piecesLeft } from "./cut.ts";
import { type Match, TaskRuns } from "./matches.ts";

const config = z.strictObject({
  against: z.array(z.string().min(1)).min(1).default(["test"]).describe(
    "texts of tasks: splits of the data (test, judge), or files (.jsonl, .txt)",
  ),
  n: z.int().min(1).max(64).default(13).describe("words a run"),
  shortest: z.int().min(1).max(64).default(8).describe(
    "a task's text of fewer words than a run is looked for as a whole, from so many words on",
  ),
  maxMatches: z.int().min(1).default(10).describe(
    "runs that the documents have more often are common speech, and stay",
  ),
  action: z.enum(["cut", "drop"]).default("cut").describe("cut the run out, or drop the document"),
  characters: z.int().min(0).default(200).describe("of cut: characters that go on each side too"),
  minPiece: z.int().min(0).default(200).describe("of cut: shorter pieces go, in characters"),
  maxPieces: z.int().min(1).default(10).describe("of cut: documents of more pieces are dropped"),
});

type Config = z.infer<typeof config>;

const NAME = "decontaminate";
const why = {
  matches: `${NAME}: matches`,
  pieces: `${NAME}: pieces`,
  left: `${NAME}: longest_piece`,
};

/** The decision about a document with its matches. */
function decided({ text }: Document, matches: readonly Match[], config: Config): Decision {
  const values = { [why.matches]: matches.length };
  if (matches.length === 0) return { keep: true, values };
  if (config.action === "drop") {
    return { keep: false, why: why.matches, value: matches.length, limit: 0, values };
  }
  const all = piecesLeft(text, matches, config.characters);
  const pieces = all.filter((piece) => characters(piece) >= config.minPiece);
  if (pieces.length === 0) {
    const value = Math.max(0, ...all.map(characters));
    return { keep: false, why: why.left, value, limit: config.minPiece, values };
  }
  if (pieces.length > config.maxPieces) {
    return { keep: false, why: why.pieces, value: pieces.length, limit: config.maxPieces, values };
  }
  return { keep: true, text: pieces.join("\n\n"), values };
}

/** See the module. */
export const decontaminate = defineStage<Config>({
  name: NAME,
  about: "cuts out what documents share with tasks, or drops them",
  papers: ["arXiv:2005.14165", "arXiv:2201.11990"],
  config,
  async content({ against }, { path, files }) {
    const named = against.filter(isFile).map((name) => ({ name, path: path(name) }));
    return named.length === 0 ? undefined : await files(named);
  },
  async make(config, context): Promise<CorpusStage<Map<number, number>>> {
    const runs = new TaskRuns(config);
    for await (const text of namedTexts(config.against, context)) runs.add(text);
    context.say?.(`${NAME}: ${runs.count} runs of words of tasks`);
    return {
      name: NAME,
      kind: "corpus",
      begin: () => new Map(),
      see(times, { text }) {
        for (const { run } of runs.in(text)) times.set(run, (times.get(run) ?? 0) + 1);
      },
      settle: (times) =>
        Promise.resolve((document) => {
          const rare = runs.in(document.text)
            .filter(({ run }) => (times.get(run) ?? 0) <= config.maxMatches);
          return decided(document, rare, config);
        }),
    };
  },
});
