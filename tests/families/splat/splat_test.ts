import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { config, splat } from "../../../src/families/splat/mod.ts";
import { readPly, writePly } from "../../../src/families/splat/formats/ply.ts";
import { writeSplat } from "../../../src/families/splat/formats/splat.ts";
import type { TensorRecord } from "../../../src/families/family.ts";
import { type ModuleSplats, openSplats as openModule } from "../../../src/kernels/splat/splats.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import { useModuleThreads } from "../../../src/kernels/module/threads.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";
import { engine } from "../on_engine.ts";
import { key, read, reloaded, rows } from "../small.ts";
import { built, cameras, spec, truth, viewsOf } from "./made_scene.ts";
import { fresh, heldOut, inputsOf, trained } from "./scene.ts";

const forms = [
  { density: "fixed", structural: 0 },
  { density: "classic", antialiased: true },
  { density: "mcmc", degree: 2 },
] as const;
const small = { count: 60, degree: 1 };

/** A state's splats as a PLY file. */
async function plyOf(state: TensorRecord): Promise<Uint8Array> {
  const { splats_RN } = state.params as { splats_RN: tf.Tensor2D }, [rows, count] = splats_RN.shape;
  const degree = Math.sqrt((rows - 11) / 3) - 1 as 0 | 1 | 2 | 3;
  const parameters = Float32Array.from(await engine.read(splats_RN));
  return writePly({ count, degree, parameters });
}

for (const form of forms) {
  Deno.test(`splat (${form.density}): a scene is fitted: held-out views rise above 28 dB`, async () => {
    const model = built({ ...small, ...form }, { steps: 60 });
    const before = fresh(model);
    const start = await heldOut(model, before);
    const { state, series } = await trained(model, { steps: 60, state: before });
    const end = await heldOut(model, state);
    assert(end > 28 && end > start + 6, `from ${start} to ${end} dB`);
    assert(series.at(-1)!.loss < 0.5 * series[0].loss);
    const counts = series.map(({ count }) => count);
    if (form.density === "fixed") assertEquals(new Set(counts), new Set([60]));
    else assert(counts.at(-1)! > 60, `${counts}`);
    if (form.density === "mcmc") assert(counts.every((n, i) => i === 0 || n >= counts[i - 1]));
    disposeTree(state);
  });

  Deno.test(`splat (${form.density}): the same key gives the same file, whether resumed or not`, async () => {
    const model = built({ ...small, ...form }, { steps: 20 });
    const whole = await trained(model, { steps: 20 });
    const half = await trained(model, { steps: 9 });
    assertEquals(half.series, whole.series.slice(0, 9));
    const rest = await trained(model, { steps: 11, from: 9, state: await reloaded(half.state) });
    assertEquals(rest.series, whole.series.slice(9));
    assertEquals(await read(rest.state), await read(whole.state));
    assertEquals(await plyOf(rest.state), await plyOf(whole.state));
    const other = await trained(model, {
      steps: 20,
      state: tf.tidy(() => model.init(key("other")) as tf.TensorContainer) as TensorRecord,
    });
    assertNotEquals(await plyOf(other.state), await plyOf(whole.state));
  });
}

/** Waits until the helpers of a module have joined. */
async function joined(threads: number): Promise<void> {
  const { pool } = (openModule({ threads }) as ModuleSplats).workspace;
  while (pool.helpers < threads - 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("splat: one thread and two give the same file, bit for bit", async () => {
  const model = built({ ...small, degree: 2 }, { steps: 15 });
  const files: Uint8Array[] = [];
  for (const threads of [1, 2]) {
    await joined(threads);
    useModuleThreads(threads);
    files.push(await plyOf((await trained(model, { steps: 15 })).state));
  }
  assertEquals(files[0], files[1]);
});

Deno.test("splat: without draws, how many views make a step changes nothing", async () => {
  const model = built({ ...small, density: "fixed" }, { steps: 20 });
  const by6 = await trained(model, { steps: 4, batch: 6 });
  const by3 = await trained(model, { steps: 8, batch: 3 });
  assertEquals(await read(by3.state), await read(by6.state));
});

Deno.test("splat: a step leaves no tensor behind, and a state that isn't given away as it was", async () => {
  const model = built(small, { steps: 20 }), state = fresh(model), before = await read(state);
  const inputs = { ...inputsOf(viewsOf(cameras(3))), rows_B: rows(3) }, stepKey = key("train", 0);
  const kept = engine.compile(model.programs.train, { name: "kept", reshape: true });
  const given = engine.compile(model.programs.train, {
    name: "given",
    donate: true,
    reshape: true,
  });
  const copy = await reloaded(state), tensors = engine.memory().tensors;
  const [next, outputs] = kept(state, inputs, stepKey);
  assertEquals(await read(state), before);
  const found = await read(next);
  disposeTree(next);
  disposeTree(outputs);
  assertEquals(engine.memory().tensors, tensors);
  const [donated, again] = given(copy, inputs, stepKey);
  assertEquals(await read(donated), found);
  disposeTree(again);
  assertEquals(engine.memory().tensors, tensors);
  for (const tree of [donated, state, inputs as TensorRecord]) disposeTree(tree);
  stepKey.dispose();
});

Deno.test("splat: what diverges says so by its loss, and goes no further", async () => {
  const model = built({ ...small, density: "fixed", colourRate: 1e38 }, { steps: 20 });
  const { state, series } = await trained(model, { steps: 3 });
  assert(Number.isNaN(series[0].loss), `loss ${series[0].loss}`);
  assert(series.slice(1).every(({ loss }) => Number.isNaN(loss)));
  const on = await trained(model, { steps: 1, from: 3, state });
  assert(Number.isNaN(on.series[0].loss));
});

Deno.test("splat: views are rendered at their cameras, samples on an orbit, maps beside them", async () => {
  const { parameters, count } = truth();
  const model = built({ degree: 0 }, { opened: { weights: { count, degree: 0, parameters } } });
  const programs = compilePrograms(engine, model, { label: "splat" });
  const state = fresh(model), views = viewsOf(cameras(3, 9)), inputs = inputsOf(views);
  const call = { inputs, key: key("look") };
  const seen = programs.run("reconstruct", state, call);
  assertEquals(await engine.read(seen.camera_BC as tf.Tensor), views.cameras);
  const found = [...await engine.read(seen.x_BHWC as tf.Tensor)];
  assertEquals(found.map((v) => Math.floor(255 * v + 0.5)), [...views.pictures]);
  const maps = programs.run("maps", state, call);
  assertEquals((maps.alpha_BHW as tf.Tensor).shape, [3, spec.height, spec.width]);
  const alpha = await engine.read(maps.alpha_BHW as tf.Tensor);
  const depth = await engine.read(maps.depth_BHW as tf.Tensor);
  const normal = await engine.read(maps.normal_BHWC as tf.Tensor);
  // As long as what is seen covers, at most.
  alpha.forEach((a, p) => {
    const length = Math.hypot(...normal.slice(3 * p, 3 * p + 3));
    assert(length <= a + 1e-5, `${length} of ${a}`);
  });
  assert(normal.some((v) => v !== 0));
  assert(alpha.every((a) => a >= 0 && a <= 1) && alpha.some((a) => a > 0.8));
  assert(depth.every((d, i) => d === 0 || (d > 2 && d < 6 && alpha[i] > 0)));
  const drawn = programs.run("sample", state, { ...call, inputs: { rows_B: rows(3, 63) } });
  const [x, at] = [drawn.x_BHWC, drawn.camera_BC] as tf.Tensor[];
  assertEquals([x.shape, at.shape], [[3, spec.height, spec.width, 3], [3, 16]]);
  const poses = await engine.read(at),
    one = programs.run("sample", state, {
      ...call,
      inputs: { rows_B: rows(1) },
    });
  // Row 64 is row 0, whatever batch it stands in.
  assertEquals(poses.slice(16, 32), await engine.read(one.camera_BC as tf.Tensor));
  assertEquals(
    (await engine.read(x)).slice(x.size / 3, 2 * x.size / 3),
    await engine.read(one.x_BHWC as tf.Tensor),
  );
  assertNotEquals(poses.slice(0, 16), poses.slice(16, 32));
});

Deno.test("splat: its scene for viewers is its splats as a .splat file, with and without training", async () => {
  const { parameters, count } = truth(), weights = { count, degree: 0 as const, parameters };
  for (const steps of [0, 3]) {
    const model = built({ degree: 1 }, { steps, opened: { weights } }), state = fresh(model);
    const found = await model.driver.splats!(state, { read: (tensor) => engine.read(tensor) });
    assertEquals(found, writeSplat(weights));
  }
});

Deno.test("splat: what begins with a file is that file, and without steps has nothing to train", async () => {
  const { parameters, count } = truth(), weights = { count, degree: 0 as const, parameters };
  const model = built({}, { steps: 0, opened: { weights } }), state = fresh(model);
  assertEquals(Object.keys(state), ["params", "updates"]);
  assertEquals(readPly(await plyOf(state), "a.ply"), weights);
  const wider = fresh(built({ degree: 1 }, { steps: 1, opened: { weights } }));
  const { splats_RN } = wider.params as { splats_RN: tf.Tensor };
  assertEquals(splats_RN.shape, [23, count]);
  const values = await engine.read(splats_RN);
  assertEquals(values.slice(0, 14 * count), parameters);
  assert(values.slice(14 * count).every((v) => v === 0));
  const { state: after } = await trained(built({}, { steps: 2, opened: { weights } }), {
    steps: 2,
  });
  assertNotEquals(await plyOf(after), writePly(weights));
});

Deno.test("splat: settings that contradict one another are refused where they stand", () => {
  const told = (settings: Record<string, unknown>) =>
    config.safeParse(settings).error?.issues.map((issue) => `${issue.path}: ${issue.message}`);
  assertEquals(told({}), undefined);
  assertEquals(told({ count: 10, most: 9 }), ["most: is 9, below `count`, 10"]);
  assertStringIncludes(told({ density: "fixed", most: 9 })![0], "most: has no effect");
  assertStringIncludes(told({ weights: "a.ply", count: 9 })![0], "count: can't be given beside");
  assertStringIncludes(told({ weights: "a.ply", start: "points" })![0], "start: can't be given");
});

Deno.test("splat: a training that is asked of a compiled program says what a family must mark", () => {
  const model = built(small);
  assertEquals([...model.reshapes!].sort(), Object.keys(model.programs).sort());
  assertEquals(splat.takes, ["view"]);
});
