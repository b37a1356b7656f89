/** What decontamination does beside its laws. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { decontaminate } from "../../src/curation/decontaminate/decontaminate.ts";
import { piecesLeft } from "../../src/curation/decontaminate/cut.ts";
import { DataError } from "../../src/base/errors.ts";
import { contextOf, decisionsOf } from "./stages.ts";

const filler = (letter: string, n: number) =>
  Array.from({ length: n }, (_, i) => `${letter}${i}${i % 9 === 8 ? "." : ""}`).join(" ");
const question = "Which of the nine families of models draws a face the fastest of all, and why?";
const document = `${filler("a", 120)} ${question} ${filler("b", 120)}`;

Deno.test("a document that shares nothing with a task is left as it is", async () => {
  const context = contextOf({ test: [question] });
  assertEquals(await decisionsOf(decontaminate, [filler("a", 100)], { context }), [
    { keep: true, values: { "decontaminate: matches": 0 } },
  ]);
});

Deno.test("drop drops it whole, and says how many runs it shares", async () => {
  const context = contextOf({ test: [question] }), settings = { action: "drop" };
  assertEquals(await decisionsOf(decontaminate, [document], { context, settings }), [{
    keep: false,
    why: "decontaminate: matches",
    value: 1,
    limit: 0,
    values: { "decontaminate: matches": 1 },
  }]);
});

Deno.test("a task of fewer words than a run is looked for as a whole, from the shortest on", async () => {
  const short = "name the three colours of this wide flag", settings = { action: "drop" };
  const text = `${filler("a", 30)} ${short} ${filler("b", 30)}`;
  const keeps = async (task: string) => {
    const context = contextOf({ test: [task] });
    return (await decisionsOf(decontaminate, [text], { context, settings }))[0].keep;
  };
  assertEquals(await keeps(short), false);
  assertEquals(await keeps(short.split(" ").slice(1).join(" ")), true);
});

Deno.test("a document of which little is left is dropped, and one of many pieces", async () => {
  const context = contextOf({ test: [question] });
  const [little] = await decisionsOf(decontaminate, [`So. ${question} Yes.`], { context });
  assertEquals(little.keep ? null : little.why, "decontaminate: longest_piece");
  const many = Array.from({ length: 4 }, () => document).join(" ");
  const settings = { maxPieces: 3, maxMatches: 10 };
  const [pieces] = await decisionsOf(decontaminate, [many], { context, settings });
  assertEquals(pieces.keep ? null : [pieces.why, pieces.value, pieces.limit], [
    "decontaminate: pieces",
    5,
    3,
  ]);
});

Deno.test("pieces end where sentences do", () => {
  const text = "One two. Three four five. MATCH six. Seven.";
  const at = text.indexOf("MATCH"), match = { run: 0, from: at, to: at + 5 };
  assertEquals(piecesLeft(text, [match], 0), ["One two. Three four five.", "Seven."]);
  assertEquals(piecesLeft(text, [match], 8), ["One two."]);
  assertEquals(piecesLeft(text, [match], 100), []);
});

Deno.test("tasks are read from files, as strings, as objects and whole", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const lines = [JSON.stringify(question), JSON.stringify({ text: filler("c", 20) })];
    await Deno.writeTextFile(join(folder, "tasks.jsonl"), lines.join("\n"));
    await Deno.writeTextFile(join(folder, "one.txt"), filler("d", 20));
    await Deno.writeTextFile(join(folder, "wrong.jsonl"), '{"txt": "no"}\n');
    const context = { ...contextOf(), path: (written: string) => join(folder, written) };
    const texts = [document, filler("c", 20), filler("d", 20), filler("e", 20)];
    const against = (...names: string[]) => ({ action: "drop", against: names });
    const decisions = await decisionsOf(decontaminate, texts, {
      context,
      settings: against("tasks.jsonl", "one.txt"),
    });
    assertEquals(decisions.map(({ keep }) => keep), [false, false, false, true]);
    const wrong = () =>
      decisionsOf(decontaminate, texts, { context, settings: against("wrong.jsonl") });
    const { message } = await assertRejects(wrong, DataError);
    assertEquals(
      message,
      `${
        join(folder, "wrong.jsonl")
      }: text 1 is neither a string nor an object with \`text\`, a string`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
