/** Control rows of views: they answer cameras from training pictures alone, and stand beside views alone. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { openEngine } from "../../../src/engine/mod.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { takenBy } from "../../../src/kinds/table.ts";
import { nearestCameras } from "../../../src/kinds/view/sight.ts";
import type { ViewSet } from "../../../src/kinds/view/view_set.ts";
import { viewsOf } from "../../../src/kinds/view/views.ts";
import { MetricUnavailable } from "../../../src/base/errors.ts";
import { controls } from "../../../src/protocols/control/controls.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { controlsFor } from "../../../src/suite/entries/controls.ts";
import { outlineOf } from "../../../src/data/dataset.ts";
import { toyDataset } from "../../metrics/toy.ts";
import { pictureOf, viewPixels, viewWorld } from "../../metrics/view_world.ts";

const { engine } = await openEngine("wasm");
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const TRAIN = 37, SIZE = 3 * viewPixels;
const dataset = viewWorld({ train: TRAIN, test: 40 });

async function answered(name: string, views: ViewSet, data: Dataset = dataset) {
  const row = controls[name].open({ dataset: data, engine, key: hostKey(1, name) });
  const found = viewsOf(await row.reconstruct!(views));
  assertEquals(found.cameras, views.cameras, "at the cameras that were asked for");
  return range(found.count).map((i) => found.pictures.subarray(i * SIZE, (i + 1) * SIZE));
}

const test = (await dataset.read("test", range(40))).samples;

Deno.test("every camera gets the mean of all training pictures, of three uneven parts", async () => {
  const sums = new Float64Array(SIZE);
  for (const i of range(TRAIN)) pictureOf("train", i).forEach((v, k) => sums[k] += v);
  const mean = Uint8Array.from(sums, (sum) => Math.round(sum / TRAIN));
  const found = await answered("mean-view", test);
  assertEquals(found.length, 40);
  for (const picture of found) assertEquals(picture, mean);
});

Deno.test("every camera gets the training picture of the camera that is nearest to it", async () => {
  const { cameras } = (await dataset.read("train", range(TRAIN))).samples;
  const nearest = nearestCameras(test.cameras, cameras);
  // Test views stand half-way, so that rounding says on which side the nearer one is.
  nearest.forEach((j, i) => assert(j === i % TRAIN || j === (i + 1) % TRAIN, `${i}: ${j}`));
  const found = await answered("nearest-view", test);
  assertEquals(found, Array.from(nearest, (j) => pictureOf("train", j)));
  const own = (await dataset.read("train", range(TRAIN))).samples;
  assertEquals(await answered("nearest-view", own), range(TRAIN).map((i) => pictureOf("train", i)));
});

Deno.test("law: what is asked shows nothing: other pictures at the same cameras get the same answer", async () => {
  const other = { ...test, pictures: test.pictures.map((v) => 255 - v) };
  for (const name of ["mean-view", "nearest-view"]) {
    assertEquals(await answered(name, other), await answered(name, test), name);
  }
  assertNotEquals(await answered("mean-view", test), await answered("nearest-view", test));
});

Deno.test("rows of views read training views alone, draw nothing, and say where there are none", async () => {
  const read = new Set<string>();
  const noting: Dataset<"view"> = {
    ...dataset,
    read: (split, indices) => {
      read.add(split);
      return dataset.read(split, indices);
    },
  };
  for (const name of ["mean-view", "nearest-view"]) {
    await answered(name, test, noting);
    assertEquals([...read], [...controls[name].reads(noting)], name);
    const row = controls[name].open({ dataset: viewWorld({ train: 0 }), engine, key: [1, 2] });
    assertEquals([row.most, row.capabilities.samples], [0, false]);
    await assertRejects(() => row.sample(1), MetricUnavailable, "draws nothing");
    await assertRejects(
      () => row.reconstruct!(test),
      MetricUnavailable,
      "ring has no training views",
    );
  }
});

Deno.test("rows of views stand beside views alone, and no others beside views", () => {
  const all = { rows: Object.keys(controls), named: false };
  assertEquals(controlsFor(all, outlineOf(dataset)), ["mean-view", "nearest-view"]);
  assertEquals(
    controlsFor(all, outlineOf(toyDataset(4))),
    ["held-out", "training-copy", "gaussian", "noise"],
  );
  for (const name of ["held-out", "training-copy"]) {
    assert(!takenBy(controls[name]).includes("view"), name);
  }
});
