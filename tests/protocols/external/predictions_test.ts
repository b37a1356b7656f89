/** Test views that another program rendered: which picture is whose, and what is scored. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { z } from "zod";
import { contentOf } from "../../../src/content/inputs.ts";
import { DataError, MetricUnavailable } from "../../../src/base/errors.ts";
import { views } from "../../../src/data/views/views.ts";
import { viewsOf } from "../../../src/kinds/view/views.ts";
import { defineMetric } from "../../../src/metrics/metric.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { entry, type ExternalConfig } from "../../../src/protocols/external/external.ts";
import { matched, subjectOfViews } from "../../../src/protocols/external/predictions.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import type { PlannedRun, RunSpec } from "../../../src/record/record.ts";
import { inFolder, planned as plannedTiny, tinyHost } from "../../run/harness.ts";
import { flat, writePicture, writeSynthetic } from "../../data/views/folders.ts";
import { around, size } from "../../data/views/scene.ts";

const value = {
  name: "apart",
  metric: "apart",
  unit: "/255",
  direction: "lower" as const,
  kind: "quality" as const,
};

/** How far apart views and their renders are, on the mean. */
const apart = defineMetric({
  name: "apart",
  version: 1,
  about: "mean absolute difference of renders and test views",
  papers: [],
  takes: ["view"],
  phase: "quality",
  config: z.strictObject({}),
  declares: () => [value],
  async compute({ subject, dataset, split }) {
    const { samples } = await split("test", dataset.size("test"));
    const { pictures } = viewsOf(samples);
    const again = viewsOf(await subject.reconstruct!(samples)).pictures;
    const sum = pictures.reduce((sum, v, i) => sum + Math.abs(v - again[i]), 0);
    return [{ ...value, value: sum / again.length }];
  },
});

/** A planned run of renders of a scene. */
async function planned(scene: string, given: Partial<ExternalConfig>): Promise<PlannedRun> {
  const { spec: tiny } = plannedTiny();
  const config = entry.config.parse(given);
  const spec: RunSpec = {
    ...tiny,
    protocol: "external",
    family: entry.name,
    familyVersion: entry.version,
    content: await contentOf(entry, config, { base: undefined, cache: null }),
    config: config as never,
    data: { dataset: "views", version: 1, config: views.config.parse({ path: scene }) as never },
    budget: { steps: 0 },
    metrics: [{ metric: "apart", version: 1, config: {} }],
  };
  return { id: runId(spec), group: groupId(spec), label: "theirs", spec };
}

/** Executes it. */
async function run(out: string, given: Partial<ExternalConfig>) {
  const scene = join(out, "scene"), notes: string[] = [];
  const dataset = await views.load(views.config.parse({ path: scene }), { cache: out, jobs: 1 });
  const host = await tinyHost(out, {
    dataset: () => Promise.resolve(dataset),
    metric: () => Promise.resolve(apart as never),
    emit: (event) => event.kind === "note" && notes.push(event.note),
  });
  const outcome = await executeRun(await planned(scene, given), host);
  if (outcome.kind !== "record") throw new Error(JSON.stringify(outcome));
  return { record: outcome.record, notes };
}

/** A scene whose test views are the last ten, and renders of them, each `off` levels of red away. */
async function sceneAnd(out: string, name: (i: number) => string, off = 4) {
  const taken = around(14).map((one, i) => ({ ...one, name: `r_${i}` }));
  await writeSynthetic(join(out, "scene"), { train: taken.slice(0, 4), test: taken.slice(4) });
  const folder = join(out, "renders");
  for (const [i, { values }] of taken.slice(4).entries()) {
    const changed = values.map((value, k) => k % 3 === 0 ? value + off : value);
    await writePicture(join(folder, name(i)), { ...size, values: changed });
  }
  return folder;
}

Deno.test("renders are scored as reconstructions of the test views, by name or in order", () =>
  inFolder(async (out) => {
    const ways: [string, (i: number) => string, string][] = [
      ["named", (i) => `r_${i + 4}.png`, "told apart by name"],
      ["NerfBaselines'", (i) => `color/test/r_${i + 4}.png`, "told apart by name"],
      // Of these the second by code units is 10.
      ["numbered", (i) => `${i + 1}.png`, "in the order of their names"],
    ];
    for (const [way, name, note] of ways) {
      const folder = await sceneAnd(out, name);
      const { record, notes } = await run(out, { folder });
      assertEquals(record.state, "done", `${way}: ${record.cause}`);
      assertEquals(record.metrics.map(({ value }) => value!.toFixed(4)), ["1.3333"], way);
      assertStringIncludes(notes.join("\n"), note, way);
      const { count, seconds, from } = record.samples!;
      assertEquals([count, seconds, from], [10, null, `folder ${folder}`]);
      assertEquals(record.artefacts.map(({ name }) => name), ["reconstructions", "errors"]);
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("a render that is missing, of another size, or not opaque is refused; so is anything but a folder", () =>
  inFolder(async (out) => {
    const folder = await sceneAnd(out, (i) => `r_${i + 4}.png`);
    const refused = async (given: Partial<ExternalConfig>) =>
      await run(out, given).then(
        () => "it was taken",
        (error: Error) => error instanceof DataError ? error.message : String(error),
      );
    await Deno.remove(join(folder, "r_9.png"));
    assertEquals(
      await refused({ folder }),
      `${folder}: 1 of 10 test views have no picture: r_9`,
    );
    const path = join(folder, "r_9.png");
    await writePicture(path, { width: 6, height: 4, values: flat(1, { width: 6, height: 4 }) });
    assertStringIncludes(
      await refused({ folder }),
      `${path}: it is 6×4 and this suite's data 12×8`,
    );
    await writePicture(path, { ...size, values: flat(1, { ...size, alpha: 9 }) });
    assertStringIncludes(await refused({ folder }), `${path}: it has transparent pixels`);
    await writePicture(path, { ...size, values: flat(9, size) });
    await writePicture(join(folder, "more.png"), { ...size, values: flat(9, size) });
    assertStringIncludes(
      (await run(out, { folder })).notes.join("\n"),
      "1 pictures of no test view aren't scored",
    );
    assertStringIncludes(
      await refused({ url: "http://localhost:1/{index}.png" }),
      "are read from a `folder` with a picture of each test view",
    );
  }));

Deno.test("which file is whose: whole names first, then the last part, then order", () => {
  const names = ["a/r_1.png", "b/r_1.png"];
  const match = (files: string[], own: readonly string[] | null = names) =>
    matched(files, { names: own, count: 2, where: "HERE" }).files;
  assertEquals(match(["b/r_1.jpg", "a/r_1.jpg"]), ["a/r_1.jpg", "b/r_1.jpg"]);
  assertEquals(match(["10.png", "9.png"]), ["9.png", "10.png"]);
  assertEquals(match(["10.png", "9.png"], null), ["9.png", "10.png"]);
  assertEquals(match(["x/one.png", "two.png", "three.png"], ["p/two", "p/one"]), [
    "two.png",
    "x/one.png",
  ]);
  assertThrows(
    () => match(["1.png"]),
    DataError,
    "HERE: 1 pictures for 2 test views, and none has",
  );
  assertThrows(() => match([], null), DataError, "HERE: 0 pictures for 2 test views");
  assertThrows(() => match(["a/r_1.png"]), DataError, "1 of 2 test views have no picture: b/r_1");
});

Deno.test("renders are told by cameras; of views with one camera each has its own; others are refused", async () => {
  const camera = (n: number) => Float32Array.from({ length: 16 }, (_, k) => n + k);
  const cameras = Float32Array.from([1, 2, 2].flatMap((n) => [...camera(n)]));
  const pictures = Uint8Array.from([1, 1, 1, 2, 2, 2, 3, 3, 3]);
  const subject = subjectOfViews("theirs", { count: 3, height: 1, width: 1, pictures, cameras });
  const asked = (...of: number[]) => ({
    count: of.length,
    height: 1,
    width: 1,
    pictures: new Uint8Array(3 * of.length),
    cameras: Float32Array.from(of.flatMap((n) => [...camera(n)])),
  });
  const found = async (...of: number[]) =>
    [...viewsOf(await subject.reconstruct!(asked(...of))).pictures].filter((_, k) => k % 3 === 0);
  assertEquals(await found(2, 1, 2), [2, 1, 3]);
  assertThrows(() => subject.reconstruct!(asked(7)), MetricUnavailable, "of the test views alone");
  const { capabilities } = subject;
  assertEquals([capabilities.reconstructs, capabilities.samples], [true, false]);
  const refused = await subject.sample(1).catch((error: Error) => error);
  assertEquals(refused instanceof MetricUnavailable, true);
});
