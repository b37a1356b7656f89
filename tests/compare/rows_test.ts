import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { type FeatureRows, openNpyRows, rowsWithout } from "../../src/compare/moments/rows.ts";
import { saveFeatures } from "../../src/compare/save_features.ts";
import { law } from "../law.ts";

const folder = await Deno.makeTempDir();

law("rows of a file are those written less those left out, whatever memory they are read into", {
  source: "definition",
  given: {
    bits: fc.constantFrom(32 as const, 64 as const),
    dimension: fc.integer({ min: 1, max: 5 }),
    offset: fc.constantFrom(0, 64, 128),
    values: fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 60, maxLength: 60 }),
    left: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
    ends: fc.tuple(fc.nat(9), fc.nat(9)),
    memory: fc.option(fc.nat(80), { nil: undefined }),
  },
  cases: 150,
  holds: async ({ bits, dimension, offset, values, left, ends, memory }) => {
    const written = values.slice(0, 12 * dimension), gone = new Set(left);
    const numbers = bits === 32 ? Float32Array.from(written) : Float64Array.from(written);
    const path = join(folder, "rows");
    const bytes = new Uint8Array(offset + numbers.byteLength);
    bytes.set(new Uint8Array(numbers.buffer), offset);
    await Deno.writeFile(path, bytes);
    using file = await Deno.open(path);
    const rows = rowsWithout({ file, path, dimension, bits, offset }, {
      count: 12,
      left: left.toSorted((a, b) => a - b),
    });
    const kept = Array.from({ length: 12 }, (_, i) => i).filter((i) => !gone.has(i));
    const [from, to] = ends.map((end) => Math.min(end, kept.length)).sort((a, b) => a - b);
    const into = memory === undefined ? undefined : new Float64Array(memory).fill(NaN);
    assertEquals(
      Array.from(rows.read(from, to, into)),
      kept.slice(from, to).flatMap((i) => written.slice(i * dimension, (i + 1) * dimension)),
    );
  },
  kills: ["rows-widened-from-the-front-of-their-memory"],
});

Deno.test("features are saved piece after piece, the last one short, and read back as they were", async () => {
  const dimension = 1024, piece = 1024, count = 2 * piece + 5;
  const value = (i: number, j: number) => (i * 7 + j * 13) % 1009;
  const asked: number[] = [];
  const rows: FeatureRows = {
    count: count + 3,
    dimension,
    read(from, to) {
      asked.push(to - from);
      return Float64Array.from(
        { length: (to - from) * dimension },
        (_, at) => value(from + Math.floor(at / dimension), at % dimension),
      );
    },
  };
  const path = join(folder, "saved", "features.npy");
  await saveFeatures(path, rows, { count, bits: 32 });
  assertEquals(asked, [piece, piece, 5]);
  const back = openNpyRows(path);
  assertEquals([back.count, back.dimension], [count, dimension]);
  for (const i of [0, piece - 1, piece, 2 * piece, count - 1]) {
    assertEquals(
      [...back.read(i, i + 1)],
      Array.from({ length: dimension }, (_, j) => value(i, j)),
    );
  }
  back.close();
});

Deno.test("clean up", () => Deno.remove(folder, { recursive: true }));
