import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { BlockFolder } from "../../src/curation/pipeline/blocks.ts";
import { lineOf, rewritten, type Row } from "../../src/curation/pipeline/row.ts";
import { runSteps } from "../../src/curation/pipeline/segment.ts";
import {
  addTally,
  bucketEdge,
  bucketEnd,
  bucketOf,
  bytesOfText,
  countDropped,
  emptyTally,
  SAMPLES,
} from "../../src/curation/pipeline/tally.ts";
import { checkOf } from "../../src/curation/pipeline/tally.ts";
import { stageOf } from "../../src/curation/table.ts";
import { inFolder } from "../run/harness.ts";
import { curated, rowsOfTexts } from "../properties/curation/corpora.ts";

const some = Array.from(
  { length: 60 },
  (_, i) => `Document ${i} by ahab@pequod.example ${"\ufffd".repeat(i % 4)}`,
);
const stages = [
  { name: "pii", config: { kinds: ["email"] } },
  {
    name: "unicode",
    config: { mojibake: true, lines: true, controls: true, form: "NFC", mostBroken: 0.05 },
  },
  { name: "mix", config: { weights: { first: 1, second: 1 }, seed: 0 } },
  { name: "pii", config: { kinds: ["email"], most: 0 } },
];

Deno.test("threads give the bytes of one thread, at any number of them", () =>
  inFolder(async (out) => {
    const rows = rowsOfTexts(some);
    const one = await curated(rows, stages, { out: `${out}/1` });
    for (const workers of [2, 3]) {
      const many = await curated(rows, stages, { out: `${out}/${workers}`, workers });
      assertEquals(many, one);
    }
    assert(one.tallies[1].kept.documents < 60 && one.tallies[3].kept.documents > 0);
    assertEquals(one.tallies.map(({ stage }) => stage), ["pii", "unicode", "mix", "pii#2"]);
  }));

Deno.test("a stage that fails in a thread is told with its name and its document", () =>
  inFolder(async (out) => {
    const wrong = [{ name: "pii", config: { kinds: null } }];
    await assertRejects(
      () => curated(rowsOfTexts(some), wrong as never, { out, workers: 2 }),
      DataError,
      "stage pii: document",
    );
  }));

Deno.test("a block that was changed on disk is made again, or told where its source is gone", () =>
  inFolder(async (out) => {
    const rows = rowsOfTexts(some), folder = `${out}/a`;
    const whole = await curated(rows, stages, { out: `${out}/b` });
    let heard = 0;
    const stop = () => ++heard === 6 ? Promise.reject(new Error("stop")) : Promise.resolve();
    await assertRejects(() => curated(rows, stages, { out: folder, heard: stop }), Error, "stop");
    const path = `${folder}/pass-0/000001.kept`, bytes = await Deno.readFile(path);
    bytes[3] ^= 1;
    await Deno.writeFile(path, bytes);
    assertEquals(await new BlockFolder(folder, "test").head(0, 1), null);
    assertEquals(await curated(rows, stages, { out: folder }), whole);
  }));

Deno.test("a dialogue is rewritten message by message, and who said what stays", async () => {
  const row: Row = {
    messages: [{ role: "user", content: "a@b.example" }, { role: "assistant", content: "hello" }],
    from: { dataset: "chats", index: 0 },
  };
  const pii = await (await stageOf("pii")).make({ kinds: ["email"] }, { cache: "" });
  const { kept: [made], tallies: [tally] } = await runSteps([row], [{
    label: "pii",
    decide: (document) => pii.kind === "map" ? pii.decide(document) : { keep: true },
  }]);
  assertEquals(made.messages, [
    { role: "user", content: "<EMAIL>" },
    { role: "assistant", content: "hello" },
  ]);
  assertEquals(made.from, { dataset: "chats", index: 0, rewritten: "pii" });
  assertEquals(tally.rewritten.documents, 1);
  const twice = await rewritten(made, { text: "", stage: "b", rewrite: (text) => text });
  assertEquals(twice.from.rewritten, "pii b");
});

Deno.test("equal rows are equal lines, whatever the order of their keys", () => {
  const from = { dataset: "d", index: 1 };
  assertEquals(lineOf({ from, text: "a" }), lineOf({ text: "a", from }));
});

Deno.test("bytes of a text are those of its UTF-8", () => {
  for (const text of ["", "abc", "é", "€", "🐋", "a🐋b", "\ud83d", "\udc0b x", "ü€🐋"]) {
    assertEquals(bytesOfText(text), new TextEncoder().encode(text).length, JSON.stringify(text));
  }
});

Deno.test("a value lies in its bucket, between the edges of neighbouring ones", () => {
  for (const value of [0, 1, 0.1, 3, -2.5, 1e-9, 123456, 0.9999]) {
    const bucket = bucketOf(value), edge = bucketEdge(bucket);
    assert(Math.abs(edge) <= Math.abs(value), `${value}: ${edge}`);
    assert(Math.abs(bucketEdge(bucket + 1)) > Math.abs(value), `${value}`);
    if (value !== 0) assert(Math.abs(value - edge) <= Math.abs(value) / 16);
    // The end of a bucket is above all that is in it, whatever their sign.
    assert(
      bucketEnd(bucket) >= value &&
        (value === 0 || bucketEnd(bucket) < value + Math.abs(value) / 8),
    );
  }
});

Deno.test("samples are a few of what was dropped, the same in whatever order tallies are added", () => {
  const tallies = Array.from({ length: 40 }, (_, index) => {
    const tally = emptyTally("s"), from = { dataset: "d", index };
    countDropped(checkOf(tally, "s: c"), {
      why: "s: c",
      from,
      value: 1,
      limit: 0,
      bytes: 3,
      text: "abc",
    });
    return tally;
  });
  const all = emptyTally("s"), back = emptyTally("s");
  for (const tally of tallies) addTally(all, tally);
  for (const tally of tallies.toReversed()) addTally(back, tally);
  assertEquals(all, back);
  const { samples, dropped } = all.checks["s: c"];
  assertEquals([samples.length, dropped.documents, dropped.bytes], [SAMPLES, 40, 120]);
  // Not the first that came.
  assert(samples.some(({ from }) => from.index >= SAMPLES));
});

Deno.test("a stage that gives no number is told with its document", async () => {
  const row = { text: "a", from: { dataset: "d", index: 4 } };
  const step = { label: "s", decide: () => ({ keep: true as const, values: { share: 0 / 0 } }) };
  await assertRejects(
    () => runSteps([row], [step]),
    DataError,
    "stage s: document 4 of d: RangeError: share gave NaN",
  );
});

Deno.test("a stage that isn't there is told with the nearest one", async () => {
  await assertRejects(() => stageOf("unicod"), UsageError, "did you mean `unicode`?");
});
