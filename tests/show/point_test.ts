import { assert, assertEquals } from "@std/assert";
import { toys, toysConfig } from "../../src/data/toys/mod.ts";
import { slicePoints } from "../../src/kinds/point/points.ts";
import type { Subject } from "../../src/subject/subject.ts";
import { show } from "../../src/show/show.ts";
import { panels } from "../../src/show/picture/density.ts";

Deno.test("scatter: a point is ink at its place, the first number to the right, the second up", () => {
  const data = Uint8Array.of(200, 30);
  const { count, data: ink } = panels({ count: 1, dimensions: 2, data });
  assertEquals(count, 1);
  const dark = [...ink.keys()].filter((i) => ink[i] < 255);
  assertEquals(dark, [(127 - 15) * 128 + 100]);
  assertEquals(ink[dark[0]], 0);
});

Deno.test("scatter: three numbers are drawn pair by pair", () => {
  const data = Uint8Array.of(0, 2, 4);
  const { count, data: ink } = panels({ count: 1, dimensions: 3, data });
  assertEquals(count, 3);
  const dark = [...ink.keys()].filter((i) => ink[i] < 255);
  const at = (panel: number, x: number, y: number) => panel * 128 * 128 + (127 - y) * 128 + x;
  assertEquals(dark, [at(0, 0, 1), at(1, 0, 2), at(2, 1, 2)]);
});

Deno.test("scatter: more points give more ink, and no points none", () => {
  const many = Uint8Array.from([...new Array(9).fill([10, 10]), [100, 100]].flat());
  const { data: ink } = panels({ count: 10, dimensions: 2, data: many });
  const [dense, sparse] = [ink[(127 - 5) * 128 + 5], ink[(127 - 50) * 128 + 50]];
  assert(dense <= sparse && sparse < 255, `${dense}, ${sparse}`);
  // Every point counts, however many there are.
  const last = Uint8Array.from({ length: 2 * 4096 }, (_, i) => i < 8000 ? 10 : 100 + i % 2);
  const { data: seen } = panels({ count: 4096, dimensions: 2, data: last });
  assertEquals([...seen.keys()].filter((i) => seen[i] < 255), [
    (127 - 50) * 128 + 50,
    (127 - 5) * 128 + 5,
  ]);
  const none = panels({ count: 0, dimensions: 2, data: new Uint8Array(0) });
  assertEquals(new Set(none.data), new Set([255]));
});

Deno.test("scatter: a run on points leaves densities beside the data's, whatever its model can do", async () => {
  const data = await toys.load(toysConfig.parse({ shape: "moons", train: 10, test: 600 }), {
    cache: "",
    jobs: 1,
  });
  const { samples: points } = await data.read(
    "test",
    Uint32Array.from({ length: 600 }, (_, i) => i),
  );
  const identity: Subject<"point"> = {
    label: "identity",
    capabilities: { likelihood: "none", latent: "continuous", reconstructs: true, samples: true },
    sample: (count) => Promise.resolve(slicePoints(points, { to: Math.min(600, count) })),
    reconstruct: (points) => Promise.resolve(points),
    encode: ({ count, data }) =>
      Promise.resolve({ count, dimension: 2, data: Float64Array.from(data) }),
    decode: ({ count, data }) =>
      Promise.resolve({ count, dimensions: 2, data: Uint8Array.from(data) }),
  };
  const files: string[] = [];
  const artefacts = await show({
    subject: identity,
    dataset: data,
    samples: (count) => identity.sample(count),
    neighbourhood: null,
    write: (file) => {
      files.push(file);
      return Promise.resolve();
    },
  });
  assertEquals(files, ["samples.png", "reconstructions.png", "interpolation.png"]);
  for (const { width, height } of artefacts) assertEquals([width, height], [258, 128]);
});
