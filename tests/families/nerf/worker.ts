/** Runs each program of each form of radiance field on one engine, and reports what it gives. */
import * as tf from "@tensorflow/tfjs";
import { type EngineName, openEngine } from "../../../src/engine/mod.ts";
import { disposeTree, leaves } from "../../../src/engine/tree.ts";
import { unreadScene } from "../../../src/families/nerf/geometry.ts";
import { config, nerf } from "../../../src/families/nerf/mod.ts";
import { cameraNumbers } from "../../../src/kinds/view/cameras.ts";
import { orbitCamera } from "../../../src/kinds/view/orbit.ts";
import type { ViewSpec } from "../../../src/kinds/view/view_set.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { keyTensor } from "../../../src/random/key.ts";
import { compilePrograms } from "../../../src/run/model/programs.ts";

/** Values by form, program and output; or why there are none. */
export type Report = { readonly values: Record<string, number[]> } | { readonly error: string };

const scope = self as unknown as {
  onmessage: (event: MessageEvent<EngineName>) => void;
  postMessage(message: Report): void;
};

const spec: ViewSpec = {
  kind: "view",
  height: 5,
  width: 6,
  background: [255, 0, 128],
  near: 1,
  far: 4,
};
const batch = 8;

const forms = {
  hash: { levels: 4, rowBits: 9, base: 3, finest: 24, samples: 8, occupancy: 8 },
  skipping: {
    form: "hash",
    levels: 4,
    rowBits: 9,
    base: 3,
    finest: 24,
    samples: 8,
    occupancy: 8,
    skipEmpty: true,
  },
  original: { depth: 2, coarse: 6, fine: 6, octaves: 2, directionOctaves: 1 },
  integrated: {
    depth: 2,
    samples: 6,
    octaves: 2,
    directionOctaves: 1,
    proposal: { rounds: 2, samples: 5, width: 8, depth: 1 },
  },
};

async function run(name: EngineName): Promise<Record<string, number[]>> {
  const { engine } = await openEngine(name);
  const values: Record<string, number[]> = {};
  for (const [form, settings] of Object.entries(forms)) {
    const parsed = config.parse({ form, width: 8, ...settings });
    const context = { sample: spec, steps: 4, trainSize: 8, batch, factors: [] };
    const model = nerf.build(parsed, context);
    const programs = compilePrograms(engine, model, { label: form });
    const { orbit } = unreadScene(spec, parsed);
    const turned = Array.from({ length: batch }, (_, i) => orbitCamera(orbit, 8 * i));
    const cameras = turned.flatMap((camera, i) => cameraNumbers({ ...camera, cx: i - 4, cy: 2 }));
    const rays = {
      x_BHWC: engine.tensor(hostUniform(hostKey(1, "x"), 3 * batch), [batch, 1, 1, 3]),
      camera_BC: engine.tensor(Float32Array.from(cameras), [batch, 16]),
      rows_B: tf.range(0, batch, 1, "int32"),
    };
    const read = async (program: string, outputs: Parameters<typeof leaves>[0]) => {
      for (const [path, leaf] of leaves(outputs)) {
        values[`${form} ${program} ${path}`] = Array.from(await engine.read(leaf));
      }
    };
    let state = model.init(keyTensor(hostKey(1, "init")));
    for (const [step, program] of ["train", "occupancy", "train"].entries()) {
      if (!programs.has(program)) continue;
      const key = keyTensor(hostKey(1, program, step));
      const [next, outputs] = programs.step(program, state, { inputs: rays, key });
      state = next;
      await read(`${step} ${program}`, outputs);
      disposeTree({ key, outputs });
    }
    const key = keyTensor(hostKey(1, "look"));
    const views = {
      x_BHWC: tf.zeros([1, spec.height, spec.width, 3]),
      camera_BC: tf.slice(rays.camera_BC as tf.Tensor2D, [2, 0], [1, 16]),
    };
    await read("reconstruct", programs.run("reconstruct", state, { inputs: views, key }));
    await read("maps", programs.run("maps", state, { inputs: views, key }));
    const rows = { rows_B: tf.tensor1d([3, 70], "int32") };
    await read("sample", programs.run("sample", state, { inputs: rows, key }));
  }
  return values;
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ values: await run(data) });
  } catch (error) {
    scope.postMessage({ error: `${data}: ${error instanceof Error ? error.stack : error}` });
  }
};
