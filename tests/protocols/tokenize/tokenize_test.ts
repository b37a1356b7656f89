import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import type { Dataset } from "../../../src/data/mod.ts";
import { tokenised } from "../../../src/kinds/text/mod.ts";
import { protocolOf } from "../../../src/protocols/table.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { entry } from "../../../src/protocols/tokenize/entry.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import type { PlannedRun, RunRecord, RunSpec } from "../../../src/record/record.ts";
import { openStore } from "../../../src/record/store.ts";
import type { RunEvent } from "../../../src/run/events.ts";
import { parseSuite } from "../../../src/suite/load.ts";
import { SuiteError } from "../../../src/suite/problem.ts";
import { bytesTokenizer, readTokenizer } from "../../../src/tokenizers/mod.ts";
import { contentOf } from "../../../src/content/mod.ts";
import { inFolder, tinyHost } from "../../run/harness.ts";

const splits: Readonly<Record<string, readonly string[]>> = {
  train: ["the cat sat on the mat ".repeat(9), "the dog sat on the log ".repeat(7), "nothing new"],
  test: ["the frog sat on the dog"],
};

/** Documents in memory. */
const texts = {
  name: "few",
  version: 1,
  digest: "few",
  sample: { kind: "text", tokenizer: bytesTokenizer },
  factors: [],
  notes: [],
  size: (split) => splits[split]?.length ?? 0,
  read: (split, indices) =>
    Promise.resolve({
      samples: tokenised(Array.from(indices, (i) => splits[split][i]), bytesTokenizer),
      labels: {},
    }),
} as Dataset<"text">;

async function planned(config: Record<string, unknown>, base?: string): Promise<PlannedRun> {
  const parsed = entry.config.parse(config);
  const content = await contentOf(entry, parsed, { base, cache: null });
  const spec: RunSpec = {
    format: 1,
    suite: "few",
    suiteVersion: 1,
    protocol: "tokenize",
    family: "tokenize",
    familyVersion: 1,
    ...(content === undefined ? {} : { content }),
    config: parsed as unknown as RunSpec["config"],
    data: { dataset: "few", version: 1, config: {} },
    budget: { steps: 1 },
    batch: 1,
    seed: 1,
    engine: "wasm",
    metrics: [],
  };
  return { id: runId(spec), group: groupId(spec), label: "tokenize", spec, base };
}

interface Ran {
  readonly record: RunRecord;
  readonly file: Uint8Array;
  readonly events: readonly RunEvent[];
}

async function ran(out: string, config: Record<string, unknown>, base?: string): Promise<Ran> {
  const run = await planned(config, base);
  const events: RunEvent[] = [];
  const host = await tinyHost(out, { events, dataset: () => Promise.resolve(texts as Dataset) });
  const outcome = await executeRun(run, host);
  assert(outcome.kind === "record", JSON.stringify(outcome));
  const file = await openStore(out).read(run.id, "tokenizer.json");
  return { record: outcome.record, file: file!, events };
}

Deno.test("tokenize learns a tokenizer of the training documents, and measures it", () =>
  inFolder(async (out) => {
    const { record, file, events } = await ran(out, { vocabulary: 270, special: ["<|im_end|>"] });
    assertEquals(record.state, "done");
    const [artefact] = record.artefacts;
    const tokenizer = await readTokenizer(file);
    assertEquals([artefact.name, artefact.sha256], ["tokenizer", tokenizer.digest]);
    assertEquals(tokenizer.special, { "<|endoftext|>": 0, "<|im_end|>": 1 });
    const { measured } = record;
    const { train, test } = splits;
    const tokens = (all: readonly string[]) =>
      all.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
    const seen = new Set(train.flatMap((text) => [...tokenizer.encode(text)]));
    assertEquals(measured, {
      vocabulary: 270,
      documents: 3,
      merges: 12,
      "train bytes": train.join("").length,
      "train tokens": tokens(train),
      unused: 270 - seen.size,
      "test bytes": test[0].length,
      "test tokens": tokens(test),
    });
    assert(tokens(train) < train.join("").length / 2);
    const card = new Map(protocolOf(record.spec).card(record));
    assertEquals(card.get("learnt from"), "3 documents, 12 merges");
    assertEquals(
      card.get("bytes a token, test"),
      (test[0].length / tokens(test)).toFixed(3),
    );
    const phases = events.flatMap((event) => event.kind === "phase" ? [event.phase] : []);
    assertEquals(phases, ["data", "read", "merge", "encode train", "encode test"]);
  }));

Deno.test("tokenize learns from the first documents alone where it is told how many", () =>
  inFolder(async (out) => {
    const one = await ran(out, { vocabulary: 262, documents: 1 });
    const all = await ran(out, { vocabulary: 262 });
    assertEquals([one.record.measured!.documents, all.record.measured!.documents], [1, 3]);
    assert(one.record.artefacts[0].sha256 !== all.record.artefacts[0].sha256);
    // It is measured on all of them all the same.
    assertEquals(one.record.measured!["train bytes"], all.record.measured!["train bytes"]);
  }));

Deno.test("tokenize takes a file, whose bytes are part of the run's id", () =>
  inFolder(async (out) => {
    const { file } = await ran(out, { vocabulary: 260 });
    await Deno.mkdir(`${out}/own`);
    await Deno.writeFile(`${out}/own/tokenizer.json`, file);
    const config = { kind: "file", file: "own" };
    const first = await planned(config, out);
    const taken = await ran(out, config, out);
    assertEquals(taken.file, file);
    assertEquals(taken.record.id, first.id);
    assertEquals(
      new Map(protocolOf(taken.record.spec).card(taken.record)).get("file"),
      taken.record.spec.content,
    );
    const other = (await ran(out, { vocabulary: 261 })).file;
    await Deno.writeFile(`${out}/own/tokenizer.json`, other);
    assert((await planned(config, out)).id !== first.id);
    // A run that was planned before is not done on the new file.
    const host = await tinyHost(out, { dataset: () => Promise.resolve(texts as Dataset) });
    await assertRejects(
      () => executeRun(first, host, { fresh: true }),
      DataError,
      "has changed since this run was planned",
    );
  }));

Deno.test("tokenize: bytes as tokens, as a file that is read as such", () =>
  inFolder(async (out) => {
    const { file, record } = await ran(out, { kind: "bytes" });
    assert(await readTokenizer(file) === bytesTokenizer);
    assertEquals(record.measured!["test tokens"], record.measured!["test bytes"]);
  }));

Deno.test("tokenize stops where it is asked to", () =>
  inFolder(async (out) => {
    const many = {
      ...texts,
      size: () => 200,
      read: (_: string, rows: ArrayLike<number>) => texts.read("test", Array.from(rows, () => 0)),
    };
    const host = await tinyHost(out, {
      stopped: () => true,
      dataset: () => Promise.resolve(many as unknown as Dataset),
    });
    const outcome = await executeRun(await planned({}), host);
    assertEquals(outcome, { kind: "stopped", step: 0 });
  }));

const suite = (runs: string) =>
  parseSuite(
    `suite: words\ndata: { dataset: heads, size: 16 }\nbudget: { steps: 10 }\nseeds: [1]\n` +
      `controls: []\nmetrics: [reconstruction]\nruns:\n  - vae: {}\n  - tokenize: ${runs}\n`,
    { file: "t.yaml" },
  );

Deno.test("tokenize refuses pictures, and settings that don't go together, when a suite is read", async () => {
  const told: readonly (readonly [string, string])[] = [
    ["{}", "`tokenize` takes texts; heads holds images"],
    ["{ kind: file }", "wants `file`, a tokenizer.json"],
    ["{ file: a.json }", "`tokenize.file` goes with `kind: file`"],
    ["{ kind: bytes, vocabulary: 300 }", "`tokenize.vocabulary` goes with `kind: bpe`"],
    ['{ special: ["<|endoftext|>"] }', "names <|endoftext|> twice"],
    ["{ vocabulary: 257, special: [aa, bb] }", "has no room for 256 bytes and 3 special tokens"],
  ];
  for (const [runs, message] of told) {
    const error = await assertRejects(() => suite(runs), SuiteError);
    assertStringIncludes(error.message, message);
  }
});
