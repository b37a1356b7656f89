/**
 * What each kind of sample is held to by the laws of kinds: specs of it, samples, and what they are as
 * plain arrays.
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { imageKind } from "../../../src/kinds/image/kind.ts";
import type { Kind } from "../../../src/kinds/kind.ts";
import type { KindName, Samples, SpecOf } from "../../../src/kinds/kind_map.ts";
import { pointKind } from "../../../src/kinds/point/kind.ts";
import { rowOf, textSet } from "../../../src/kinds/text/texts.ts";
import { hostIntegers, hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { CAMERA, type ViewSet } from "../../../src/kinds/view/view_set.ts";
import { bytesTokenizer } from "../../../src/tokenizers/mod.ts";

/** Typed for one kind; the laws call it with that kind's values alone. */
export interface Held<K extends KindName> {
  readonly spec: fc.Arbitrary<SpecOf<K>>;
  /** Samples of any numbers. */
  samples(spec: SpecOf<K>, of: { seed: number; count: number }): Samples<K>;
  /** A set as a plain array of samples, each the array of its numbers. */
  plain(spec: SpecOf<K>, samples: Samples<K>): number[][];
  /** What programs are given, computed another way. */
  values(spec: SpecOf<K>, samples: Samples<K>): Record<string, Float32Array | Int32Array>;
  /** Whether samples of this spec go to programs but never come back. */
  oneWay?(spec: SpecOf<K>): boolean;
  /** The samples with one thing changed, a number or a border. */
  touched(spec: SpecOf<K>, of: { samples: Samples<K>; at: number }): Samples<K>[];
  /** The same numbers as one sample. */
  asOne(spec: SpecOf<K>, samples: Samples<K>): { spec: SpecOf<K>; samples: Samples<K> };
  /** Specs that the samples of this one aren't of. */
  others(spec: SpecOf<K>): SpecOf<K>[];
  /** What is no set of samples. */
  broken(spec: SpecOf<K>, samples: Samples<K>): Samples<K>[];
}

/** Kinds whose samples are so many bytes each. */
function bytesHeld<K extends "image" | "point">(
  kind: Kind<K>,
  spec: fc.Arbitrary<SpecOf<K>>,
  { times, other }: {
    times: (spec: SpecOf<K>, count: number) => SpecOf<K>;
    other: (spec: SpecOf<K>) => SpecOf<K>;
  },
): Held<K> {
  const bytesOf = (samples: Samples<K>) => Uint8Array.from(kind.bytes!.of(samples));
  return {
    spec,
    // All levels are among those of 256 numbers or more.
    samples(spec, { seed, count }) {
      const key = hostKey(seed, "kinds", count);
      const bytes = hostIntegers(key, count * kind.numbers(spec), 256);
      return kind.bytes!.samples(spec, Uint8Array.from(bytes));
    },
    plain(spec, samples) {
      const data = bytesOf(samples), each = kind.numbers(spec);
      assertEquals(data.length, samples.count * each, "as many numbers as samples have");
      return Array.from(
        { length: samples.count },
        (_, i) => [...data.subarray(i * each, (i + 1) * each)],
      );
    },
    // k/255 to the nearest float32: the values that families are promised.
    values: (_, samples) => ({
      x_BHWC: Float32Array.from(bytesOf(samples), (k) => Math.fround(k / 255)),
    }),
    touched(spec, { samples, at }) {
      const bytes = bytesOf(samples);
      bytes[at % bytes.length] ^= 1 + at % 255;
      return [kind.bytes!.samples(spec, bytes)];
    },
    asOne(spec, samples) {
      const large = times(spec, samples.count);
      return {
        spec: large,
        samples: kind.bytes!.samples(large, bytesOf(samples)),
      };
    },
    others: (spec) => [other(spec)],
    broken: (_, samples) => [{ ...samples, data: bytesOf(samples).subarray(1) }],
  };
}

/** Tokens by another way than the kind's own: a plain array a row. */
const rowsOf = (samples: Samples<"text">) =>
  Array.from({ length: samples.count }, (_, i) => [...rowOf(samples, i)]);

const text: Held<"text"> = {
  spec: fc.record({
    kind: fc.constant("text" as const),
    tokenizer: fc.constant(bytesTokenizer),
    length: fc.integer({ min: 1, max: 9 }),
  }, { requiredKeys: ["kind", "tokenizer"] }),
  /** Rows of any length, empty ones among them; the first has a token. */
  samples({ tokenizer, length }, { seed, count }) {
    const key = hostKey(seed, "texts", count), most = length === undefined ? 12 : length + 1;
    const lengths = hostIntegers(key, count, most + 1);
    return textSet(
      Array.from(
        lengths,
        (own, i) => hostIntegers(hostKey(seed, "row", i), i === 0 ? Math.max(1, own) : own, 257),
      ),
      { tokenizer, length },
    );
  },
  plain: (_, samples) => {
    assertEquals(samples.ends.length, samples.count);
    assertEquals(samples.tokens.length, samples.ends.at(-1) ?? 0);
    return rowsOf(samples);
  },
  values({ length }, samples) {
    const rows = rowsOf(samples);
    const columns = length === undefined ? Math.max(...rows.map((row) => row.length)) : length + 1;
    const cells = rows.flatMap((row) => [...row, ...new Array(columns - row.length).fill(-1)]);
    return { tokens_BT: Int32Array.from(cells) };
  },
  oneWay: ({ length }) => length === undefined,
  touched(_, { samples, at }) {
    const tokens = samples.tokens.slice(), place = at % tokens.length;
    tokens[place] = (tokens[place] + 1 + at % 256) % 257;
    const ends = samples.ends.slice();
    ends[0]--;
    return [{ ...samples, tokens }, ...(samples.count > 1 ? [{ ...samples, ends }] : [])];
  },
  asOne(spec, samples) {
    const { tokens } = samples;
    const large = spec.length === undefined
      ? spec
      : { ...spec, length: Math.max(spec.length, tokens.length - 1) };
    return { spec: large, samples: textSet([tokens], large) };
  },
  others: (spec) => [
    { ...spec, length: (spec.length ?? 0) + 1 },
    { ...spec, tokenizer: { ...bytesTokenizer, digest: "another" } },
  ],
  broken({ length }, samples) {
    const { tokens, ends } = samples, strange = tokens.slice(), late = ends.slice();
    strange[tokens.length - 1] = 257;
    late[0] = tokens.length + 1;
    const most = (length ?? 0) + 1, rows = Array.from(ends, (_, i) => i === 0 ? most + 1 : 0);
    return [
      { ...samples, tokens: tokens.subarray(1) },
      { ...samples, tokens: strange },
      { ...samples, ends: late },
      ...(length === undefined ? [] : [textSet(rows.map((n) => new Uint8Array(n)), samples)]),
    ];
  },
};

/** Bytes of a view's picture and numbers of its camera, in one array. */
const plainViews = ({ count, height, width, pictures, cameras }: ViewSet) => {
  const each = height * width * 3;
  assertEquals([pictures.length, cameras.length], [count * each, count * CAMERA]);
  return Array.from({ length: count }, (_, i) => [
    ...pictures.subarray(i * each, (i + 1) * each),
    ...cameras.subarray(i * CAMERA, (i + 1) * CAMERA),
  ]);
};

const view: Held<"view"> = {
  spec: fc.record({
    kind: fc.constant("view" as const),
    height: fc.integer({ min: 1, max: 4 }),
    width: fc.integer({ min: 5, max: 7 }),
    background: fc.constant([255, 255, 255] as const),
    near: fc.constant(1),
    far: fc.constant(4),
  }),
  samples({ height, width }, { seed, count }) {
    const bytes = hostIntegers(hostKey(seed, "views", count), count * height * width * 3, 256);
    // Focal lengths are above 0.
    const cameras = hostNormal(hostKey(seed, "cameras", count), count * CAMERA)
      .map((value, i) => i % CAMERA === 12 || i % CAMERA === 13 ? 1 + Math.abs(value) : value);
    return { count, height, width, pictures: Uint8Array.from(bytes), cameras };
  },
  plain: (_, samples) => plainViews(samples),
  values: (_, { pictures, cameras }) => ({
    x_BHWC: Float32Array.from(pictures, (k) => Math.fround(k / 255)),
    camera_BC: Float32Array.from(cameras),
  }),
  touched(_, { samples, at }) {
    const pictures = samples.pictures.slice(), cameras = samples.cameras.slice();
    pictures[at % pictures.length] ^= 1 + at % 255;
    cameras[at % cameras.length] += 1;
    return [{ ...samples, pictures }, { ...samples, cameras }];
  },
  asOne(spec, samples) {
    const height = spec.height * samples.count;
    return {
      spec: { ...spec, height },
      samples: { ...samples, count: 1, height, cameras: samples.cameras.slice(0, CAMERA) },
    };
  },
  others: (spec) => [
    { ...spec, width: spec.width + 1 },
    { ...spec, height: spec.height + 1 },
  ],
  broken(_, samples) {
    const cameras = samples.cameras.slice(), flat = samples.cameras.slice();
    cameras[3] = NaN;
    flat[12] = 0;
    return [
      { ...samples, pictures: samples.pictures.subarray(1) },
      { ...samples, cameras: samples.cameras.subarray(1) },
      { ...samples, cameras },
      { ...samples, cameras: flat },
    ];
  },
};

/** Pictures in colour have unequal sides. */
export const kindsHeld = {
  image: bytesHeld<"image">(
    imageKind,
    fc.record({
      kind: fc.constant("image" as const),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 6, max: 9 }),
      channels: fc.constantFrom(1 as const, 3 as const),
    }),
    {
      times: (spec, count) => ({ ...spec, height: spec.height * count }),
      other: (spec) => ({ ...spec, width: spec.width + 1 }),
    },
  ),
  point: bytesHeld<"point">(
    pointKind,
    fc.record({
      kind: fc.constant("point" as const),
      dimensions: fc.integer({ min: 1, max: 20 }),
    }),
    {
      times: (spec, count) => ({ ...spec, dimensions: spec.dimensions * count }),
      other: (spec) => ({ ...spec, dimensions: spec.dimensions + 1 }),
    },
  ),
  text,
  view,
} as unknown as Readonly<Record<string, Held<KindName>>>;
