/**
 * The form `scales` as a model: tokeniser, transformer, programs and driver.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../../random/key.ts";
import type { Condition, Labels } from "../../common/conditioning.ts";
import type { Grid } from "../../../kinds/grid.ts";
import type { BuildContext, Model } from "../../family.ts";
import { initParts } from "../../common/parameter_groups.ts";
import { phaseAt, planPhases } from "../../common/phases.ts";
import { type Codes, type Images, reads, type Rows, updates } from "../../common/programs.ts";
import type { Config } from "../config.ts";
import { initPrior } from "./prior.ts";
import { spanOf } from "./pyramid.ts";
import { drawScales, scalePrograms } from "./sample.ts";
import { initBooks, initNetworks, pictureScales, toCodes, toPictures } from "./tokeniser.ts";
import {
  type Parameters,
  type ScaleSetting,
  type State,
  tokeniserOf,
  trainPriorStep,
  trainStep,
} from "./train.ts";

type Told = { readonly labels?: Labels };

/** What fixes a model of this form. */
export interface ScaleOptions {
  readonly config: Config;
  readonly conditions: readonly Condition[];
  readonly context: Pick<BuildContext, "steps"> & { readonly sample: Grid };
}

/** A model of scales. */
export function scaleModel(
  { config, conditions, context: { sample, steps } }: ScaleOptions,
): Model {
  const phases = planPhases([
    { program: "train", share: 1 - config.priorShare },
    { program: "train_prior", share: config.priorShare },
  ], steps);
  const scales = pictureScales({ config, sample });
  const setting: ScaleSetting = {
    config,
    sample,
    scales,
    conditions,
    steps: { networks: phases[0].steps, prior: phases[1].steps },
  };
  return {
    capabilities: {
      likelihood: "none",
      latent: "discrete",
      reconstructs: true,
      samples: true,
      codes: { size: config.codes, count: spanOf(scales, scales.length - 1).to },
      conditions: conditions.map(({ name }) => name),
      evaluations: scales.length,
    },
    init: (key) => ({
      ...initParts<Parameters>({
        networks: initNetworks(fold(key, "networks"), setting),
        prior: initPrior(fold(key, "prior"), setting),
      }, config),
      books: initBooks(fold(key, "books"), setting),
    }),
    programs: {
      train: updates<State, Images & Rows & Told>((state, inputs, key) =>
        trainStep(state, { ...inputs, key }, setting)
      ),
      train_prior: updates<State, Images & Rows & Told>((state, inputs, key) =>
        trainPriorStep(state, { ...inputs, key }, setting)
      ),
      encode: reads<State, Images>((state, { x_BHWC }) => ({
        mean_BZ: tf.reshape(toCodes(tokeniserOf(state), x_BHWC, setting).sum_BMD, [
          x_BHWC.shape[0],
          -1,
        ]),
      })),
      codes: reads<State, Images>((state, { x_BHWC }) => ({
        codes_BT: toCodes(tokeniserOf(state), x_BHWC, setting).codes_BT,
      })),
      decode: reads<State, Codes>((state, { z_BZ }) => ({
        x_BHWC: toPictures(
          tokeniserOf(state),
          tf.reshape(z_BZ, [z_BZ.shape[0], -1, config.codeLength]),
          setting,
        ),
      })),
      reconstruct: reads<State, Images>((state, { x_BHWC }) => {
        const { sum_BMD } = toCodes(tokeniserOf(state), x_BHWC, setting);
        return { x_BHWC: toPictures(tokeniserOf(state), sum_BMD, setting) };
      }),
      ...scalePrograms(setting),
    },
    driver: {
      schedule: (step) => [phaseAt(phases, step).program],
      sample: (state, request, context) => drawScales(state, request, { context, setting }),
    },
  };
}
