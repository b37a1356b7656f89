import { assert, assertEquals } from "@std/assert";
import { folderNote, warnings } from "../../src/evaluate/advice.ts";
import type { Measured } from "../../src/evaluate/measured.ts";
import { momentsOf } from "../../src/evaluate/moments.ts";
import { rowsInMemory } from "../../src/evaluate/rows.ts";
import { score } from "../../src/evaluate/scores.ts";
import type { PictureSource } from "../../src/evaluate/source.ts";
import { hostKey, hostNormal } from "../../src/random/host.ts";

/** A side of drawn features; `more` replaces parts of it. */
function side(seed: number, count: number, more: Partial<Measured> = {}): Measured {
  const dimension = 3;
  const data = Float64Array.from(hostNormal(hostKey(seed, "side"), count * dimension));
  const rows = rowsInMemory({ count, dimension, data });
  return {
    label: `side ${seed}`,
    count,
    dimension,
    rows,
    bits: 64,
    digest: `${seed}`,
    timing: null,
    notes: [],
    origin: null,
    moments: () => momentsOf(rows, count),
    pixels: null,
    close: () => {},
    ...more,
  };
}

const ask = (metrics: readonly string[], more: { samples?: number } = {}) => ({
  metrics,
  settings: {},
  extractor: "drawn",
  opened: null,
  seed: 1,
  ...more,
});

Deno.test("metrics whose work grows with the square take a stated number, said aloud", async () => {
  const pair = { real: side(1, 5200), fake: side(2, 5100) };
  const few = { real: side(1, 200), fake: side(2, 100) };
  const { values, notes } = await score(pair, ask(["frechet", "kernel"]));
  assertEquals(values.map(({ name }) => name), ["FD-drawn@5100-real5200", "KID-drawn@5000"]);
  assertEquals(notes.length, 1);
  assert(notes[0].includes("kernel: the first 5,000 pictures a side of 5,200 and 5,100"), notes[0]);
  const all = await score(few, ask(["kernel"]));
  assertEquals([all.values[0].name, all.notes], ["KID-drawn@100", []]);
  const asked = await score(few, ask(["kernel"], { samples: 50 }));
  assertEquals([asked.values[0].name, asked.notes], ["KID-drawn@50", []]);
});

Deno.test("a metric that memory can't hold says how many pictures it could", async () => {
  const rows = { count: 1e9, dimension: 1e5, read: () => new Float64Array(0) };
  const huge = { count: 1e9, dimension: 1e5, rows };
  const pair = { real: side(1, 2, huge), fake: side(2, 2, huge) };
  const { values, problems } = await score(pair, ask(["coverage"], { samples: 1e9 }));
  assertEquals(problems, []);
  for (const { value, status, reason } of values) {
    assertEquals([value, status], [null, "not-measured"]);
    assert(/1,000,000,000 × 100000 features a side don't fit .* --samples \d+ would/.test(reason!));
  }
});

Deno.test("statistics give distances and nothing that needs rows; a broken side is a problem", async () => {
  const kept = side(1, 40, { rows: null, count: null });
  const { values } = await score({ real: kept, fake: side(2, 30) }, ask(["frechet", "kernel"]));
  assertEquals(values[0].name, "FD-drawn@30-realunknown");
  assert(values[0].value! > 0);
  assert(values[1].reason!.includes("side 1 holds means and covariances only"), values[1].reason);
  const broken = side(3, 5, { moments: () => momentsOf(rowsInMemory(nan), 2) });
  const { problems } = await score({ real: broken, fake: side(2, 30) }, ask(["frechet"]));
  assertEquals(problems.length, 1);
  assert(problems[0].includes("feature 0 of row 1 is NaN"), problems[0]);
});

const nan = { count: 2, dimension: 3, data: Float64Array.of(1, 2, 3, NaN, 0, 0) };

Deno.test("warnings: the same files, too few pictures, numbers that don't say who made them", () => {
  const texts = (real: Measured, fake: Measured) => warnings({ real, fake }).join("\n");
  assertEquals(texts(side(1, 10), side(2, 10)), "");
  const same = texts(side(1, 10), side(2, 10, { digest: "1" }));
  assert(same.includes("hold files of the same names, sizes and times"), same);
  const few = texts(side(1, 3), side(2, 10));
  assert(few.includes("side 1: 3 pictures for 3 dimensions"), few);
  const unsaid = texts(side(1, 10, { rows: null }), side(2, 10));
  assert(unsaid.includes("side 1 doesn't say which network"), unsaid);
  const origin = {
    format: 1 as const,
    extractor: "drawn",
    extractorDigest: null,
    preparation: "",
    count: 10,
    of: "",
  };
  assertEquals(texts(side(1, 10, { rows: null, origin }), side(2, 10, { origin })), "");
  assert(texts(side(1, 10), side(2, 10, { origin })).includes("side 1 doesn't say"));
});

Deno.test("a subset by path that leaves folders out is told of", () => {
  const names = ["a/1", "a/2", "b/1", "c/1"];
  const source = {
    label: "data",
    count: 4,
    names: (from: number, to: number) => names.slice(from, to),
  } as unknown as PictureSource;
  assertEquals(folderNote(source, 4), null);
  assert(folderNote(source, 2)!.includes("end in a, the last folder is c; --shuffle SEED"));
});
