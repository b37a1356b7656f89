import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import fc from "fast-check";
import { DataError } from "../../src/base/errors.ts";
import { decodeNpy, encodeNpy, type NpyData, readNpyHeader } from "../../src/data/numpy/npy.ts";
import { encodeNpz, readNpz, writeNpz } from "../../src/data/numpy/npz.ts";
import { law } from "../law.ts";

const folder = fromFileUrl(new URL("../golden/evaluate/", import.meta.url));
const golden = JSON.parse(await Deno.readTextFile(join(folder, "golden.json")));

/** Numbers of any kind that fill a shape; NaNs with payloads, infinities and −0 among them. */
const arrays = fc.record({
  shape: fc.array(fc.nat(5), { maxLength: 3 }),
  kind: fc.constantFrom(Float32Array, Float64Array, Uint8Array, Int32Array, BigInt64Array),
  seed: fc.uint8Array({ minLength: 8, maxLength: 64 }),
}).map(({ shape, kind, seed }) => {
  const size = shape.reduce((n, s) => n * s, 1);
  const bytes = Uint8Array.from(
    { length: size * kind.BYTES_PER_ELEMENT },
    (_, i) => seed[i % seed.length] ^ (i * 37),
  );
  return { shape, data: new kind(bytes.buffer) as NpyData };
});

const bytesOf = (data: NpyData) => new Uint8Array(data.buffer as ArrayBuffer);

law("an array written as .npy and read again has the same shape and bits", {
  source: "definition",
  given: { array: arrays },
  holds: ({ array }) => {
    const read = decodeNpy(encodeNpy(array), "array");
    assert("data" in read);
    assertEquals(read.shape, array.shape);
    assertEquals(read.data.constructor, array.data.constructor);
    assertEquals(bytesOf(read.data), bytesOf(array.data));
  },
});

law("the numbers of a .npy file start at a multiple of 64 bytes, after a line's end", {
  source: "numpy.lib.format",
  given: { array: arrays },
  holds: ({ array }) => {
    const bytes = encodeNpy(array);
    const { offset } = readNpyHeader(bytes, "array");
    assertEquals(offset % 64, 0);
    assertEquals(bytes[offset - 1], 0x0a);
    const text = new TextDecoder("latin1").decode(bytes.subarray(10, offset));
    // A tuple of one is (n,): without its comma Python reads a number.
    assert(array.shape.length !== 1 || text.includes(`(${array.shape[0]},)`), text);
  },
  kills: ["npy-header-not-aligned", "npy-one-axis-without-its-comma"],
});

law("an archive written and read again holds the same arrays in the same order, packed or not", {
  source: "definition",
  given: {
    entries: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 }),
    array: arrays,
    text: fc.string({ unit: "grapheme", maxLength: 40 }).filter((t) => !t.endsWith("\0")),
    compress: fc.boolean(),
  },
  cases: 30,
  holds: async ({ entries, array, text, compress }) => {
    const path = await Deno.makeTempFile({ suffix: ".npz" });
    const all = { ...Object.fromEntries(entries.map((name) => [name, array])), Text: { text } };
    await writeNpz(path, all, { compress });
    const { arrays, entries: names } = await readNpz(path);
    await Deno.remove(path);
    assertEquals(names, Object.keys(all));
    assertEquals(arrays.Text, { text });
    for (const name of entries) {
      const read = arrays[name];
      assert("data" in read);
      assertEquals([read.shape, bytesOf(read.data)], [array.shape, bytesOf(array.data)]);
    }
    assertEquals(encodeNpz(all, { compress }), encodeNpz(all, { compress }));
  },
});

const numbers = (array: unknown) => Array.from((array as { data: ArrayLike<number> }).data);
const read = async (name: string) => (await readNpz(join(folder, name))).arrays;

Deno.test("numpy's own archives are read bit for bit: plain, compressed, float32, Fortran's order", async () => {
  const [mean, sigma] = [golden.mean, golden.sigma] as [number[], number[]];
  const plain = await read("numpy_plain.npz");
  assertEquals([numbers(plain.mu), numbers(plain.sigma)], [mean, sigma]);
  assert("shape" in plain.sigma);
  assertEquals(plain.sigma.shape, [5, 5]);
  const single = await read("numpy_compressed.npz");
  assertEquals(numbers(single.mu), mean.map(Math.fround));
  assertEquals(numbers(single.sigma), sigma.map(Math.fround));
  assertEquals(numbers(single.extra), [0n, 1n, 2n] as unknown as number[]);
  const fortran = await read("numpy_fortran.npz");
  assertEquals(numbers(fortran.sigma), sigma);
});

Deno.test("headers of versions 2.0 and 3.0 are read; Fortran's order of three axes too", async () => {
  const bytes = await Deno.readFile(join(folder, "fortran.npy"));
  assertEquals([bytes[6], bytes[7]], [2, 0]);
  const grid = decodeNpy(bytes, "fortran.npy");
  assertEquals(numbers(grid), Array.from({ length: 24 }, (_, i) => i));
  const rows = decodeNpy(await Deno.readFile(join(folder, "version3.npy")), "version3.npy");
  assertEquals(numbers(rows), (golden.rows as number[]).map(Math.fround));
});

Deno.test("what can't be read says what it is and what to do", async () => {
  const refused = async (make: () => Promise<unknown>, ...words: string[]) => {
    const { message } = await assertRejects(make, DataError);
    for (const word of words) assert(message.includes(word), message);
  };
  await refused(() => read("numpy_big_endian.npz"), "mu", "big-endian", "astype('<f8')");
  await refused(() => read("numpy_objects.npz"), "pickled Python objects", "never opened");
  await refused(() => read("golden.json"), "can't be read as an archive");
  await refused(() => read("nowhere.npz"), "it isn't there");
  const whole = encodeNpy({ shape: [3], data: Float64Array.of(1, 2, 3) });
  assertThrows(
    () => decodeNpy(whole.subarray(0, 20), "a.npy"),
    DataError,
    "ends inside its header",
  );
  assertThrows(
    () => decodeNpy(whole.subarray(0, -8), "a.npy"),
    DataError,
    "24 bytes, 16 are there",
  );
  assertThrows(() => decodeNpy(new Uint8Array(200), "a.npy"), DataError, "\\x93NUMPY");
  const future = whole.slice();
  future[6] = 4;
  assertThrows(() => decodeNpy(future, "a.npy"), DataError, "format version 4.0");
  assertThrows(() => encodeNpy({ shape: [2, 2], data: Float64Array.of(1) }), RangeError, "(2,2)");
});

Deno.test("a damaged archive is told by its checksum", async () => {
  const path = await Deno.makeTempFile({ suffix: ".npz" });
  await writeNpz(path, { mu: { shape: [4], data: Float64Array.of(1, 2, 3, 4) } }, {
    compress: false,
  });
  const bytes = await Deno.readFile(path);
  bytes[170] ^= 1; // inside the numbers, which lie there unpacked
  await Deno.writeFile(path, bytes);
  const { message } = await assertRejects(() => readNpz(path), DataError);
  assert(message.includes("mu is damaged"), message);
  await Deno.remove(path);
});
