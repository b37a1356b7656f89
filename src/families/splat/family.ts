/**
 * 3D Gaussian splats: the declaration that joins scene, training and pictures.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { reads, type Rows, updates } from "../common/programs.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Config, config } from "./config.ts";
import { exportSplats, splatsToLookAt } from "./formats/export.ts";
import { initState, type Opened, settingOf, type State } from "./model.ts";
import { openScene, weightsContent } from "./open.ts";
import { mapsAt, picturesAt, sampleViews } from "./sample.ts";
import { trainStep, type Views } from "./train.ts";

type Cameras = { readonly camera_BC: tf.Tensor2D };

function build(config: Config, context: BuildContext<"view">): Model {
  const { sample, steps, batch } = context;
  const opened = context.opened as Opened | undefined;
  const setting = settingOf(config, { sample, updates: steps * batch, opened });
  const programs = {
    train: updates<State, Views>((state, views, key) =>
      trainStep(state, { ...views, key }, setting)
    ),
    sample: reads<State, Rows>((state, { rows_B }) => sampleViews(state, rows_B, setting)),
    reconstruct: reads<State, Cameras>((state, { camera_BC }) =>
      picturesAt(state, camera_BC, setting)
    ),
    maps: reads<State, Cameras>((state, { camera_BC }) => mapsAt(state, camera_BC, setting)),
  };
  return {
    capabilities: {
      likelihood: "none",
      latent: "none",
      reconstructs: true,
      samples: true,
    },
    init: (key) => initState(key, setting),
    programs,
    reshapes: Object.keys(programs),
    driver: { splats: (state, context) => splatsToLookAt(state as State, context) },
  };
}

/** Gaussians in space, rasterised: one scene. */
export const splat = defineFamily<Config, "view">({
  name: "splat",
  version: 1,
  about: "3D Gaussian splats of one scene; density fixed, classic or by MCMC; PLY files in and out",
  papers: ["arXiv:2308.04079", "arXiv:2404.09591"],
  takes: ["view"],
  config,
  content: weightsContent,
  open: openScene,
  export: exportSplats,
  build,
});
