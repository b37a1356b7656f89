/**
 * Laws of windows of tokens: each token of each document is a target once, whatever the lengths, and
 * reading is pure.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PACKINGS, tokenWindows } from "../../../src/data/text/mod.ts";
import { rowOf } from "../../../src/kinds/text/texts.ts";
import { hostIntegers, hostKey, hostPermutation } from "../../../src/random/host/mod.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";
import { law } from "../../law.ts";
import { documentsOf } from "./documents.ts";

const SEPARATOR = 256;

/** Documents whose bytes tell them apart: each is its number and the place within, as two bytes. */
function documents(lengths: readonly number[]): number[][] {
  return lengths.map((length, d) => Array.from({ length }, (_, i) => i % 2 === 0 ? d : i >> 1));
}

const given = {
  lengths: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 }),
  length: fc.integer({ min: 1, max: 40 }),
  file: fc.integer({ min: 20, max: 300 }),
  memory: fc.constantFrom(0, 40, 1e6),
};

async function inFolder<T>(use: (cache: string) => Promise<T>): Promise<T> {
  const cache = await Deno.makeTempDir({ prefix: "likeness-windows-" });
  try {
    return await use(cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

interface Case {
  readonly lengths: readonly number[];
  readonly length: number;
  readonly file: number;
  readonly memory: number;
}

/** The windows of both splits, of which both have the same documents. */
function windowsOf(
  { lengths, length, file, memory }: Case,
  { packing, cache }: { packing: typeof PACKINGS[number]; cache: string },
) {
  const rows = documents(lengths);
  return tokenWindows(documentsOf({ train: rows, test: rows }), {
    tokenizer: bytesTokenizer,
    length,
    packing,
    cache,
    limits: { file, memory },
  });
}

async function rowsOf(view: Awaited<ReturnType<typeof windowsOf>>, split: "train" | "test") {
  const { samples } = await view.read(split, [...Array(view.size(split)).keys()]);
  assertEquals(samples.length, view.sample.length);
  return Array.from({ length: samples.count }, (_, i) => [...rowOf(samples, i)]);
}

law("a stream's windows have each token as a target once, in one order, with no padding within", {
  source: "definition",
  given,
  cases: 60,
  kills: [
    "windows-overlap-by-none",
    "windows-last-of-test-dropped",
    "windows-of-a-separator-less",
    "windows-read-from-the-first-file",
  ],
  holds: (of) =>
    inFolder(async (cache) => {
      const view = await windowsOf(of, { packing: "stream", cache });
      const rows = await rowsOf(view, "test");
      // What follows the first token of each window is all there is but for the first separator.
      const row = [rows[0][0], ...rows.flatMap((window) => window.slice(1))];
      rows.slice(1).forEach((window, i) => assertEquals(window[0], rows[i].at(-1)));
      assert(rows.slice(0, -1).every((window) => window.length === of.length + 1));
      assertEquals(row[0], SEPARATOR);
      assertEquals(row.at(-1), SEPARATOR);
      const found: number[][] = [];
      for (const token of row.slice(0, -1)) {
        if (token === SEPARATOR) found.push([]);
        else found.at(-1)!.push(token);
      }
      assertEquals(found.map(String).sort(), documents(of.lengths).map(String).sort());
      // Of `train` only full windows, unless there is no other.
      const train = await rowsOf(view, "train");
      const full = Math.floor((row.length - 1) / of.length);
      assertEquals(train.length, Math.max(1, full));
      assertEquals(new Set(train.map((window) => window.length)).size, 1);
    }),
});

law("packed documents are whole, each once; only those longer than a window are cut", {
  source: "definition",
  given,
  cases: 120,
  kills: [
    "packing-over-the-end",
    "packing-tail-without-context",
    "packing-forgets-ends",
    "packing-tail-behind-others",
  ],
  holds: (of) =>
    inFolder(async (cache) => {
      const view = await windowsOf(of, { packing: "whole", cache });
      const wanted = documents(of.lengths);
      for (const split of ["train", "test"] as const) {
        const rows = await rowsOf(view, split);
        const whole: number[][] = [], cut: number[][] = [];
        let ends = 0;
        for (const window of rows) {
          assert(window.length <= of.length + 1, `${window.length} tokens`);
          const begins = window.flatMap((token, t) => token === SEPARATOR ? [t] : []);
          if (window[0] !== SEPARATOR) cut.push(window.slice(0, begins[0]));
          // A separator ends what stands before it; the last one begins nothing.
          ends += begins.filter((t) => t > 0).length;
          for (const [i, begin] of begins.entries()) {
            if (begin === window.length - 1) break;
            const text = window.slice(begin + 1, begins[i + 1]);
            (text.length === of.length ? cut : whole).push(text);
          }
        }
        assertEquals(
          whole.map(String).sort(),
          wanted.filter(({ length }) => length < of.length).map(String).sort(),
        );
        // Each long one is there in windows that overlap by the one token that is only seen.
        const pieces = wanted.filter(({ length }) => length >= of.length).flatMap((text) =>
          Array.from({ length: Math.ceil(text.length / of.length) }, (_, k) =>
            text.slice(Math.max(0, k * of.length - 1), (k + 1) * of.length))
        );
        assertEquals(cut.map(String).sort(), pieces.map(String).sort());
        // Every end is a target but of what fills its last window.
        const filling = wanted.filter(({ length }) =>
          length > 0 && length % of.length === 0
        );
        assertEquals(ends, wanted.length - filling.length);
      }
    }),
});

/** Windows of the best packing of the longest first, tried one by one. */
function plainBestFit(lengths: readonly number[], T: number): number {
  const rooms: number[] = [];
  const short: number[] = [];
  for (const length of lengths) {
    for (let k = 0; k < Math.floor(length / T); k++) rooms.push(0);
    const rest = length % T;
    if (length > T && rest > 0) rooms.push(T - rest - 1);
    if (length < T) short.push(length + 1);
  }
  for (const cost of short.sort((a, b) => b - a)) {
    const fitting = rooms.filter((room) => room >= cost);
    if (fitting.length === 0) rooms.push(T - cost);
    else rooms[rooms.indexOf(Math.min(...fitting))] -= cost;
  }
  return rooms.length;
}

law("packed windows are as few as those of best fit, tried window by window", {
  source: "Johnson, Near-optimal bin packing algorithms, 1973",
  given: {
    ...given,
    lengths: fc.array(fc.integer({ min: 3, max: 70 }), { minLength: 40, maxLength: 120 }),
    length: fc.integer({ min: 50, max: 63 }),
    file: fc.constant(1000),
  },
  cases: 40,
  kills: ["packing-worst-fit", "packing-shortest-first"],
  holds: (of) =>
    inFolder(async (cache) => {
      const view = await windowsOf(of, { packing: "whole", cache });
      assertEquals(view.size("test"), plainBestFit(of.lengths, of.length));
    }),
});

for (const packing of PACKINGS) {
  law(
    `${packing}: reading is pure: in any order, again, from files or memory, whatever their size`,
    {
      source: "definition",
      given: { ...given, seed: fc.nat(1e6) },
      cases: 40,
      kills: ["windows-held-beyond-the-first-file", "windows-read-past-the-counts"],
      holds: ({ seed, ...of }) =>
        inFolder(async (cache) => {
          const view = await windowsOf(of, { packing, cache });
          const rows = await rowsOf(view, "test");
          const count = view.size("test");
          const picks = [
            ...hostPermutation(hostKey(seed, "order"), count),
            ...hostIntegers(hostKey(seed, "picks"), 5, count),
          ];
          const { samples } = await view.read("test", picks);
          assertEquals(picks.map((_, i) => [...rowOf(samples, i)]), picks.map((i) => rows[i]));
          // Another run, which finds the files; and one that has others of another size.
          const again = await windowsOf({ ...of, memory: 1e6 }, { packing, cache });
          assertEquals(await rowsOf(again, "test"), rows);
          const other = await inFolder((cache) =>
            windowsOf({ ...of, file: 1e6, memory: 1e6 }, { packing, cache }).then((view) =>
              rowsOf(view, "test")
            )
          );
          assertEquals(other, rows);
        }),
    },
  );
}
