import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import fc from "fast-check";
import { DataError } from "../../src/base/errors.ts";
import { writeNpz } from "../../src/data/numpy/npz.ts";
import { requireSameNetwork } from "../../src/compare/advice.ts";
import { momentsOf } from "../../src/compare/moments/moments.ts";
import { openNpyRows, rowsInMemory } from "../../src/compare/moments/rows.ts";
import { saveFeatures } from "../../src/compare/save_features.ts";
import { readStatistics, saveStatistics } from "../../src/compare/moments/statistics.ts";
import { hostKey, hostNormal } from "../../src/random/host/host.ts";
import { statistics } from "../golden/evaluate/make_inputs.ts";
import { law } from "../law.ts";
import { flips } from "../base/flips.ts";

const golden = fromFileUrl(new URL("../golden/evaluate/", import.meta.url));
const folder = await Deno.makeTempDir();
const path = join(folder, "s.npz");

law("statistics written and read again have the same bits, origin and number", {
  source: "definition",
  given: {
    seed: fc.nat(),
    count: fc.integer({ min: 2, max: 40 }),
    dimension: fc.integer({ min: 1, max: 9 }),
  },
  cases: 20,
  holds: async ({ seed, count, dimension }) => {
    const data = Float64Array.from(hostNormal(hostKey(seed, "rows"), count * dimension));
    const moments = await momentsOf(rowsInMemory({ count, dimension, data }), count);
    const { origin } = await statistics();
    const given = { moments, origin: { ...origin!, count } };
    await saveStatistics(path, given);
    assertEquals(await readStatistics(path), given);
  },
});

Deno.test("the file that pytorch-fid read is, byte for byte, the one that is written now", async () => {
  await saveStatistics(path, await statistics());
  assertEquals(await Deno.readFile(path), await Deno.readFile(join(golden, "ours.npz")));
});

Deno.test("other tools' files: no origin, no number; float32 widened; clean-fid's features for KID", async () => {
  const theirs = await readStatistics(join(golden, "numpy_compressed.npz"));
  assert("moments" in theirs);
  assertEquals([theirs.origin, theirs.moments.count, theirs.moments.dimension], [null, null, 5]);
  const feats = await readStatistics(join(golden, "numpy_feats.npz"));
  assert("features" in feats);
  assertEquals([feats.features.count, feats.features.dimension], [40, 5]);
});

Deno.test("what are no statistics says what the file holds", async () => {
  const refused = async (arrays: Record<string, [number[], number[]]>, message: string) => {
    const entries = Object.entries(arrays).map(([name, [shape, data]]) =>
      [name, { shape, data: Float64Array.from(data) }] as const
    );
    await writeNpz(path, Object.fromEntries(entries));
    const error = await assertRejects(() => readStatistics(path), DataError);
    assert(error.message.includes(message), error.message);
  };
  await refused({ arr_0: [[1], [1]], mu: [[1], [1]] }, "holds arr_0, mu; statistics are mu and");
  await refused({ mu: [[2], [1, 2]], sigma: [[3], [1, 2, 3]] }, "mu has shape (2) and sigma (3)");
  await refused({ mu: [[1], [NaN]], sigma: [[1, 1], [1]] }, "mu: number 0 is NaN");
  await refused({ mu: [[1], [0]], sigma: [[1, 1], [-1]] }, "a variance of -1");
  await refused({ mu: [[2], [0, 0]], sigma: [[2, 2], [1, 2, 0, 1]] }, "isn't symmetric at (1, 0)");
});

Deno.test("saved statistics with any byte changed are the same numbers, or an error that names the file", async () => {
  const given = await statistics();
  await saveStatistics(path, given);
  const whole = await Deno.readFile(path);
  let refused = 0;
  for (const { at, bytes } of flips(whole, 300)) {
    await Deno.writeFile(path, bytes);
    const read = await readStatistics(path).catch((error) => error);
    if (read instanceof DataError) {
      assert(read.message.includes(path), read.message);
      refused++;
    } else assertEquals(read.moments.mean, given.moments.mean, `byte ${at}: ${read}`);
  }
  assert(refused > 180, `${refused} of 300`);
});

law("features written as .npy and read again are the same, in either precision", {
  source: "definition",
  given: { seed: fc.nat(), count: fc.integer({ min: 1, max: 30 }), bits: fc.constantFrom(32, 64) },
  cases: 20,
  holds: async ({ seed, count, bits }) => {
    const file = join(folder, "f.npy");
    const data = Float64Array.from(hostNormal(hostKey(seed, "features"), (count + 2) * 3));
    const rows = rowsInMemory({ count: count + 2, dimension: 3, data });
    await saveFeatures(file, rows, { count, bits: bits as 32 | 64 });
    const read = openNpyRows(file);
    assertEquals([read.count, read.dimension], [count, 3]);
    assertEquals(read.read(0, count), data.slice(0, 3 * count));
    assertThrows(() => read.read(0, count + 1), RangeError);
    read.close();
  },
});

Deno.test("statistics of another network, of other weights or another reading are refused", async () => {
  const { origin, moments } = await statistics();
  const kept = { label: "s.npz", dimension: moments.dimension, origin };
  const same = { name: "lite0", dimension: 6, digest: null, preparation: "none" };
  requireSameNetwork(kept, same);
  requireSameNetwork({ ...kept, origin: null }, { ...same, name: "inception-fid" });
  const refused = (through: Partial<typeof same>, message: string, dimension = 6) => {
    const error = assertThrows(
      () => requireSameNetwork({ ...kept, dimension }, { ...same, ...through }),
      DataError,
    );
    assert(error.message.includes(message), error.message);
    assert(error.message.includes("--save-stats"), error.message);
  };
  refused({ dimension: 1280 }, "has 6 dimensions, lite0 gives 1280");
  refused({}, "2048 dimensions (Inception's last: pytorch-fid", 2048);
  refused({ name: "judge-heads-v1" }, "made with lite0, not judge-heads-v1");
  refused({ digest: "ab" } as never, "with other weights of lite0");
  refused({ preparation: "cropped" }, "from pictures read differently (none, here cropped)");
});

Deno.test("clean up", () => Deno.remove(folder, { recursive: true }));
