/**
 * Autoregressive models: the declaration that joins model, objective, training and
 * sampler.
 * @module
 */
import { gridOf } from "../../kinds/mod.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { conditionsOf, type Labels } from "../common/conditioning.ts";
import { type Images, reads, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { initParameters, levelModels, type Setting } from "./model.ts";
import { logProbability } from "./objective.ts";
import { countsOf } from "./ordering/patches.ts";
import { drawPictures, loopPrograms, samplePrograms } from "./sample.ts";
import { givenTokeniser, scaleModel } from "./scales/model.ts";
import { type State, trainStep } from "./train.ts";

/** The labels that every program of a conditional model is given. */
type Labelled = { readonly labels?: Labels };

/** A model on pixels; `values` other than 256 are for laws on small grids. */
export function pixelModel(setting: Setting, { steps }: Pick<BuildContext, "steps">): Model {
  const { conditions, config } = setting;
  const counts = levelModels(setting).map(({ level }) => countsOf(level.patches));
  return {
    capabilities: {
      likelihood: "exact",
      measure: "discrete-256",
      latent: "none",
      reconstructs: false,
      samples: true,
      conditions: conditions.map(({ name }) => name),
      evaluations: counts.reduce((sum, { T, P }) => sum + T * P, 0),
    },
    init: (key) => initTrained(initParameters(key, setting), config),
    programs: {
      train: updates<State, Images & Rows & Labelled>((state, inputs, key) =>
        trainStep(state, { ...inputs, key }, { setting, steps })
      ),
      log_weight: reads<State, Images & Labelled>((state, inputs) => ({
        logWeight_B: logProbability(state.ema, inputs, setting),
      })),
      ...samplePrograms(setting),
    },
    // A picture is thousands of calls of small operations.
    modes: Object.fromEntries(loopPrograms(setting).map((name) => [name, "xla"])),
    driver: {
      sample: (state, request, context) => drawPictures(state, request, { context, setting }),
    },
  };
}

function build(
  config: Config,
  { sample: spec, steps, factors, needed }: BuildContext<"image" | "point">,
): Model {
  const sample = gridOf(spec);
  const conditions = conditionsOf(config.condition, factors);
  if (config.form === "scales") {
    return scaleModel({ config, conditions, context: { sample, steps, needed } });
  }
  return pixelModel({ config, sample, conditions, values: 256 }, { steps });
}

/** Autoregressive models: of pixels, or of codes scale by scale. */
export const autoregressive = defineFamily<Config, "image" | "point">({
  name: "autoregressive",
  version: 1,
  about: "autoregressive: PixelCNN, a transformer over patches of pixels, next-scale prediction",
  papers: ["arXiv:1606.05328", "arXiv:1701.05517", "arXiv:2305.07185", "arXiv:2404.02905"],
  takes: ["image", "point"],
  config,
  needs: { weights: givenTokeniser },
  build,
});
