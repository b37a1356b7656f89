/**
 * Laws of every kind of sample: what goes to an engine comes back as it was, and sets of samples are
 * sliced, picked and joined as plain arrays of samples are.
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../../src/engine/mod.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import type { Kind } from "../../../src/kinds/kind.ts";
import type { Samples, SampleSpec } from "../../../src/kinds/kind_map.ts";
import { kindOf, kinds } from "../../../src/kinds/table.ts";
import { hostIntegers, hostKey } from "../../../src/random/host/host.ts";
import { law } from "../../law.ts";

const { engine } = await openEngine("wasm");

/** What a law is held to on each kind: specs of it, pictures in colour with unequal sides. */
const specs: Readonly<Record<string, fc.Arbitrary<SampleSpec>>> = {
  image: fc.record({
    kind: fc.constant("image" as const),
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 6, max: 9 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  }),
  point: fc.record({
    kind: fc.constant("point" as const),
    dimensions: fc.integer({ min: 1, max: 20 }),
  }),
};

/** Three sets of uneven counts, and where to look in them. */
const given = (spec: fc.Arbitrary<SampleSpec>) => ({
  spec,
  seed: fc.integer({ min: 0, max: 1e6 }),
  counts: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
});

/** Samples of any bytes: all levels are among those of 256 numbers or more. */
function samplesOf(spec: SampleSpec, { seed, count }: { seed: number; count: number }): Samples {
  const kind = kindOf(spec);
  const bytes = hostIntegers(hostKey(seed, "kinds", count), count * kind.numbers(spec), 256);
  return kind.bytes!.samples(spec, Uint8Array.from(bytes));
}

/** A set as a plain array of samples, each the array of its numbers. */
function plain(kind: Kind, spec: SampleSpec, samples: Samples): number[][] {
  const data = kind.bytes!.of(samples), each = kind.numbers(spec);
  assertEquals(data.length, samples.count * each, "as many numbers as samples have");
  return Array.from(
    { length: samples.count },
    (_, i) => [...data.subarray(i * each, (i + 1) * each)],
  );
}

async function throughEngine(spec: SampleSpec, samples: Samples) {
  const kind = kindOf(spec), tensors = kind.upload(engine, samples);
  const shapes = Object.entries(kind.tensors(spec));
  assertEquals(Object.keys(tensors).sort(), shapes.map(([name]) => name).sort());
  const values: Record<string, Float32Array | Int32Array> = {};
  for (const [name, shape] of shapes) {
    const tensor = tensors[name] as tf.Tensor;
    assertEquals(tensor.shape, [samples.count, ...shape]);
    values[name] = await engine.read(tensor);
  }
  disposeTree(tensors);
  return values;
}

Deno.test("every kind of the table is held to the laws of kinds", () => {
  assertEquals(Object.keys(specs).sort(), Object.keys(kinds).sort());
});

for (const [name, spec] of Object.entries(specs)) {
  law(`${name}: what is uploaded and downloaded is what it was, bit for bit`, {
    source: "definition",
    given: given(spec),
    cases: 20,
    kills: [
      "image-download-over-254",
      "image-download-turns",
      "point-upload-over-256",
      "point-download-of-other-length",
    ],
    holds: async ({ spec, seed, counts }) => {
      const kind = kindOf(spec);
      for (const count of [...counts, 300]) {
        const samples = samplesOf(spec, { seed, count });
        const values = await throughEngine(spec, samples);
        assertEquals(kind.valueFault(spec, values), null);
        const back = kind.download(spec, values);
        assertEquals(back, samples);
        assertEquals(kind.fault(back, { spec, count }), null);
        for (const [tensor, found] of Object.entries(values)) {
          // k/255 to the nearest float32: the values that families are promised.
          const wanted = kind.bytes!.of(samples);
          assert(found.every((v, i) => v === Math.fround(wanted[i] / 255)), tensor);
        }
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
    ],
    holds: ({ spec, seed, counts, from, length }) => {
      const kind = kindOf(spec);
      const sets = counts.map((count, i) => samplesOf(spec, { seed: seed + i, count }));
      const arrays = sets.map((set) => plain(kind, spec, set));
      const all = kind.concat(sets), whole = arrays.flat();
      assertEquals(plain(kind, spec, all), whole);
      assertEquals(kind.fault(all, { spec, count: whole.length }), null);
      const [start, end] = [Math.min(from, all.count), Math.min(from + length, all.count)];
      const slice = kind.slice(all, { from: start, to: end });
      assertEquals(plain(kind, spec, slice), whole.slice(start, end));
      assertEquals(kind.fault(slice, { spec, count: end - start }), null);
      const picks = hostIntegers(hostKey(seed, "picks"), 2 * all.count, all.count);
      const picked = kind.gather(all, picks);
      assertEquals(plain(kind, spec, picked), Array.from(picks, (i) => whole[i]));
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
    kills: ["image-digest-of-bytes-alone", "point-digest-of-bytes-alone"],
    holds: async ({ spec, seed, counts, at }) => {
      const kind = kindOf(spec), samples = samplesOf(spec, { seed, count: counts[0] });
      const digest = await kind.digest(samples);
      assertEquals(await kind.digest(samplesOf(spec, { seed, count: counts[0] })), digest);
      const bytes = Uint8Array.from(kind.bytes!.of(samples));
      bytes[at % bytes.length] ^= 1 + at % 255;
      assertNotEquals(await kind.digest(kind.bytes!.samples(spec, bytes)), digest);
      const other: SampleSpec = spec.kind === "point"
        ? { ...spec, dimensions: spec.dimensions * samples.count }
        : spec.kind === "image"
        ? { ...spec, height: spec.height * samples.count }
        : spec;
      // The same bytes as one sample: of another shape, where there were several.
      const one = kind.bytes!.samples(other, kind.bytes!.of(samples));
      assertEquals(kind.same(other, spec), samples.count === 1);
      assertEquals(await kind.digest(one) === digest, samples.count === 1);
    },
  });

  law(`${name}: samples of another spec or count have a fault, and so has what is no sample`, {
    source: "definition",
    given: given(spec),
    cases: 30,
    kills: ["image-of-any-length", "point-of-any-length"],
    holds: ({ spec, seed, counts: [count] }) => {
      const kind = kindOf(spec), samples = samplesOf(spec, { seed, count });
      assertEquals(kind.spec.safeParse(spec).success, true);
      assertEquals(kind.fault(samples, { spec, count }), null);
      assertNotEquals(kind.fault(samples, { spec, count: count + 1 }), null);
      const more: SampleSpec = spec.kind === "point"
        ? { ...spec, dimensions: spec.dimensions + 1 }
        : spec.kind === "image"
        ? { ...spec, width: spec.width + 1 }
        : spec;
      assertNotEquals(kind.fault(samples, { spec: more, count }), null);
      const short = { ...samples, data: kind.bytes!.of(samples).subarray(1) } as Samples;
      assertNotEquals(kind.fault(short, { spec, count }), null);
    },
  });
}
