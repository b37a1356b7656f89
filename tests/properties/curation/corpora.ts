/** Documents and pipelines over them, for laws and tests. @module */
import fc from "fast-check";
import { BlockFolder } from "../../../src/curation/pipeline/blocks.ts";
import { droppedBytes, keptBytes } from "../../../src/curation/pipeline/finish.ts";
import { type AskedStage, labelled } from "../../../src/curation/asked.ts";
import { contextOf, madeStage } from "../../../src/curation/pipeline/make.ts";
import {
  type PassOptions,
  type ReadyStage,
  runPasses,
} from "../../../src/curation/pipeline/passes.ts";
import type { Source } from "../../../src/curation/pipeline/cut.ts";
import type { Row } from "../../../src/curation/pipeline/row.ts";
import type { StageTally } from "../../../src/curation/pipeline/tally.ts";
import type { CorpusStage } from "../../../src/curation/stage.ts";

/** Pieces of which documents are made: plain, broken, personal. */
const PIECES = [
  "The whale went down. ",
  "cafÃ© au lait ",
  "\ufffd",
  "write to ahab@pequod.example now ",
  "call +1 555 123 4567 ",
  "line\r\nline\u0007 ",
  "e\u0301t\u00e9 ",
  "🐋 ",
  "x",
  "\n\n",
] as const;

/** A document's text. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.array(fc.string({ unit: "binary", maxLength: 9 }), { maxLength: 3 }) },
).map((pieces) => pieces.join(""));

/** Texts of two sources as rows. */
export function rowsOfTexts(texts: readonly string[]): Row[] {
  const counts: Record<string, number> = {};
  return texts.map((text, i) => {
    const dataset = i % 3 === 0 ? "first" : "second";
    const index = counts[dataset] ??= 0;
    counts[dataset]++;
    return { text: text.toWellFormed(), from: { dataset, index } };
  });
}

/** Rows as a source, a few at a time. */
export function sourceOfRows(rows: readonly Row[]): Source {
  return {
    count: rows.length,
    async *rows(from) {
      for (let at = from; at < rows.length; at += 3) yield rows.slice(at, at + 3);
    },
  };
}

/** Stages of this room whose settings are small. Any of them may stand anywhere, and twice. */
export const stages: fc.Arbitrary<AskedStage[]> = fc.array(
  fc.constantFrom<AskedStage>(
    {
      name: "unicode",
      config: { mojibake: true, lines: true, controls: true, form: "NFC", mostBroken: 0 },
    },
    { name: "pii", config: { kinds: ["email", "card", "ip", "phone"], most: 0 } },
    { name: "pii", config: { kinds: ["email"] } },
    { name: "mix", config: { weights: { first: 1, second: 3 }, seed: 0 } },
    { name: "third", config: {} },
  ),
  { minLength: 1, maxLength: 4 },
);

/** What a pipeline left. */
export interface Left {
  readonly kept: string;
  readonly dropped: Uint8Array;
  readonly tallies: readonly StageTally[];
}

/** Bytes of a stream. */
async function joined(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(await Array.fromAsync(stream) as BlobPart[]).arrayBuffer());
}

/**
 * A stage that sees all documents and keeps all but every third by their number, and says of those that
 * it keeps how many it saw.
 */
const everyThird: CorpusStage = {
  name: "third",
  kind: "corpus",
  begin: () => ({ seen: [] as number[] }),
  see: (state, _, number) => void (state as { seen: number[] }).seen.push(number),
  settle(state) {
    const { seen } = state as { seen: number[] };
    if (seen.some((number, i) => number !== i)) throw new Error(`seen out of order: ${seen}`);
    return Promise.resolve((_, number) =>
      number % 3 === 2
        ? { keep: false, why: "third: number", value: number, limit: -1 }
        : { keep: true, values: { "third: seen": seen.length } }
    );
  },
};

/** Stages, ready in this thread. */
export async function ready(asked: readonly AskedStage[], cache: string): Promise<ReadyStage[]> {
  const context = contextOf({ cache, texts: cache }, {});
  return await Promise.all(
    labelled(asked).map(async (one) => ({
      ...one,
      stage: one.name === everyThird.name ? everyThird : await madeStage(one, context),
    })),
  );
}

/** Runs stages over rows in a folder, which may hold what an earlier try left. */
export async function curated(
  rows: readonly Row[],
  asked: readonly AskedStage[],
  { out, ...options }: Partial<PassOptions> & { readonly out: string },
): Promise<Left> {
  const folder = new BlockFolder(out, "test");
  const done = await runPasses(sourceOfRows(rows), await ready(asked, out), {
    folder,
    place: { cache: out, texts: out },
    workers: 1,
    block: { documents: 5, bytes: 1 << 20 },
    say: () => {},
    heard: () => Promise.resolve(),
    ...options,
  });
  return {
    kept: new TextDecoder().decode(await joined(keptBytes(folder, done))),
    dropped: await joined(droppedBytes(folder, done)),
    tallies: done.tallies,
  };
}
