import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fromHalf, toHalf } from "../../src/nn/files/half.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  SafetensorsError,
} from "../../src/nn/files/safetensors.ts";
import { law } from "../law.ts";

/** A file with this header text and data. */
function file(header: string, data = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const shape = fc.array(fc.nat(4), { maxLength: 3 });
const tensor: fc.Arbitrary<HostTensor> = fc.tuple(
  fc.constantFrom("F32" as const, "F16" as const, "I32" as const, "U8" as const),
  shape,
  fc.nat(),
).map(([dtype, shape, seed]) => {
  const n = shape.reduce((a, b) => a * b, 1);
  const value = (i: number) => (seed * 31 + i * 7919) % 509 - 254;
  const make = {
    F32: () => Float32Array.from({ length: n }, (_, i) => value(i) / 3),
    F16: () => Float32Array.from({ length: n }, (_, i) => value(i) / 4),
    I32: () => Int32Array.from({ length: n }, (_, i) => value(i) * 1e6),
    U8: () => Uint8Array.from({ length: n }, (_, i) => value(i) & 255),
  };
  return { dtype, shape, data: make[dtype]() };
});

// "__proto__" can't be an ordinary key of the records that hold tensors.
const name = fc.string({ minLength: 1 }).filter((n) => !n.startsWith("__"));

law("what is written is read back, whatever the names, types and shapes", {
  source: "the safetensors format",
  given: {
    tensors: fc.dictionary(name, tensor, { maxKeys: 6 }),
    metadata: fc.dictionary(name, fc.string(), { maxKeys: 3 }),
  },
  holds: ({ tensors, metadata }) => {
    const bytes = encodeSafetensors(tensors, metadata);
    const back = decodeSafetensors(bytes);
    assertEquals(Object.keys(back.tensors).sort(), Object.keys(tensors).sort());
    for (const [k, t] of Object.entries(tensors)) assertEquals(back.tensors[k], { ...t });
    assertEquals({ ...back.metadata }, { ...metadata });
    assertEquals(encodeSafetensors(back.tensors, back.metadata), bytes);
    // Read from inside a larger, unaligned buffer.
    const inside = new Uint8Array(bytes.length + 3);
    inside.set(bytes, 3);
    assertEquals(
      Object.keys(decodeSafetensors(inside.subarray(3)).tensors).length,
      Object.keys(tensors).length,
    );
  },
  cases: 200,
});

law("every truncation of a file is refused", {
  source: "the safetensors format",
  given: {
    tensors: fc.dictionary(name, tensor, { minKeys: 1, maxKeys: 3 }),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  },
  holds: ({ tensors, at }) => {
    const bytes = encodeSafetensors(tensors);
    assertThrows(
      () => decodeSafetensors(bytes.subarray(0, Math.floor(at * bytes.length))),
      SafetensorsError,
    );
  },
  cases: 200,
});

const entry = (shape: number[], from: number, to: number, dtype = "U8") =>
  JSON.stringify({ dtype, shape, data_offsets: [from, to] });
const eight = new Uint8Array(8);

/** Broken files, and what their error must say. */
const broken: [what: string, bytes: Uint8Array, says: string][] = [
  ["nothing", new Uint8Array(), "0 bytes"],
  ["half a length", new Uint8Array(5), "5 bytes"],
  ["an absurd header length", new Uint8Array(16).fill(255), "not a safetensors file?"],
  ["a header longer than the file", file("{}").subarray(0, 9), "truncated"],
  ["no JSON", file("{oops"), "not JSON"],
  ["bad UTF-8", new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), "not JSON"],
  ["JSON but an array", file("[]"), "not an object"],
  ["a missing field", file(`{"a":{"dtype":"U8","shape":[1]}}`, eight), "a: data_offsets"],
  ["an unknown field", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}`), "a: "],
  ["a negative size", file(`{"a":${entry([-1], 0, 1)}}`, eight), "a: shape.0"],
  ["a broken size", file(`{"a":${entry([1.5], 0, 1)}}`, eight), "a: shape.0"],
  [
    "an absurd size",
    file(`{"a":${entry([2 ** 40, 2 ** 40], 0, 8)}}`, eight),
    "not one of a tensor",
  ],
  ["an unknown type", file(`{"a":${entry([8], 0, 8, "F8_E4M3")}}`, eight), "type F8_E4M3"],
  [
    "a type from the prototype",
    file(`{"a":${entry([8], 0, 8, "toString")}}`, eight),
    "type toString",
  ],
  ["offsets that don't fit the shape", file(`{"a":${entry([3], 0, 8)}}`, eight), "takes 3 bytes"],
  ["offsets the wrong way", file(`{"a":${entry([1], 5, 4)}}`, eight), "span -1"],
  ["data past the end", file(`{"a":${entry([9], 0, 9)}}`, eight), "the file has 8"],
  [
    "an overlap",
    file(`{"a":${entry([5], 0, 5)},"b":${entry([4], 4, 8)}}`, eight),
    "b overlaps a",
  ],
  ["a gap", file(`{"a":${entry([3], 0, 3)},"b":${entry([4], 4, 8)}}`, eight), "1 bytes between"],
  ["bytes left over", file(`{"a":${entry([7], 0, 7)}}`, eight), "1 bytes after"],
  ["metadata that is no string", file(`{"__metadata__":{"a":1}}`), "__metadata__"],
];

law("each way a file can be broken has an error that names it", {
  source: "the safetensors format",
  given: {},
  holds: () => {
    for (const [what, bytes, says] of broken) {
      assertThrows(() => decodeSafetensors(bytes), SafetensorsError, says, what);
    }
  },
  kills: ["safetensors-overlap-unseen", "safetensors-truncation-unseen"],
  cases: 1,
});

Deno.test("golden bytes", () => {
  const bytes = encodeSafetensors({
    half: { dtype: "F16", shape: [1], data: new Float32Array([1.5]) },
    b: { dtype: "F32", shape: [1, 2], data: new Float32Array([1, -2]) },
    count: { dtype: "I32", shape: [], data: new Int32Array([-3]) },
    pixel: { dtype: "U8", shape: [2], data: new Uint8Array([7, 255]) },
  }, { about: "é" });
  const header = `{"__metadata__":{"about":"é"},` +
    `"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},` +
    `"count":{"dtype":"I32","shape":[],"data_offsets":[8,12]},` +
    `"half":{"dtype":"F16","shape":[1],"data_offsets":[12,14]},` +
    `"pixel":{"dtype":"U8","shape":[2],"data_offsets":[14,16]}}`;
  const text = new TextEncoder().encode(header);
  const padded = Math.ceil(text.length / 8) * 8;
  const hex = (b: Uint8Array) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  assertEquals(new DataView(bytes.buffer).getBigUint64(0, true), BigInt(padded));
  assertEquals(
    new TextDecoder().decode(bytes.subarray(8, 8 + padded)),
    header.padEnd(header.length + padded - text.length),
  );
  assertEquals(hex(bytes.subarray(8 + padded)), "0000803f000000c0" + "fdffffff" + "003e" + "07ff");
});

Deno.test("BF16 is read as float32", () => {
  const data = new Uint8Array([0xc0, 0x3f, 0x00, 0xc0]);
  const { tensors } = decodeSafetensors(file(`{"a":${entry([2], 0, 4, "BF16")}}`, data));
  assertEquals(tensors.a, { dtype: "F32", shape: [2], data: new Float32Array([1.5, -2]) });
});

Deno.test("wrong tensors are refused on writing", () => {
  const data = new Float32Array(3);
  assertThrows(
    () => encodeSafetensors({ a: { dtype: "F32", shape: [2], data } }),
    SafetensorsError,
    "needs 2 values, found 3",
  );
  assertThrows(
    () => encodeSafetensors({ a: { dtype: "I32", shape: [3], data } }),
    SafetensorsError,
    "Int32Array",
  );
  assertThrows(
    () => encodeSafetensors({ __metadata__: { dtype: "F32", shape: [3], data } }),
    SafetensorsError,
    "__metadata__",
  );
});

Deno.test("every half-precision number survives; rounding is to nearest, ties to even", () => {
  for (let h = 0; h < 65536; h++) {
    const x = fromHalf(h);
    if (!Number.isNaN(x)) assertEquals(toHalf(x), h);
  }
  assertEquals(fromHalf(toHalf(65519)), 65504);
  assertEquals(fromHalf(toHalf(65520)), Infinity);
  assertEquals(fromHalf(toHalf(1 + 2 ** -11)), 1);
  assertEquals(fromHalf(toHalf(1 + 3 * 2 ** -11)), 1 + 2 ** -9);
  assertEquals(fromHalf(toHalf(2 ** -25)), 0);
  assertEquals(fromHalf(toHalf(1.1 * 2 ** -25)), 2 ** -24);
  assertEquals(Number.isNaN(fromHalf(toHalf(NaN))), true);
});
