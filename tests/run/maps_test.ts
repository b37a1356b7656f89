/** Maps of views by a model's program: view by view, checked, and nobody's where there is no such program. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import { ContractError } from "../../src/families/contract.ts";
import type { Model, TensorRecord } from "../../src/families/family.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import { modelSubject } from "../../src/run/model/subject.ts";
import type { SampleSpec } from "../../src/kinds/kind_map.ts";
import { pictureOf, viewPixels, viewShape, viewWorld } from "../metrics/view_world.ts";

const { engine } = await openEngine("wasm");
const { sample, read } = viewWorld();
const COUNT = 5;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const { samples } = await read("test", range(COUNT));

type Seen = { readonly x_BHWC: tf.Tensor4D; readonly camera_BC: tf.Tensor2D };

/** What a view's maps can be told from: red as alpha, where its camera stands as depth, colours as normals. */
function maps({ x_BHWC, camera_BC }: Seen): TensorRecord {
  const [B] = x_BHWC.shape, { height, width } = viewShape;
  const red = tf.reshape(tf.slice(x_BHWC, [0, 0, 0, 0], [B, height, width, 1]), [B, height, width]);
  const x = tf.reshape(tf.slice(camera_BC, [0, 3], [B, 1]), [B, 1, 1]);
  return {
    alpha_BHW: red,
    depth_BHW: tf.add(tf.zerosLike(red), x),
    normal_BHWC: tf.sub(tf.mul(x_BHWC, 2), 1),
  };
}

/** How often each program ran on the engine. */
const calls: Record<string, number> = {};

function subjectOf(
  change: (found: TensorRecord) => TensorRecord,
  spec: SampleSpec = sample,
  splats?: Model["driver"]["splats"],
) {
  const model: Model = {
    capabilities: { likelihood: "none", latent: "none", reconstructs: true, samples: false },
    init: () => ({}),
    driver: { splats },
    programs: {
      train: (state) => [state, { loss: tf.scalar(0) }],
      reconstruct: (state, { x_BHWC, camera_BC }) => [state, {
        x_BHWC: tf.sub(1, x_BHWC as tf.Tensor),
        camera_BC: tf.clone(camera_BC as tf.Tensor),
      }],
      maps: (state, inputs) => [state, change(maps(inputs as Seen))],
    },
  };
  const compiled = compilePrograms(engine, model, { label: "told" });
  return modelSubject({
    label: "told",
    engine,
    model,
    programs: {
      ...compiled,
      has: (name) => compiled.has(name),
      run(name, state, call) {
        calls[name] = (calls[name] ?? 0) + 1;
        return compiled.run(name, state, call);
      },
    },
    state: {},
    sample: spec,
    keys: runKeys(1),
    trainSize: 1,
    trainLabels: () => Promise.resolve({}),
  });
}

Deno.test("maps are those of each view, whichever are asked for with it", async () => {
  const subject = subjectOf((found) => found);
  const { alpha, depth, normals } = await subject.maps!(samples);
  assertEquals([alpha.length, depth.length], Array(2).fill(COUNT * viewPixels));
  for (const i of range(COUNT)) {
    const picture = pictureOf("test", i), from = i * viewPixels;
    for (const p of [0, 17, viewPixels - 1]) {
      assertEquals(alpha[from + p], Math.fround(picture[3 * p] / 255));
      assertEquals(depth[from + p], samples.cameras[16 * i + 3]);
      const red = Math.fround(picture[3 * p] / 255);
      assertEquals(normals![3 * (from + p)], Math.fround(2 * red - 1));
    }
  }
  const last = await subject.maps!((await read("test", [COUNT - 1])).samples);
  assertEquals(last.depth, depth.subarray((COUNT - 1) * viewPixels));
});

Deno.test("a model need not have normals, and need have the others", async () => {
  const without = (name: string) =>
    subjectOf((found) => Object.fromEntries(Object.entries(found).filter(([own]) => own !== name)));
  const found = await without("normal_BHWC").maps!(samples);
  assertEquals(Object.keys(found), ["alpha", "depth"]);
  for (const name of ["alpha_BHW", "depth_BHW"]) {
    const { message } = await assertRejects(() => without(name).maps!(samples), ContractError);
    assertStringIncludes(message, "told: maps gives");
    assertStringIncludes(message, `no ${name}`);
  }
});

Deno.test("maps of another shape, that aren't finite, or shares that are none, are refused", async () => {
  const told = async (change: (found: TensorRecord) => TensorRecord) =>
    (await assertRejects(() => subjectOf(change).maps!(samples), ContractError)).message;
  const own = (found: TensorRecord, name: string) => found[name] as tf.Tensor;
  assertStringIncludes(
    await told((found) => ({ ...found, depth_BHW: tf.expandDims(own(found, "depth_BHW"), -1) })),
    "told: maps gives [1, 12, 14, 1] where [1, 12, 14] was expected",
  );
  assertStringIncludes(
    await told((found) => ({ ...found, depth_BHW: tf.div(own(found, "depth_BHW"), 0) })),
    "told: maps' depth_BHW gives",
  );
  assertStringIncludes(
    await told((found) => ({ ...found, alpha_BHW: tf.mul(own(found, "alpha_BHW"), 1.5) })),
    "where a share in [0, 1] was expected",
  );
  await subjectOf((found) => ({ ...found, alpha_BHW: tf.mul(own(found, "alpha_BHW"), 1.0001) }))
    .maps!(samples);
});

Deno.test("views of three pieces, the last of them short, are those of each view", async () => {
  const { samples } = await read("test", range(37).map((i) => i % 19));
  const found = await subjectOf((found) => found).reconstruct!(samples) as typeof samples;
  assertEquals(found.count, 37);
  assertEquals(found.cameras, samples.cameras);
  assertEquals(found.pictures, samples.pictures.map((v) => 255 - v));
});

Deno.test("only of views: a program of that name of other samples is the family's own", () => {
  const spec = { kind: "image", height: 2, width: 2, channels: 3 } as const;
  assertEquals(subjectOf((found) => found, spec).maps, undefined);
});

Deno.test("splats are the driver's, of its state; bytes that aren't whole splats are refused", async () => {
  const told = (length: number) =>
    subjectOf((found) => found, sample, async (_, { read }) => {
      const tensor = tf.range(0, length, 1, "int32");
      const values = await read(tensor);
      tensor.dispose();
      return Uint8Array.from(values);
    });
  assertEquals(await told(64).splats!(), Uint8Array.from(range(64)));
  assertEquals(subjectOf((found) => found).splats, undefined);
  for (const length of [0, 33]) {
    const { message } = await assertRejects(() => told(length).splats!(), ContractError);
    assertStringIncludes(
      message,
      `told: the driver's splats give ${length} bytes where 32 for each`,
    );
  }
});

Deno.test("the same set of views is rendered once, others anew", async () => {
  const subject = subjectOf((found) => found);
  calls.reconstruct = 0;
  const first = await subject.reconstruct!(samples);
  assertEquals(calls.reconstruct, COUNT);
  assert(await subject.reconstruct!(samples) === first);
  assertEquals(calls.reconstruct, COUNT);
  const again = await subject.reconstruct!((await read("test", range(COUNT))).samples);
  assertEquals(calls.reconstruct, 2 * COUNT);
  assertEquals(again, first);
});
