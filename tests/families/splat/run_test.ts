/** Whole runs of splats: interrupted ones, exported ones, and ones that begin with a file. */
import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { z } from "zod";
import fc from "fast-check";
import { DataError } from "../../../src/base/errors.ts";
import { contentOf } from "../../../src/content/mod.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { readPly, writePly } from "../../../src/families/splat/formats/ply.ts";
import { readSplats } from "../../../src/families/splat/formats/read.ts";
import { readSplat } from "../../../src/families/splat/formats/splat.ts";
import { splat } from "../../../src/families/splat/mod.ts";
import type { Opened } from "../../../src/families/splat/model.ts";
import { openScene } from "../../../src/families/splat/open.ts";
import type { ViewSet } from "../../../src/kinds/view/view_set.ts";
import { defineMetric } from "../../../src/metrics/metric.ts";
import { throughput } from "../../../src/metrics/speed/throughput.ts";
import { executeRun } from "../../../src/protocols/execute.ts";
import { groupId, runId } from "../../../src/record/identity.ts";
import type { PlannedRun, RunRecord, RunSpec } from "../../../src/record/record.ts";
import { hostKey, hostNormal } from "../../../src/random/host/host.ts";
import { openStore } from "../../../src/record/store.ts";
import { exportRun } from "../../../src/run/export.ts";
import { close, law } from "../../law.ts";
import { inFolder, planned as tinyRun, tinyHost } from "../../run/harness.ts";
import { scene, truth } from "./made_scene.ts";

/** A planned run of splats. */
async function plannedRun(
  settings: Record<string, unknown>,
  { steps = 12, seed = 1, base }: { steps?: number; seed?: number; base?: string } = {},
): Promise<PlannedRun> {
  const config = splat.config.parse(settings) as Record<string, unknown>;
  const content = await contentOf(splat, config as never, { base, cache: null });
  const spec: RunSpec = {
    ...tinyRun({ steps, seed }).spec,
    family: splat.name,
    familyVersion: splat.version,
    config,
    batch: 10,
    metrics: [],
    ...(content !== undefined && { content }),
  };
  return { id: runId(spec), group: groupId(spec), label: "splat", spec, ...(base && { base }) };
}

const host = (out: string, change: Parameters<typeof tinyHost>[1] = {}) =>
  tinyHost(out, {
    dataset: () => Promise.resolve(scene as Dataset),
    family: () => Promise.resolve(splat as never),
    ...change,
  });

/** All of a finished run that must not depend on how often it was interrupted. */
async function traceOf(out: string, run: PlannedRun) {
  const store = openStore(out), record = (await store.readRecord(run.id)) as RunRecord;
  assertEquals(record.state, "done", record.cause);
  const { seconds: _, ...columns } = (await store.readSeries(run.id))!.columns;
  return { columns, artefacts: record.artefacts, parameters: record.parameters };
}

law("splats: resume = uninterrupted, though their number changes from step to step", {
  source: "definition",
  given: {
    density: fc.constantFrom("classic" as const, "mcmc" as const),
    seed: fc.integer({ min: 0, max: 1000 }),
    stop: fc.integer({ min: 1, max: 19 }),
  },
  cases: 3,
  kills: ["splat-updates-counted-outside-the-state", "splat-density-uncontrolled"],
  async holds({ density, seed, stop }) {
    const run = await plannedRun({ density, count: 40, degree: 1 }, { steps: 20, seed });
    let expected: Awaited<ReturnType<typeof traceOf>>;
    await inFolder(async (out) => {
      await executeRun(run, await host(out));
      expected = await traceOf(out, run);
    });
    const { columns } = expected!;
    assertNotEquals(columns.count[0], columns.count.at(-1));
    await inFolder(async (out) => {
      let left = stop;
      const outcome = await executeRun(run, await host(out, { stopped: () => left-- <= 0 }));
      assertEquals(outcome.kind, "stopped");
      await executeRun(run, await host(out));
      assertEquals(await traceOf(out, run), expected);
    });
  },
});

Deno.test("a finished run is exported as a PLY file and a .splat file of the same splats", () =>
  inFolder(async (out) => {
    const run = await plannedRun({ count: 40, degree: 1 });
    await executeRun(run, await host(out));
    const store = openStore(out), folder = join(out, "exported");
    await Deno.mkdir(folder);
    const record = (await store.readRecord(run.id)) as RunRecord;
    await exportRun(record, { store, family: splat as never, folder });
    const ply = await Deno.readFile(join(folder, "splats.ply"));
    const splats = readPly(ply, "splats.ply");
    assertEquals(splats.degree, 1);
    assertEquals(splats.parameters.length, record.parameters);
    const small = readSplat(await Deno.readFile(join(folder, "splats.splat")), "splats.splat");
    assertEquals(small.count, splats.count);
    const packed = await readSplats(join(folder, "splats.spz"));
    assertEquals([packed.count, packed.degree], [splats.count, 1]);
    packed.parameters.subarray(0, 3 * splats.count).forEach((v, i) =>
      close(v, splats.parameters[i], 1 / 4096, "a place")
    );
    // The run's own report has the same to look around in, beside the picture that turns.
    const left = record.artefacts.filter(({ shows }) => shows?.what === "turntable");
    assertEquals(left.map(({ name }) => name), ["turntable", "splats"]);
    assertEquals(
      await store.read(run.id, left[1].file),
      await Deno.readFile(join(folder, "splats.splat")),
    );
    assertEquals([left[1].look!.background, left[1].look!.focal], [[51, 102, 204], 40 / 24]);

    // The file is the start of another run, which is scored as it is.
    const begun = await plannedRun({ weights: "exported/splats.ply" }, { steps: 0, base: out });
    await executeRun(begun, await host(out));
    await Deno.mkdir(join(out, "again"));
    const other = (await store.readRecord(begun.id)) as RunRecord;
    assertEquals([other.state, other.steps], ["done", 0]);
    const again = { store, family: splat as never, base: out, folder: join(out, "again") };
    await exportRun(other, again);
    assertEquals(await Deno.readFile(join(out, "again", "splats.ply")), ply);
    // Another file under the same name is another run.
    await Deno.writeFile(join(out, "exported/splats.ply"), writePly(truth()));
    const changed = await plannedRun({ weights: "exported/splats.ply" }, { steps: 0, base: out });
    assertNotEquals(changed.id, begun.id);
  }));

Deno.test("a file of 200,000 splats of another program is loaded, rendered and scored without training", () =>
  inFolder(async (out) => {
    const count = 200_000, rows = 11 + 3 * 4;
    const drawn = hostNormal(hostKey(4, "many"), rows * count);
    // Small and half clear, in a ball of about 1.
    const parameters = Float32Array.from(drawn, (v, at) => {
      const row = Math.floor(at / count);
      return row < 3 ? v / 3 : row < 6 ? v / 4 - 5 : row < 11 ? v : v / 3;
    });
    await Deno.writeFile(join(out, "many.ply"), writePly({ count, degree: 1, parameters }));
    const run = await plannedRun({ weights: "many.ply" }, { steps: 0, base: out });
    const scored = {
      ...run,
      spec: {
        ...run.spec,
        metrics: [{ metric: "views-of-a-test", version: 1, config: {} }],
      },
    };
    const distance: number[] = [];
    const metric = defineMetric<Record<string, never>, "view">({
      name: "views-of-a-test",
      version: 1,
      about: "mean distance of rendered bytes",
      papers: [],
      phase: "quality",
      takes: ["view"],
      config: z.strictObject({}),
      declares: () => [],
      async compute({ subject, dataset }) {
        const { samples } = await dataset.read("test", [0, 1]);
        const found = await subject.reconstruct!(samples) as ViewSet;
        const { pictures } = samples as ViewSet;
        distance.push(
          pictures.reduce((sum, v, i) => sum + Math.abs(v - found.pictures[i]), 0) /
            pictures.length,
        );
        return [];
      },
    });
    await executeRun(scored, await host(out, { metric: () => Promise.resolve(metric as never) }));
    const record = (await openStore(out).readRecord(run.id)) as RunRecord;
    assertEquals([record.state, record.parameters], ["done", rows * count], record.cause);
    assert(distance[0] > 10 && distance[0] < 120, `${distance}`);
  }));

Deno.test("no number of FLOPs stands where none is counted: it says why", () =>
  inFolder(async (out) => {
    const run = await plannedRun({ count: 20, degree: 0 }, { steps: 2 });
    const config = throughput.config.parse({ batches: [2] }) as never;
    const asked = { metric: throughput.name, version: throughput.version, config };
    const scored = { ...run, spec: { ...run.spec, metrics: [asked] } };
    await executeRun(
      scored,
      await host(out, { metric: () => Promise.resolve(throughput as never) }),
    );
    const { metrics } = (await openStore(out).readRecord(run.id)) as RunRecord;
    const counted = metrics.filter(({ name }) => name.endsWith("FLOPs"));
    assertEquals(counted.map(({ name, value }) => [name, value]), [
      ["train-FLOPs", null],
      ["sample-FLOPs", null],
    ]);
    for (const { reason } of counted) assertStringIncludes(reason!, "computed on the host");
  }));

/** What opening says of a dataset and settings. */
const opening = async (settings: Record<string, unknown>, dataset: Dataset<"view"> = scene) => {
  const path = (written: string) => written;
  const context = { dataset, path, cache: "" };
  return (await openScene(splat.config.parse(settings) as never, context)).opened as Opened;
};

Deno.test("a scene is opened once: cameras, points, a file; what isn't there is told", async () => {
  const points = { positions: Float32Array.of(0, 0, 0, 1, 1, 1), colours: new Uint8Array(6) };
  const known: Dataset<"view"> = { ...scene, truth: () => ({ points }) };
  const { scene: found, ...rest } = await opening({});
  assert(found.half > 1 && found.half < 1.3, `${found.half}`);
  assert(Math.hypot(...found.orbit.centre) < 0.05);
  assertEquals(rest, {});
  assertEquals((await opening({ start: "points" }, known)).points, points);
  const lacking = await assertRejects(() => opening({ start: "points" }), DataError);
  assertStringIncludes(lacking.message, "tiny-scene has no points");
  await inFolder(async (folder) => {
    const told = async (name: string, bytes: Uint8Array | null, more = {}) => {
      const path = join(folder, name);
      if (bytes !== null) await Deno.writeFile(path, bytes);
      return (await assertRejects(() => opening({ weights: path, ...more }), DataError)).message;
    };
    const whole = writePly(truth());
    assertStringIncludes(await told("none.ply", null), "none.ply can't be read");
    assertStringIncludes(
      await told("a.obj", whole),
      "a.obj is no file of splats; .ply, .splat or .spz",
    );
    assertStringIncludes(await told("cut.ply", whole.subarray(0, -1)), "was cut short");
    const { parameters, ...form } = truth();
    const broken = parameters.slice();
    broken[8] = NaN;
    const wrong = writePly({ ...form, parameters: broken });
    assertStringIncludes(await told("nan.ply", wrong), "splat 2 has NaN among its numbers");
    const empty = writePly({ count: 0, degree: 0, parameters: new Float32Array() });
    assertStringIncludes(await told("empty.ply", empty), "it has no splats");
    const directed = writePly({ count: 1, degree: 1, parameters: new Float32Array(23) });
    assertStringIncludes(
      await told("high.ply", directed, { degree: 0 }),
      "has colours of degree 1, and `degree: 0` was asked for",
    );
  });
});
