/** Texts that say which of their tokens are targets: the marks go wherever the tokens go. */
import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../src/engine/mod.ts";
import { disposeTree } from "../../src/engine/tree.ts";
import { textKind } from "../../src/kinds/text/kind.ts";
import { marksOf, rowOf, textSet, tokenised } from "../../src/kinds/text/texts.ts";
import type { TextSpec } from "../../src/kinds/text/text_set.ts";
import { bytesTokenizer as tokenizer } from "../../src/tokenizers/mod.ts";
import { law } from "../law.ts";

const { engine } = await openEngine("wasm");
const spec: TextSpec = { kind: "text", tokenizer, length: 6, scored: true };
const rows = fc.array(
  fc.array(fc.record({ token: fc.nat(255), mark: fc.nat(1) }), { maxLength: 7 }),
  { minLength: 3, maxLength: 6 },
);
type Rows = { token: number; mark: number }[][];
const setOf = (rows: Rows) =>
  textSet(
    rows.map((row) => row.map(({ token }) => token)),
    { tokenizer, length: 6 },
    rows.map((row) => row.map(({ mark }) => mark)),
  );
const plain = (texts: ReturnType<typeof setOf>) =>
  Array.from({ length: texts.count }, (_, i) => ({
    tokens: [...rowOf(texts, i)],
    marks: [...marksOf(texts, i)!],
  }));

law("texts with targets: marks are sliced, picked and joined with their tokens", {
  source: "definition",
  given: { a: rows, b: rows, from: fc.nat(2) },
  cases: 40,
  kills: ["text-marks-of-the-first-rows", "text-marks-not-joined"],
  holds: ({ a, b, from }) => {
    const all = textKind.concat([setOf(a), setOf(b)]), whole = plain(setOf([...a, ...b]));
    assertEquals(plain(all), whole);
    assertEquals(textKind.fault(all, { spec, count: whole.length }), null);
    assertEquals(plain(textKind.slice(all, { from, to: from + 3 })), whole.slice(from, from + 3));
    const picks = [from, all.count - 1, 0, from];
    assertEquals(plain(textKind.gather(all, picks)), picks.map((i) => whole[i]));
  },
});

law("texts with targets: programs are given the marks, 0 where there is no token", {
  source: "definition",
  given: { a: rows },
  cases: 20,
  kills: ["text-marks-padded-with-ones"],
  holds: async ({ a }) => {
    const inputs = textKind.upload(engine, setOf(a));
    const values = await engine.read(inputs.scored_BT as tf.Tensor);
    disposeTree(inputs);
    const wanted = a.flatMap((row) =>
      Array.from({ length: 7 }, (_, t) => t < row.length ? row[t].mark : 0)
    );
    assertEquals([...values], wanted);
  },
});

Deno.test("texts with targets: what is no such set is told", async () => {
  const none = textSet([[1, 2]], { tokenizer, length: 6 });
  const some = textSet([[1, 2]], { tokenizer, length: 6 }, [[0, 1]]);
  assertMatch(textKind.fault(none, { spec, count: 1 })!, /don't say which/);
  const { scored: _, ...unmarked } = spec;
  assertMatch(textKind.fault(some, { spec: unmarked, count: 1 })!, /marks of targets/);
  assertThrows(() => textKind.concat([none, some]), RangeError, "others don't");
  assertThrows(() => textSet([[1, 2]], { tokenizer }, [[1]]), RangeError, "1 marks of 2 tokens");
  const other = textSet([[1, 2]], { tokenizer, length: 6 }, [[1, 1]]);
  assertNotEquals(await textKind.digest(some), await textKind.digest(other));
  assertNotEquals(await textKind.digest(some), await textKind.digest(none));
  assertEquals(textKind.same(spec, unmarked), true);
  assertEquals("scored" in tokenised(["a"], tokenizer), false);
});
