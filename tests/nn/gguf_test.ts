import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  bytesIn,
  decodeSafetensors,
  dequantised,
  GgufError,
  openGguf,
} from "../../src/nn/files/mod.ts";
import { fromHalf } from "../../src/nn/files/half.ts";
import { law } from "../law.ts";

const golden = new URL("../golden/language/files/gguf/", import.meta.url);
const read = async (name: string) => await Deno.readFile(new URL(name, golden));
const types = await read("types.gguf");

Deno.test("metadata of every type are read", async () => {
  const { metadata, version } = await openGguf(bytesIn(types));
  assertEquals(version, 3);
  const of = (name: string) => metadata.get(`test.${name}`);
  assertEquals(["uint8", "int8", "uint16", "int16", "uint32", "int32"].map(of), [
    ...[255, -128, 65535, -32768, 4294967295, -2147483648],
  ]);
  assertEquals(["float32", "float64", "bool", "string"].map(of), [1.5, 0.1, true, "grüß"]);
  assertEquals(of("uint64"), Number.MAX_SAFE_INTEGER);
  assertEquals(of("int64"), -Number.MAX_SAFE_INTEGER);
  assertEquals(of("large"), 2n ** 63n);
  assertEquals(of("strings"), ["a", "", "ñ"]);
  assertEquals(of("integers"), [1, -2, 3]);
});

Deno.test("values are gguf.quants', to the bit", async () => {
  const file = await openGguf(bytesIn(types));
  const { tensors } = decodeSafetensors(await read("types.safetensors"));
  assertEquals([...file.tensors.keys()].sort(), Object.keys(tensors).sort());
  for (const [name, { shape, type }] of file.tensors) {
    assertEquals([type, shape], [name, tensors[name].shape]);
    const ours = await file.read(name);
    const differs = ours.findIndex((value, i) => value !== tensors[name].data[i]);
    assertEquals([ours.length, differs], [tensors[name].data.length, -1], name);
  }
});

Deno.test("version 2 is read alike", async () => {
  const bytes = types.slice();
  bytes[4] = 2;
  const file = await openGguf(bytesIn(bytes));
  assertEquals(file.version, 2);
  assertEquals(await file.read("Q4_1"), await (await openGguf(bytesIn(types))).read("Q4_1"));
});

/** Q4 by its definition: the low half of byte i is value i, its high half value i + 16. */
const four = (bytes: Uint8Array, i: number) => i < 16 ? bytes[i] & 15 : bytes[i - 16] >> 4;
const signed = (byte: number) => byte < 128 ? byte : byte - 256;
/** A finite binary16. */
const half = fc.nat(0xffff).filter((bits) => (bits & 0x7c00) !== 0x7c00);
const uint16 = (bits: number) => [bits & 255, bits >> 8];

law("a block's values are d·q, d·(q − 8) and d·q + m", {
  source: "ggml's ggml-common.h",
  given: {
    d: half,
    m: half,
    q: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    before: fc.nat(2),
  },
  holds: ({ d, m, q, before }) => {
    const blocks = (block: number[]) =>
      new Uint8Array([...Array(before).fill(0).flatMap(() => block.map(() => 0)), ...block]);
    const last = (values: Float32Array) => values.slice(-32);
    const nibbles = [...q.subarray(0, 16)], [scale, least] = [fromHalf(d), fromHalf(m)];
    const alike = (type: string, block: number[], value: (i: number) => number) =>
      last(dequantised(type, blocks(block))).every((one, i) => one === Math.fround(value(i)));
    assert(alike("Q8_0", [...uint16(d), ...q], (i) => scale * signed(q[i])));
    assert(alike("Q4_0", [...uint16(d), ...nibbles], (i) => scale * (four(q, i) - 8)));
    assert(
      alike("Q4_1", [...uint16(d), ...uint16(m), ...nibbles], (i) => scale * four(q, i) + least),
    );
  },
  kills: ["q4-1-without-minimum", "q4-halves-swapped", "q4-0-uncentred", "q8-unsigned"],
});

law("a file that is cut short anywhere is refused", {
  source: "definition",
  // Half of the cuts are within the last tensor.
  given: {
    cut: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: types.length })),
  },
  holds: async ({ cut }) => {
    const bytes = types.subarray(0, types.length - cut);
    // The last tensor may be padded: what is cut off there belongs to none.
    const file = await openGguf(bytesIn(bytes)).catch((error) => error);
    if (!(file instanceof GgufError)) {
      assert(types.length - bytes.length < 32, `${bytes.length} of ${types.length} were enough`);
    }
  },
  kills: ["gguf-truncation-unseen"],
});

law("a byte that is changed gives a file, or an error that says what is wrong", {
  source: "definition",
  given: { at: fc.nat(types.length - 1), value: fc.nat(255) },
  cases: 300,
  holds: async ({ at, value }) => {
    const bytes = types.slice();
    bytes[at] = value;
    try {
      const file = await openGguf(bytesIn(bytes));
      for (const name of file.tensors.keys()) await file.read(name);
    } catch (error) {
      assert(error instanceof GgufError, `byte ${at} to ${value}: ${(error as Error).stack}`);
    }
  },
});

/** The bytes with a patch where `find` stands. */
function patched(find: string, by: (bytes: Uint8Array, at: number) => void): Uint8Array {
  const bytes = types.slice();
  const at = new TextDecoder("latin1").decode(bytes).indexOf(find);
  assert(at >= 0);
  by(bytes, at + find.length);
  return bytes;
}

Deno.test("each way a file can be broken has an error that names it", async () => {
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(), "truncated"],
    [new TextEncoder().encode("PK\x03\x04 a zip archive"), "no GGUF file"],
    [Uint8Array.from(types, (byte, i) => i === 4 ? 1 : byte), "version 1"],
    [Uint8Array.from(types, (byte, i) => i === 4 ? 0 : i === 7 ? 3 : byte), "big-endian"],
    [patched("test.bool", (bytes, at) => bytes[at + 4] = 2), "test.bool is 2"],
    [patched("test.uint8", (bytes, at) => bytes[at] = 99), "test.uint8 is of type 99"],
    [patched("test.int16", (bytes, at) => bytes.set([0x33, 0x32], at - 2)), "int32 is there twice"],
  ];
  for (const [bytes, words] of cases) {
    const error = await assertRejects(() => openGguf(bytesIn(bytes, "some.gguf")), GgufError);
    assert(error.message.includes(words), `${error.message} has no "${words}"`);
    assert(error.message.startsWith("some.gguf: "), error.message);
  }
});

Deno.test("a type that isn't read is named with the tensor, once it is asked for", async () => {
  // Behind the name: rank 2, two dimensions, the type.
  const bytes = patched("Q4_1", (bytes, at) => bytes[at + 4 + 16] = 14);
  const file = await openGguf(bytesIn(bytes, "some.gguf"));
  assertEquals(file.tensors.get("Q4_1")?.type, "Q6_K");
  const error = await assertRejects(() => file.read("Q4_1"), GgufError);
  assertEquals(
    error.message,
    "some.gguf: Q4_1 is of type Q6_K, which is not read here; types: F32, F16, Q4_0, Q4_1, Q8_0, BF16",
  );
  await assertRejects(() => file.read("nothing"), RangeError);
});
