/**
 * Radiance fields of one scene: the declaration that joins fields, rays and training.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { type BuildContext, defineFamily, type Model, type OpenContext } from "../family.ts";
import { reads, type Rows, updates } from "../common/programs.ts";
import { type Config, config, settingsOf } from "./config.ts";
import type { Setting } from "./forms/form.ts";
import { openScene, type Scene, unreadScene } from "./geometry.ts";
import { formOf } from "./model.ts";
import { updatesOccupancy } from "./occupancy.ts";
import { orbitCameras } from "../common/orbit.ts";
import { renderViews } from "./sample.ts";
import { initState, occupancyStep, type State, type TrainInputs, trainStep } from "./train.ts";

/** Inputs with views. */
type Views = { readonly x_BHWC: tf.Tensor4D; readonly camera_BC: tf.Tensor2D };

function build(config: Config, { sample, steps, opened }: BuildContext<"view">): Model {
  const scene = opened === undefined ? unreadScene(sample, config) : opened as Scene;
  const settings = settingsOf(config), setting: Setting = { settings, scene };
  const keepsOccupancy = formOf(config).density !== undefined;
  return {
    capabilities: { likelihood: "none", latent: "none", reconstructs: true, samples: true },
    init: (key) => initState(key, setting) as TensorState,
    batches: "rays",
    // Lookups by the module of src/kernels take a tenth of those by TensorFlow's operations, and it has to be
    // called from the host.
    ...(settings.form === "hash" && { modes: { train: "eager", occupancy: "eager" } }),
    // As one graph, all pieces of a view might be computed at once.
    reshapes: ["reconstruct", "maps", "sample"],
    programs: {
      train: updates<State, TrainInputs>((state, inputs, key) =>
        trainStep(state, { ...inputs, key }, { setting, steps })
      ),
      ...(keepsOccupancy && {
        occupancy: updates<State, unknown>((state, _, key) => occupancyStep(state, key, setting)),
      }),
      reconstruct: reads<State, Views>((state, { camera_BC }) => ({
        x_BHWC: renderViews(state, camera_BC, setting).x_BHWC,
        camera_BC,
      })),
      maps: reads<State, Views>((state, { camera_BC }) => {
        const { alpha_BHW, depth_BHW } = renderViews(state, camera_BC, setting);
        return { alpha_BHW, depth_BHW };
      }),
      sample: reads<State, Rows>((state, { rows_B }) => {
        const camera_BC = orbitCameras(rows_B, scene);
        return { x_BHWC: renderViews(state, camera_BC, setting).x_BHWC, camera_BC };
      }),
    },
    driver: {
      schedule: (step) =>
        keepsOccupancy && updatesOccupancy(step) ? ["occupancy", "train"] : ["train"],
    },
  };
}

/** What `init` returns, as trees of tensors are typed. */
type TensorState = ReturnType<Model["init"]>;

/** Neural radiance fields: the original, one on a hash grid, and one over the cones that pixels see. */
export const nerf = defineFamily<Config, "view">({
  name: "nerf",
  version: 1,
  about:
    "neural radiance field of one scene: the original, on a hash grid, or integrated over cones",
  papers: ["arXiv:2003.08934", "arXiv:2201.05989", "arXiv:2103.13415", "arXiv:2111.12077"],
  takes: ["view"],
  config,
  open: (config: Config, context: OpenContext<"view">) => openScene(config, context),
  build,
});
