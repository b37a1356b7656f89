import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { warnings } from "../../src/compare/advice.ts";
import type { Measured } from "../../src/compare/measured.ts";
import { momentsOf } from "../../src/compare/moments/moments.ts";
import { inMemory, rowsInMemory } from "../../src/compare/moments/rows.ts";
import { score } from "../../src/compare/scores.ts";
import { clippedOf } from "../../src/metrics/features/clipped.ts";
import { coverageOf } from "../../src/metrics/features/coverage.ts";
import { kernelDistance } from "../../src/metrics/features/kernel.ts";
import type { Features } from "../../src/algebra/features.ts";
import { slicedTransports } from "../../src/metrics/features/sliced.ts";
import { vendiScore } from "../../src/metrics/features/vendi.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { runKeys } from "../../src/run/keys.ts";
import golden from "../golden/metrics/golden.json" with { type: "json" };
import { close, law } from "../law.ts";
import { features } from "../metrics/golden_inputs.ts";

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
  const [real, fake] = [side(1, 200), side(2, 100)], few = { real, fake };
  const { values, notes } = await score(pair, ask(["frechet", "kernel"]));
  assertEquals(values.map(({ name }) => name), ["FD-drawn@5100-real5200", "KID-drawn@5000"]);
  assertEquals(notes.length, 1);
  assert(
    notes[0].startsWith(
      "kernel: 5,000 of the 5,200 pictures of side 1 (200 left out) and 5,000 of the 5,100 " +
        "pictures of side 2 (100 left out), drawn by seed 1",
    ),
    notes[0],
  );
  const all = await score(few, ask(["kernel"]));
  assertEquals([all.values[0].name, all.notes], ["KID-drawn@100-real200", []]);
  const said = { ...ask(["kernel"]), settings: { kernel: { samples: 50 } } };
  const asked = await score(few, said);
  assertEquals(asked.values[0].name, "KID-drawn@50");
  assert(asked.notes[0].includes("50 of the 200 pictures of side 1 (150 left out)"));
  const other = await score(few, { ...said, seed: 2 });
  assert(other.values[0].value !== asked.values[0].value, "another seed draws others");
  const more = await score(few, { ...said, settings: { kernel: { samples: 150 } } });
  assert(more.values[0].reason!.includes("150 pictures were asked for; side 2 has 100"));
});

/** Rows in the order of their classes, which lie apart. */
function classes(seed: number, each: number, more: Partial<Measured> = {}): Measured {
  const kinds = 4, dimension = 3, count = kinds * each;
  const noise = hostNormal(hostKey(seed, "classes"), count * dimension);
  const data = Float64Array.from(noise, (v, at) => {
    const kind = Math.floor(at / dimension / each);
    return v + (at % dimension === kind % dimension ? 12 * (1 + kind) : 0);
  });
  return side(seed, count, { rows: rowsInMemory({ count, dimension, data }), ...more });
}

const rowsIn = ({ rows }: Measured) => inMemory(rows!);

Deno.test("sides of unequal numbers: every metric takes all rows of both", async () => {
  const [real, fake] = [classes(1, 60), classes(2, 15)];
  const names = ["kernel", "coverage", "clipped", "sliced", "vendi", "duplicates"];
  const { values, notes, problems } = await score({ real, fake }, ask(names));
  assertEquals(problems, []);
  const by = Object.fromEntries(values.map((value) => [value.name.split("-drawn")[0], value]));
  const sets = { real: rowsIn(real), samples: rowsIn(fake) };
  assertEquals(by.KID.name, "KID-drawn@60-real240");
  assertEquals(by.KID.value, kernelDistance(sets.real, sets.samples));
  const { precision, recall, density, coverage } = coverageOf(sets, 5);
  assertEquals(
    ["precision-k5", "recall-k5", "density-k5", "coverage-k5"].map((name) => by[name].value),
    [precision, recall, density, coverage],
  );
  assert(precision > 0.9 && recall > 0.9, `${precision} ${recall}`);
  const clipped = clippedOf(sets, 5);
  assertEquals(by["clipped-density-k5"].value, clipped.density);
  assertEquals(by["clipped-coverage-k5"].value, clipped.coverage);
  const key = runKeys(1).metric("slices");
  const slices = slicedTransports(sets.real, sets.samples, { slices: 512, key });
  assertEquals(by.SW.value, 3 * slices.reduce((sum, v) => sum + v, 0) / 512);
  assertEquals(by.copies.beside!.trainPictures, 240);
  // The Vendi score grows with N: all samples have theirs, and as many of the data stand beside it.
  assertEquals([by.Vendi.name, by.Vendi.value], ["Vendi-drawn@60", vendiScore(sets.samples)]);
  assert(by.Vendi.beside!.data !== vendiScore(sets.real));
  assertEquals(notes, [
    "vendi: 60 of the 240 pictures of side 1 (180 left out), drawn by seed 1, so that both sides " +
    "have as many",
  ]);
  const turned = await score({ real: fake, fake: real }, ask(["vendi", "kernel"]));
  assertEquals(turned.values.map(({ name }) => name), ["Vendi-drawn@240", "KID-drawn@240-real60"]);
  assertEquals(turned.values[0].beside!.dataPictures, 60);
  assertEquals(turned.values[1].value, kernelDistance(sets.samples, sets.real));
});

for (const set of golden.sets) {
  Deno.test(`prdc's and the clipped metrics' authors' values at ${set.a} and ${set.b} rows`, async () => {
    const of = (seed: number, count: number, shift: number) => {
      const rows = rowsInMemory(features(seed, { count, dimension: set.dimension, shift }));
      return side(seed, count, { dimension: set.dimension, rows });
    };
    const pair = { real: of(7, set.a, 0), fake: of(11, set.b, set.shift) };
    const { values, notes } = await score(pair, ask(["coverage", "clipped"]));
    assertEquals(notes, []);
    const { precision, recall, density, coverage, ...clipped } = set.neighbours;
    const theirs = [precision, recall, density, coverage, ...Object.values(clipped)];
    values.forEach(({ name, value }, i) =>
      close(value!, theirs[i], 1e-12 * Math.max(1, theirs[i]), name)
    );
    const real = set.a === set.b ? "" : `-real${set.a}`;
    assertEquals(values[0].name, `precision-k5-drawn@${set.b}${real}`);
  });
}

law("rows that are drawn hold each class about as often as all rows do", {
  source: "definition",
  given: { seed: fc.nat({ max: 2 ** 32 - 1 }), each: fc.integer({ min: 40, max: 90 }) },
  cases: 15,
  holds: async ({ seed, each }) => {
    const [real, fake] = [classes(1, each), classes(2, each)];
    const settings = { coverage: { samples: 2 * each, k: 3 } };
    const { values } = await score({ real, fake }, { ...ask(["coverage"]), settings, seed });
    // Half of the rows by their order are two classes of four, in both; another draw on each side is
    // of all four.
    const [precision, recall] = values.map(({ value }) => value!);
    assert(precision > 0.7 && recall > 0.7, `${precision} ${recall}`);
    const half = (set: Features, from: number) => ({
      ...set,
      count: 2 * each,
      data: set.data.slice(from * 3, (from + 2 * each) * 3),
    });
    const first = coverageOf({ real: half(rowsIn(real), 0), samples: half(rowsIn(fake), 0) }, 3);
    assert(values[0].value !== first.precision || values[2].value !== first.density, "the first");
  },
  kills: ["rows-not-drawn-but-the-first"],
});

Deno.test("fewer rows are part of more, so that none is compared with itself alone", async () => {
  const [real, fake] = [classes(1, 60), classes(2, 15)];
  const settings = { duplicates: { train: 100 } };
  const { values } = await score({ real, fake }, { ...ask(["duplicates"]), settings });
  assertEquals(values.map(({ status }) => status), [undefined, undefined, "not-defined"]);
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
  assert(same.includes("hold the same pictures in the same order"), same);
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
