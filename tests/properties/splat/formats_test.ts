/**
 * Laws of files of splats: PLY keeps every bit and is read by the names of its properties; `.splat` keeps
 * all to half a step of its bytes.
 * @module
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DataError } from "../../../src/base/errors.ts";
import { readPly, type SplatRows, writePly } from "../../../src/families/splat/formats/ply.ts";
import { readSplat, writeSplat, Y00 } from "../../../src/families/splat/formats/splat.ts";
import {
  hostIntegers,
  hostKey,
  hostPermutation,
  hostUniform,
} from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const degree = fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const);
const shape = { degree, count: fc.integer({ min: 1, max: 9 }), seed: fc.nat(9999) };
const rowsOf = (of: number) => 11 + 3 * (of + 1) ** 2;

/** Splats of any bits, NaN and infinities among them. */
function anyBits(
  { degree, count, seed }: { degree: SplatRows["degree"]; count: number; seed: number },
) {
  const words = hostIntegers(hostKey(seed, "bits"), rowsOf(degree) * count, 2 ** 32);
  return { degree, count, parameters: new Float32Array(words.buffer) };
}

const bitsOf = ({ parameters }: SplatRows) => [...new Uint32Array(parameters.slice().buffer)];

law("a PLY file that is written and read again has every bit, and a second writing every byte", {
  source: "definition",
  given: shape,
  kills: ["ply-floats-big-endian", "ply-opacity-as-a-share"],
  holds(of) {
    const splats = anyBits(of), bytes = writePly(splats), found = readPly(bytes, "a.ply");
    assertEquals([found.count, found.degree], [splats.count, splats.degree]);
    assertEquals(bitsOf(found), bitsOf(splats));
    assertEquals(writePly(found), bytes);
  },
});

/** A PLY file by names alone: properties in any order, others among them. */
function madePly(
  splats: SplatRows,
  { seed, other }: { seed: number; other: "uchar" | "short" | "double" },
): { bytes: Uint8Array; values: Map<string, number[]> } {
  const { count, degree, parameters } = splats;
  const K = (degree + 1) ** 2 - 1;
  const at = (row: number) => Array.from({ length: count }, (_, i) => parameters[row * count + i]);
  const values = new Map<string, number[]>();
  "xyz".split("").forEach((name, i) => values.set(name, at(i)));
  for (let i = 0; i < 3; i++) values.set(`scale_${i}`, at(3 + i));
  for (let i = 0; i < 4; i++) values.set(`rot_${i}`, at(6 + i));
  values.set("opacity", at(10));
  for (let c = 0; c < 3; c++) {
    values.set(`f_dc_${c}`, at(11 + c));
    // All coefficients of red, then all of green, then all of blue.
    for (let k = 1; k <= K; k++) values.set(`f_rest_${c * K + k - 1}`, at(11 + 3 * k + c));
  }
  const sizes = { uchar: 1, short: 2, double: 8 }, names = [...values.keys(), "other"];
  const order = [...hostPermutation(hostKey(seed, "order"), names.length)].map((i) => names[i]);
  const typeOf = (name: string) => name === "other" ? other : "float";
  const header = `ply\r\nformat binary_little_endian 1.0\r\ncomment made\r\nelement camera 2\r\n` +
    `property uint a\r\nelement vertex ${count}\r\n` +
    order.map((name) => `property ${typeOf(name)} ${name}\r\n`).join("") +
    "element face 1\r\nproperty list uchar int vertex_indices\r\nend_header\r\n";
  const stride = 4 * values.size + sizes[other], start = header.length + 8;
  const bytes = new Uint8Array(start + stride * count + 3), view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(header));
  for (let i = 0, place = start; i < count; i++) {
    for (const name of order) {
      if (name !== "other") view.setFloat32(place, values.get(name)![i], true);
      place += name === "other" ? sizes[other] : 4;
    }
  }
  return { bytes, values };
}

law(
  "properties of a PLY file are taken by their names, channel after channel, whatever lies between",
  {
    source: "Kerbl et al. 2023, scene/gaussian_model.py, save_ply",
    given: {
      ...shape,
      other: fc.constantFrom("uchar" as const, "short" as const, "double" as const),
    },
    kills: [
      "ply-colours-by-coefficient",
      "ply-types-all-of-four-bytes",
      "ply-elements-before-skipped",
    ],
    holds({ other, ...of }) {
      const parameters = hostUniform(hostKey(of.seed, "values"), rowsOf(of.degree) * of.count);
      const splats = { ...of, parameters };
      const found = readPly(madePly(splats, { seed: of.seed, other }).bytes, "a.ply");
      assertEquals(found, { count: of.count, degree: of.degree, parameters });
    },
  },
);

/** The text of a header up to its end, and its rest. */
function edited(change: (header: string) => string): Uint8Array {
  const bytes = writePly(anyBits({ degree: 1, count: 3, seed: 1 }));
  const text = new TextDecoder("latin1").decode(bytes), end = text.indexOf("end_header\n");
  const header = new TextEncoder().encode(change(text.slice(0, end)));
  const joined = new Uint8Array(header.length + bytes.length - end);
  joined.set(header);
  joined.set(bytes.subarray(end), header.length);
  return joined;
}

Deno.test("what is no PLY file of splats is refused, with what it is and what was expected", () => {
  const told = (bytes: Uint8Array) =>
    assertThrows(() => readPly(bytes, "a.ply"), DataError).message;
  const whole = edited((header) => header);
  assertEquals(readPly(whole, "a.ply").count, 3);
  assertStringIncludes(told(whole.subarray(0, whole.length - 1)), "was cut short");
  assertStringIncludes(told(whole.subarray(0, 100)), "no `end_header`; the file was cut short");
  assertStringIncludes(told(new TextEncoder().encode("plyometrics")), "a.ply is no PLY file");
  const change = (from: string | RegExp, to: string) => told(edited((h) => h.replace(from, to)));
  assertEquals(
    change("binary_little_endian", "ascii"),
    "a.ply is a PLY file of format ascii; binary_little_endian was expected",
  );
  assertStringIncludes(change("binary_little_endian", "binary_big_endian"), "binary_big_endian");
  assertEquals(change("float opacity", "float fog"), "a.ply has no property `opacity`");
  assertEquals(
    change("float rot_2", "int rot_2"),
    "a.ply: `rot_2` is int; float was expected",
  );
  assertStringIncludes(change("property float f_rest_8\n", ""), "has 8 colour coefficients");
  assertStringIncludes(
    change("float nx", "half nx"),
    "`property half nx` is no property of a known",
  );
  assertStringIncludes(change("float nx", "float x"), "`x` stands there twice");
  assertStringIncludes(change("float nx", "uint packed_position"), "compressed PLY");
  assertStringIncludes(change("float nx", "list uchar int nx"), "vertices have lists");
  assertStringIncludes(change("element vertex", "element point"), "no element `vertex`");
  assertStringIncludes(change("vertex 3", "vertex 3e9"), "tells no number");
  assertStringIncludes(change("vertex 3", "vertex 4"), "was cut short");
  assertStringIncludes(change(/^ply\n/, "ply\nelemnt a 3\n"), "can't say `elemnt a 3`");
  assertStringIncludes(change(/^ply\n/, "ply\nproperty float a\n"), "stands in no element");
});

/** Splats such as are trained. */
function trained(
  { degree, count, seed }: { degree: SplatRows["degree"]; count: number; seed: number },
) {
  const u = hostUniform(hostKey(seed, "trained"), rowsOf(degree) * count);
  const parameters = u.map((value, at) => {
    const row = Math.floor(at / count);
    return row < 3
      ? 4 * value - 2
      : row < 6
      ? 6 * value - 7
      : row === 10
      ? 16 * value - 8
      : 2 * value - 1;
  });
  return { degree, count, parameters };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

law("a .splat file holds places and sizes as they are, and all else to half a step of its bytes", {
  source: "antimatter15/splat, convert.py",
  given: shape,
  kills: [
    "splat-opacity-as-logit",
    "splat-size-as-logarithm",
    "splat-rotation-of-any-length",
    "splat-colour-unscaled",
  ],
  holds(of) {
    const splats = trained(of), { count, parameters } = splats;
    const found = readSplat(writeSplat(splats), "a.splat");
    assertEquals([found.count, found.degree], [count, 0]);
    const value = (row: number, i: number) => parameters[row * count + i];
    const places = Array.from({ length: count }, (_, i) => value(0, i));
    const weights: number[] = [];
    for (let j = 0; j < count; j++) {
      const i = places.indexOf(found.parameters[j]),
        own = (row: number) => found.parameters[row * count + j];
      assert(i >= 0, "its place is that of one of them");
      const length = Math.sqrt([6, 7, 8, 9].reduce((sum, row) => sum + value(row, i) ** 2, 0));
      for (let k = 0; k < 3; k++) {
        assertEquals(own(k), value(k, i));
        close(own(3 + k), value(3 + k, i), 1e-6, "logarithm of a size");
        const colour = Math.max(0, Math.min(1, 0.5 + Y00 * value(11 + k, i)));
        close(0.5 + Y00 * own(11 + k), colour, 0.5 / 255 + 1e-6, "colour");
      }
      close(sigmoid(own(10)), sigmoid(value(10, i)), 0.5 / 255 + 1e-6, "opacity");
      for (let k = 0; k < 4; k++) {
        // 128·1 + 128 is 256, which no byte holds.
        close(own(6 + k), value(6 + k, i) / length, 1 / 128 + 1e-6, "rotation");
      }
      weights.push(Math.exp(value(3, i) + value(4, i) + value(5, i)) * sigmoid(value(10, i)));
    }
    assert(weights.every((w, j) => j === 0 || w <= weights[j - 1] * (1 + 1e-6)), "largest first");
  },
});

Deno.test("what is no .splat file is refused", () => {
  const bytes = writeSplat(trained({ degree: 0, count: 2, seed: 1 }));
  const told = (of: Uint8Array) => assertThrows(() => readSplat(of, "a.splat"), DataError).message;
  assertStringIncludes(
    told(bytes.subarray(1)),
    "a.splat has 63 bytes; a .splat file has 32 for each",
  );
  assertStringIncludes(told(bytes.subarray(0, 0)), "0 bytes");
  bytes.fill(0, 12, 16);
  assertStringIncludes(told(bytes), "splat 0 has a size of 0");
});
