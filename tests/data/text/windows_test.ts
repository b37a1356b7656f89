import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { tokenWindows, type WindowOptions } from "../../../src/data/text/mod.ts";
import { fromPadded, paddedTokens, rowOf } from "../../../src/kinds/text/texts.ts";
import { textKind } from "../../../src/kinds/text/kind.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { documentsOf, pairsTokenizer } from "../../properties/data/documents.ts";

async function inFolder(use: (cache: string) => Promise<void>): Promise<void> {
  const cache = await Deno.makeTempDir({ prefix: "likeness-windows-" });
  try {
    await use(cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

const rows = Array.from(
  { length: 300 },
  (_, d) => Array.from({ length: 1 + d % 9 }, () => d % 251),
);
const plain = {
  tokenizer: bytesTokenizer,
  length: 8,
  packing: "stream",
} as const satisfies Partial<
  WindowOptions
>;

async function filesIn(cache: string): Promise<string[]> {
  const folders = await Array.fromAsync(Deno.readDir(join(cache, "tokens")));
  const files = await Promise.all(folders.map(async ({ name }) => {
    const folder = join(cache, "tokens", name);
    return (await Array.fromAsync(Deno.readDir(folder))).map((file) => join(folder, file.name));
  }));
  return files.flat().sort();
}

Deno.test("windows: a second run makes no tokens, also of another length or packing", () =>
  inFolder(async (cache) => {
    const reads = { count: 0 }, notes: string[] = [];
    const data = documentsOf({ train: rows, test: rows.slice(0, 5) }, { reads });
    const say = (note: string) => void notes.push(note);
    const first = await tokenWindows(data, { ...plain, cache, say });
    assertEquals(reads.count, 305);
    assert(notes.some((note) => note.includes("of 300 documents")), notes.join());
    const second = await tokenWindows(data, { ...plain, cache, length: 3, packing: "whole", say });
    assertEquals(reads.count, 305);
    assertNotEquals(first.digest, second.digest);
    assertEquals(first.factors, []);
    assertEquals([first.size("judge"), first.size("judge_test")], [0, 0]);
    assertEquals(
      first.notes,
      [
        `train: 300 documents, ${rows.flat().length + 301} tokens with separators, ` +
        `${(rows.flat().length + 300) % 8} of them no target, in ${first.size("train")} windows`,
        `test: 5 documents, 21 tokens with separators, in 3 windows`,
      ].map((note) =>
        note.replace(/1(\d{3})(?= tokens)/, "1,$1").replace(", 0 of them no target", "")
      ),
    );
    await tokenWindows(data, { ...plain, cache, tokenizer: pairsTokenizer });
    assertEquals(reads.count, 610, "another tokenizer gives others");
    await tokenWindows({ ...data, digest: "others" }, { ...plain, cache });
    assertEquals(reads.count, 915, "and so do other documents");
  }));

Deno.test("windows: a run that was killed goes on after the last file; a spoilt file is made again", () =>
  inFolder(async (cache) => {
    const limits = { file: 100 }, reads = { count: 0 };
    const whole = documentsOf({ train: rows }, { reads });
    const view = await tokenWindows(whole, { ...plain, cache, limits });
    const wanted = (await view.read("train", [0, 50, 150])).samples;
    const files = await filesIn(cache);
    assert(files.length > 10, `${files.length} files`);
    // As if it had been killed while it wrote the last three.
    for (const file of files.slice(-3)) await Deno.remove(file);
    reads.count = 0;
    const after = await tokenWindows(whole, { ...plain, cache, limits });
    assert(reads.count > 0 && reads.count < 250, `${reads.count} documents read`);
    assertEquals((await after.read("train", [0, 50, 150])).samples, wanted);
    const bytes = await Deno.readFile(files[4]);
    bytes[40] ^= 1;
    await Deno.writeFile(files[4], bytes);
    const notes: string[] = [];
    const mended = await tokenWindows(whole, {
      ...plain,
      cache,
      limits,
      say: (n) => notes.push(n),
    });
    assert(notes.some((note) => note.includes("is damaged")), notes.join());
    assertEquals((await mended.read("train", [0, 50, 150])).samples, wanted);
  }));

Deno.test("windows: tokens past 16 bits are kept as they are, in memory and in files", () =>
  inFolder(async (cache) => {
    const data = documentsOf({ train: [[250, 251, 7], [1]] });
    for (const memory of [0, 1e6]) {
      const view = await tokenWindows(data, {
        ...plain,
        tokenizer: pairsTokenizer,
        cache,
        limits: { memory },
      });
      const { samples } = await view.read("train", [0]);
      const sep = pairsTokenizer.separator;
      const [a, b] = [[256 * 250 + 251 + 256, 7], [1]];
      const found = [...rowOf(samples, 0)].join();
      assert(
        [[sep, ...a, sep, ...b, sep], [sep, ...b, sep, ...a, sep]].map(String).includes(found),
        found,
      );
      assertEquals(view.sample.tokenizer.digest, "pairs");
    }
  }));

Deno.test("windows: what is read is samples of the view's kind, padded and back", () =>
  inFolder(async (cache) => {
    const data = documentsOf({ train: rows, test: rows.slice(0, 20) });
    for (const packing of ["stream", "whole"] as const) {
      const view = await tokenWindows(data, { ...plain, packing, cache });
      const { samples, labels } = await view.read("test", [0, 3, view.size("test") - 1]);
      assertEquals(labels, {});
      assertEquals(textKind.fault(samples, { spec: view.sample, count: 3 }), null);
      assertEquals(
        fromPadded(paddedTokens(samples), { tokenizer: bytesTokenizer, length: 8 }),
        samples,
      );
      await assertRejects(
        () => view.read("test", [view.size("test")]),
        RangeError,
        "was asked for",
      );
      await assertRejects(() => view.read("judge", [0]), RangeError, "it has 0");
    }
    const view = await tokenWindows(data, { ...plain, cache });
    await assertRejects(() => tokenWindows(view, { ...plain, cache }), RangeError, "already");
    await assertRejects(() => tokenWindows(data, { ...plain, cache, length: 0 }), RangeError);
  }));
