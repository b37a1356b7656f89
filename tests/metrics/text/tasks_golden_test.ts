/**
 * Tasks against lm-evaluation-harness 0.4.13 (tests/golden/tasks/make_tasks.py): what a model is asked,
 * text by text, and the numbers with their standard errors.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Tokenizer } from "../../../src/tokenizers/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { rollingWindows, tokensOfPair } from "../../../src/subject/mod.ts";
import { readDocuments } from "../../../src/metrics/text/tasks/documents.ts";
import { readTask } from "../../../src/metrics/text/tasks/read.ts";
import { runTask } from "../../../src/metrics/text/tasks/run.ts";
import { type AskedText, hashedModel } from "./hashed.ts";

const folder = new URL("../../golden/tasks/", import.meta.url);
interface Run {
  readonly task: string;
  readonly limit?: number;
  readonly apply_chat_template?: boolean;
  readonly values: Readonly<Record<string, number | "N/A">>;
  readonly asked: readonly [string, (string | { until: string | string[] })?][];
}
const golden: {
  readonly chat: string;
  readonly words: readonly string[];
  readonly runs: readonly Run[];
  readonly pairs: readonly { pair: [string, string]; tokens: [number[], number[]] }[];
  readonly windows: readonly {
    readonly context: number;
    readonly length: number;
    readonly rows: readonly [number[], number[]][];
  }[];
} = JSON.parse(await Deno.readTextFile(new URL("golden.json", folder)));

const read = (file: string) => Deno.readFile(new URL(`files/${file}`, folder));

async function scored({ task: name, limit, apply_chat_template: chat = false }: Run) {
  const task = await readTask(`${name}.yaml`, read);
  const splits: Record<string, ReturnType<typeof readDocuments>> = {};
  for (const [split, files] of Object.entries(task.files)) {
    const parts = files.map(async ({ file }) => readDocuments(await read(file), file));
    splits[split] = (await Promise.all(parts)).flat();
  }
  const language = hashedModel({ words: golden.words, chatTemplate: golden.chat });
  const values = await runTask(task, splits, { language, limit: limit ?? null, chat });
  return { values, asked: language.asked };
}

for (const run of golden.runs) {
  const { task, values, asked, ...how } = run;
  Deno.test(`task ${task} ${JSON.stringify(how)}: lm-evaluation-harness asks and counts the same`, async () => {
    const found = await scored(run);
    const theirs = asked.map(([first, second]): AskedText =>
      second === undefined
        ? [first]
        : [first, typeof second === "string" ? second : [second.until].flat()]
    );
    assertEquals(found.asked, theirs);
    const names = found.values.map(({ metric, filter }) => `${metric},${filter}`);
    const metrics = Object.keys(values).filter((name) => !name.includes("_stderr,"));
    assertEquals(names.toSorted(), metrics.toSorted());
    for (const { metric, filter, value, stderr } of found.values) {
      const wanted = values[`${metric},${filter}`] as number;
      assertAlmostEquals(value, wanted, 1e-6 * Math.max(1, Math.abs(wanted)), metric);
      const error = values[`${metric}_stderr,${filter}`];
      if (error !== "N/A") assertAlmostEquals(stderr ?? NaN, error, 1e-6, `${metric} stderr`);
      else if (metric.endsWith("perplexity") || metric === "bits_per_byte") assert(stderr! > 0);
      else assertEquals(stderr, null);
    }
  });
}

/** Bytes, but "ab" and " a" are tokens too. */
const pairing: Tokenizer = {
  ...bytesTokenizer,
  vocabulary: 259,
  encode(text) {
    const bytes = bytesTokenizer.encode(text), tokens: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const [a, b] = [String.fromCharCode(bytes[at]), String.fromCharCode(bytes[at + 1])];
      const pair = a === "a" && b === "b" ? 257 : a === " " && b === "a" ? 258 : null;
      tokens.push(pair ?? bytes[at]);
      if (pair !== null) at++;
    }
    return Int32Array.from(tokens);
  },
};

Deno.test("pairs become tokens as lm-evaluation-harness makes them", () => {
  for (const { pair: [context, continuation], tokens: [before, after] } of golden.pairs) {
    const found = tokensOfPair({ context, continuation }, pairing);
    assertEquals([[...found.before], [...found.after]], [before, after], JSON.stringify(context));
  }
});

Deno.test("texts become windows as lm-evaluation-harness makes them", () => {
  for (const { context, length, rows } of golden.windows) {
    const tokens = Int32Array.from({ length }, (_, i) => i + 1);
    const found = rollingWindows(tokens, { separator: 99, context });
    const theirs = rows.map(([input, targets]) => ({
      row: [...input, targets[targets.length - 1]],
      targets: targets.length,
    }));
    assertEquals(found.map(({ row, targets }) => ({ row: [...row], targets })), theirs);
  }
});
