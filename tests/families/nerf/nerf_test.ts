/** Radiance fields on a ball in closed form. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  boxOf,
  openScene,
  type sceneOf,
  unreadScene,
} from "../../../src/families/nerf/geometry.ts";
import { config, nerf } from "../../../src/families/nerf/mod.ts";
import { formOf } from "../../../src/families/nerf/model.ts";
import { rayLoss } from "../../../src/families/nerf/objective.ts";
import { cameraAt } from "../../../src/kinds/view/cameras.ts";
import { CAMERA } from "../../../src/kinds/view/view_set.ts";
import { gatherViews, toTensorViews } from "../../../src/kinds/view/views.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { disposeTree } from "../../../src/engine/tree.ts";
import { exponential } from "../../../src/nn/optimise/schedule.ts";
import { engine, value, values } from "../on_engine.ts";
import { key, read, reloaded, rows } from "../small.ts";
import { close } from "../../law.ts";
import {
  ballCamera,
  ballModel,
  ballSpec,
  ballViews,
  RADIUS,
  rendered,
  trainBall,
  trainCameras,
  trainViews,
} from "./ball.ts";

const small = {
  hash: {
    form: "hash",
    width: 16,
    levels: 6,
    rowBits: 11,
    base: 4,
    finest: 32,
    samples: 16,
    occupancy: 16,
  },
  original: {
    form: "original",
    width: 32,
    depth: 3,
    coarse: 8,
    fine: 12,
    octaves: 3,
    directionOctaves: 1,
  },
  integrated: {
    form: "integrated",
    width: 32,
    depth: 3,
    samples: 10,
    proposal: { rounds: 1, samples: 12, width: 16, depth: 2 },
    octaves: 3,
    directionOctaves: 1,
  },
} as const;
type Form = keyof typeof small;
const forms = Object.keys(small) as Form[];

/** Views that no camera of training stands at. */
const unseen = [0, 1, 2].map((i) => ballCamera(i, { count: 3, turn: 0.3 }));

function psnrOf(found: readonly number[], pictures: Uint8Array): number {
  let sum = 0;
  pictures.forEach((level, i) => sum += (level / 255 - found[i]) ** 2);
  return -10 * Math.log10(sum / pictures.length);
}

/** What is wanted of unseen views, dB, and of depth, units of a scene whose ball has radius 0.7. */
const wanted: Record<Form, { psnr: number; depth: number; steps: number; batch: number }> = {
  hash: { psnr: 21, depth: 0.3, steps: 200, batch: 128 },
  original: { psnr: 18, depth: 0.25, steps: 200, batch: 64 },
  integrated: { psnr: 19, depth: 0.2, steps: 300, batch: 64 },
};

for (const form of forms) {
  Deno.test(`nerf, ${form}: unseen views of the ball, and where it is, are learned`, async () => {
    const { psnr, depth, ...training } = wanted[form];
    const model = ballModel(small[form], training);
    const { state, series } = await trainBall(model, training);
    const { views, depth: truth } = ballViews(unseen);
    const { x_BHWC } = await rendered(model, state, { program: "reconstruct", cameras: unseen });
    assert(psnrOf(x_BHWC, views.pictures) > psnr, `${psnrOf(x_BHWC, views.pictures)} dB`);
    // White alone would be nearer than this to nothing: see that it is far off.
    assert(psnrOf(x_BHWC.map(() => 1), views.pictures) < 11);
    const maps = await rendered(model, state, { program: "maps", cameras: unseen });
    const hit = Array.from(truth, (t, i) => [t, i]).filter(([t]) => t > 0);
    const off = hit.reduce((sum, [t, i]) => sum + Math.abs(t - maps.depth_BHW[i]), 0) / hit.length;
    assert(off < depth, `depth is off by ${off}`);
    const alpha = (of: (t: number) => boolean) => {
      const some = maps.alpha_BHW.filter((_, i) => of(truth[i]));
      return some.reduce((a, b) => a + b, 0) / some.length;
    };
    const covers = [alpha((t) => t > 0), alpha((t) => t === 0)];
    assert(covers[0] > 0.8 && covers[1] < 0.2, `${covers} covered inside and outside`);
    assert(series[series.length - 1].get("train/learning_rate")![0] < 2e-3);
    const last = state.occupancy as { occupied_G: tf.Tensor } | undefined;
    assertEquals(last !== undefined, form === "hash");
    if (last !== undefined) {
      // The ball is a ninth of the cube; nothing is left of its corners.
      const held = Array.from(await engine.read(last.occupied_G));
      const share = held.reduce((a, b) => a + b, 0);
      assert(share > 0.03 * held.length && share < 0.6 * held.length, `${share} of ${held.length}`);
      assertEquals([held[0], held[held.length - 1]], [0, 0]);
    }
    disposeTree(state);
  });

  Deno.test(`nerf, ${form}: the same key gives the same stream; resumed is uninterrupted`, async () => {
    // Of the hash grid over a step that looks at the cells.
    const [steps, halfway] = form === "hash" ? [67, 60] : [8, 5];
    const training = { steps, batch: 8 };
    const model = ballModel({ ...small[form], width: 8 }, training);
    const whole = await trainBall(model, training);
    const half = await trainBall(model, { ...training, steps: halfway });
    const rest = await trainBall(model, {
      steps: steps - halfway,
      batch: 8,
      from: halfway,
      state: await reloaded(half.state),
    });
    assertEquals([...half.series, ...rest.series], whole.series);
    assertEquals(await read(rest.state), await read(whole.state));
    assertEquals(
      whole.series.map((scalars, step) => scalars.has("occupancy/occupied") ? step : -1)
        .filter((step) => step >= 0),
      form === "hash" ? [64] : [],
    );
  });

  Deno.test(`nerf, ${form}: a view is the same alone and among others, and samples go by rows`, async () => {
    const model = ballModel({ ...small[form], width: 8 }, { steps: 1, batch: 4 });
    const state = model.init(key("init"));
    const both = await rendered(model, state, { program: "reconstruct", cameras: unseen });
    const one = await rendered(model, state, { program: "reconstruct", cameras: [unseen[1]] });
    const each = one.x_BHWC.length;
    assertEquals(both.x_BHWC.slice(each, 2 * each), one.x_BHWC);
    assertEquals(both.camera_BC.length, 3 * CAMERA);
    const sample = (from: number, count: number) => {
      const outputs = model.programs.sample(state, { rows_B: rows(count, from) }, key("k"))[1];
      return read(outputs);
    };
    const [all, last] = [await sample(62, 3), await sample(64, 1)];
    assertEquals(all.get("x_BHWC")!.slice(2 * each), last.get("x_BHWC"));
    const cameras = all.get("camera_BC")!;
    assertEquals(cameras.slice(2 * CAMERA), last.get("camera_BC"));
    assertNotEquals(cameras.slice(0, CAMERA), cameras.slice(CAMERA, 2 * CAMERA));
    // A turn later it is where it began: at the first training camera's side, at their mean height.
    const first = cameraAt(last.get("camera_BC")!, 0).position, was = trainCameras[0].position;
    const mean = trainCameras.reduce((sum, { position }) => sum + position[1], 0) / 24;
    close(first[1], mean, 1e-5, "height");
    close(Math.atan2(first[2], first[0]), Math.atan2(was[2], was[0]), 1e-5, "angle");
    disposeTree(state);
  });

  Deno.test(`nerf, ${form}: pictures are of other rays where cameras turn`, async () => {
    const model = ballModel({ ...small[form], width: 8 }, { steps: 1, batch: 4 });
    const state = model.init(key("init"));
    const of = (camera: ReturnType<typeof ballCamera>) =>
      rendered(model, state, { program: "reconstruct", cameras: [camera] });
    const [one, shifted] = [await of(unseen[0]), await of({ ...unseen[0], cx: 9 })];
    assertNotEquals(one.x_BHWC, shifted.x_BHWC);
    // Its picture is moved by one pixel, whatever it shows; of rows of 16 pixels the first and last differ.
    for (let y = 0; y < 16; y++) {
      for (let x = 1; x < 16; x++) {
        for (let c = 0; c < 3; c++) {
          const at = 3 * (16 * y + x) + c;
          close(shifted.x_BHWC[at], one.x_BHWC[at - 3], 1e-4, `pixel ${x}, ${y}`);
        }
      }
    }
    disposeTree(state);
  });
}

Deno.test("nerf: whole views are refused in training, with what came", () => {
  const model = ballModel(small.hash, { steps: 1, batch: 2 });
  const state = model.init(key("init"));
  const inputs = { ...toTensorViews(engine, gatherViews(trainViews, [0, 1])), rows_B: rows(2) };
  assertThrows(
    () => model.programs.train(state, inputs, key("train")),
    Error,
    "nerf trains on rays, views of 1×1; these are of 16×16",
  );
  disposeTree({ ...inputs, state });
});

Deno.test("nerf: every network's error counts, the last one's is what is told", async () => {
  const colour = (x: number) => tf.fill([4, 3], x) as tf.Tensor2D;
  const of = (beside: number[]) =>
    rayLoss({ colour_R3: colour(0.5), beside: beside.map(colour) }, colour(0));
  close(await value(() => of([]).loss), 0.25, 1e-6);
  close(await value(() => of([1, 0.1]).loss), 0.25 + 1 + 0.01, 1e-6);
  close(await value(() => of([1]).error), 0.25, 1e-6);
  const proposed = () =>
    rayLoss({ colour_R3: colour(0.5), beside: [], proposed: tf.scalar(3) }, colour(0));
  close(await value(() => proposed().loss), 3.25, 1e-6);
  close(await value(() => proposed().error), 0.25, 1e-6);
});

Deno.test("a rate falls by one factor a step, to its share at the end", async () => {
  const at = (step: number) =>
    value(() => exponential(tf.scalar(step, "int32"), { peak: 2, decay: 0.01, steps: 10 }));
  close(await at(0), 2, 1e-6);
  close(await at(5), 0.2, 1e-6);
  close(await at(10), 0.02, 1e-6);
  assertThrows(
    () => exponential(tf.scalar(0), { peak: 1, decay: 0, steps: 1 }),
    RangeError,
    "decay to 0",
  );
});

/** The ball's training views as a dataset. */
const dataset = {
  sample: ballSpec,
  size: () => trainViews.count,
  read: (_: string, indices: ArrayLike<number>) =>
    Promise.resolve({ samples: gatherViews(trainViews, indices), labels: {} }),
} as unknown as Dataset<"view">;

Deno.test("nerf: the box is around what cameras see, from near to far, or the config's own", async () => {
  const parsed = config.parse({});
  const { opened } = await openScene(parsed, { dataset });
  const scene = opened as ReturnType<typeof sceneOf>;
  scene.box.centre.forEach((v, k) => close(v, 0, 1e-5, `centre ${k}`));
  // Cameras stand 3 from the origin; near is 2 and far 4.
  close(scene.box.half, 1, 1e-5, "half");
  assert(scene.box.half > RADIUS);
  assertEquals(scene.background, [1, 1, 1]);
  const box = { centre: [1, 2, 3], half: 5 };
  const own = await openScene(config.parse({ box }), { dataset });
  assertEquals((own.opened as typeof scene).box, { centre: [1, 2, 3], half: 5 });
  // Cameras that look one way: all corners of what they see, and no more.
  const way = {
    ...ballCamera(0, { count: 1 }),
    position: [0, 0, 0],
    rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const found = boxOf([way as unknown as ReturnType<typeof ballCamera>], ballSpec);
  const side = 4 * 8 / 24;
  close(found.half, side, 1e-9, "half of the far side");
  found.centre.forEach((v, k) => close(v, [0, 0, 3][k], 1e-9, `centre ${k}`));
  // Where nothing was read, shapes are known all the same.
  const unread = unreadScene(ballSpec, parsed);
  close(unread.box.half, 1, 1e-9, "half of what is unread");
  close(unread.orbit.radius, 3, 1e-9, "radius of what is unread");
});

Deno.test("nerf: a form keeps cells where it asks for them, and a config is checked", () => {
  assertEquals(forms.map((form) => formOf({ form }).density !== undefined), [true, false, false]);
  const said = nerf.config.safeParse({ base: 64, finest: 32 });
  assertEquals(said.success, false);
  assertEquals(nerf.config.safeParse({ form: "round" }).success, false);
  const proposal = { rounds: 1 };
  assertEquals(nerf.config.safeParse({ form: "integrated", proposal }).success, true);
  assertEquals(nerf.config.safeParse({ form: "hash", proposal }).success, false);
});

Deno.test("nerf: nothing is left behind by a step but the state", async () => {
  const model = ballModel({ ...small.hash, width: 8 }, { steps: 10, batch: 4 });
  const { state } = await trainBall(model, { steps: 2, batch: 4 });
  const before = tf.memory().numTensors;
  const { state: after } = await trainBall(model, { steps: 3, batch: 4, from: 2, state });
  assertEquals(tf.memory().numTensors, before);
  disposeTree(after);
  assertEquals((await values(() => tf.scalar(1)))[0], 1);
});
