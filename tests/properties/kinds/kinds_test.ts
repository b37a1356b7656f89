/**
 * Laws of every kind of sample: what goes to an engine comes back as it was, and sets of samples are
 * sliced, picked and joined as plain arrays of samples are.
 * @module
 */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../../src/engine/mod.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import type { Samples, SampleSpec } from "../../../src/kinds/kind_map.ts";
import { kindOf, kinds } from "../../../src/kinds/table.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { law } from "../../law.ts";
import { kindsHeld } from "./held.ts";

const { engine } = await openEngine("wasm");

/** Three sets of uneven counts, and where to look in them. */
const given = (spec: fc.Arbitrary<SampleSpec>) => ({
  spec,
  seed: fc.integer({ min: 0, max: 1e6 }),
  counts: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
});

Deno.test("every kind of the table is held to the laws of kinds", () => {
  assertEquals(Object.keys(kindsHeld).sort(), Object.keys(kinds).sort());
});

async function throughEngine(spec: SampleSpec, samples: Samples) {
  const kind = kindOf(spec), tensors = kind.upload(engine, samples);
  const shapes = Object.entries(kind.tensors(spec));
  assertEquals(Object.keys(tensors).sort(), shapes.map(([name]) => name).sort());
  const values: Record<string, Float32Array | Int32Array> = {};
  for (const [name, shape] of shapes) {
    const tensor = tensors[name] as tf.Tensor;
    // −1: as wide as the widest of the samples.
    assertEquals(tensor.shape.map((n, i) => shape[i - 1] === -1 ? -1 : n), [
      samples.count,
      ...shape,
    ]);
    values[name] = await engine.read(tensor);
  }
  disposeTree(tensors);
  return values;
}

for (const [name, { spec, ...held }] of Object.entries(kindsHeld)) {
  law(`${name}: what is uploaded and downloaded is what it was, bit for bit`, {
    source: "definition",
    given: given(spec),
    cases: 20,
    kills: [
      "image-download-over-254",
      "image-download-turns",
      "point-upload-over-256",
      "point-download-of-other-length",
      "text-upload-pads-left",
      "text-download-keeps-padding",
      "view-download-of-other-cameras",
    ],
    holds: async ({ spec, seed, counts }) => {
      const kind = kindOf(spec);
      for (const count of [...counts, 300]) {
        const samples = held.samples(spec, { seed, count });
        const values = await throughEngine(spec, samples);
        assertEquals(kind.valueFault(spec, values), null);
        assertEquals(values, held.values(spec, samples));
        if (held.oneWay?.(spec)) {
          assertThrows(() => kind.download(spec, values), RangeError);
          continue;
        }
        const back = kind.download(spec, values);
        assertEquals(back, samples);
        assertEquals(kind.fault(back, { spec, count }), null);
      }
    },
  });

  law(`${name}: slices, picks and joins are those of arrays of samples`, {
    source: "definition",
    given: { ...given(spec), from: fc.nat(8), length: fc.nat(8) },
    cases: 40,
    kills: [
      "image-slice-of-one-channel",
      "image-gather-of-neighbours",
      "image-concat-of-the-first",
      "point-slice-off-by-one",
      "point-gather-of-neighbours",
      "point-concat-over-each-other",
      "text-slice-ends-not-shifted",
      "text-gather-of-neighbours",
      "text-concat-of-the-first",
      "view-gather-of-neighbours",
      "view-slice-cameras-of-the-first",
      "view-concat-over-each-other",
    ],
    holds: ({ spec, seed, counts, from, length }) => {
      const kind = kindOf(spec);
      const sets = counts.map((count, i) => held.samples(spec, { seed: seed + i, count }));
      const arrays = sets.map((set) => held.plain(spec, set));
      const all = kind.concat(sets), whole = arrays.flat();
      assertEquals(held.plain(spec, all), whole);
      assertEquals(kind.fault(all, { spec, count: whole.length }), null);
      const [start, end] = [Math.min(from, all.count), Math.min(from + length, all.count)];
      const slice = kind.slice(all, { from: start, to: end });
      assertEquals(held.plain(spec, slice), whole.slice(start, end));
      assertEquals(kind.fault(slice, { spec, count: end - start }), null);
      const picks = hostIntegers(hostKey(seed, "picks"), 2 * all.count, all.count);
      const picked = kind.gather(all, picks);
      assertEquals(held.plain(spec, picked), Array.from(picks, (i) => whole[i]));
      assertEquals(kind.fault(picked, { spec, count: picks.length }), null);
      assertThrows(() => kind.gather(all, [all.count]), RangeError);
      assertThrows(() => kind.gather(all, [-1]), RangeError);
      assertThrows(() => kind.slice(all, { to: all.count + 1 }), RangeError);
      assertThrows(() => kind.concat([]), RangeError);
    },
  });

  law(`${name}: a digest changes with any number, the count and the shape, and with nothing else`, {
    source: "definition",
    given: { ...given(spec), at: fc.nat() },
    cases: 30,
    kills: [
      "image-digest-of-bytes-alone",
      "point-digest-of-bytes-alone",
      "text-digest-without-ends",
      "view-digest-without-cameras",
    ],
    holds: async ({ spec, seed, counts, at }) => {
      const kind = kindOf(spec), samples = held.samples(spec, { seed, count: counts[0] });
      const digest = await kind.digest(samples);
      assertEquals(await kind.digest(held.samples(spec, { seed, count: counts[0] })), digest);
      for (const other of held.touched(spec, { samples, at })) {
        assertNotEquals(await kind.digest(other), digest);
      }
      // The same numbers as one sample: of another shape, where there were several.
      const one = held.asOne(spec, samples);
      assertEquals(kind.same(one.spec, spec), JSON.stringify(one.spec) === JSON.stringify(spec));
      assertEquals(await kind.digest(one.samples) === digest, samples.count === 1);
    },
  });

  law(`${name}: samples of another spec or count have a fault, and so has what is no sample`, {
    source: "definition",
    given: given(spec),
    cases: 30,
    kills: [
      "image-of-any-length",
      "point-of-any-length",
      "text-of-any-tokenizer",
      "text-of-any-vocabulary",
      "text-longer-than-its-window",
      "view-with-any-camera",
    ],
    holds: ({ spec, seed, counts: [count] }) => {
      const kind = kindOf(spec), samples = held.samples(spec, { seed, count });
      assertEquals(kind.spec.safeParse(spec).success, true);
      assertEquals(kind.fault(samples, { spec, count }), null);
      assertNotEquals(kind.fault(samples, { spec, count: count + 1 }), null);
      for (const other of held.others(spec)) {
        assertEquals(kind.spec.safeParse(other).success, true);
        assertEquals(kind.same(other, spec), false);
        assertNotEquals(kind.fault(samples, { spec: other, count }), null);
      }
      for (const broken of held.broken(spec, samples)) {
        assertNotEquals(kind.fault(broken, { spec, count }), null);
      }
    },
  });
}
