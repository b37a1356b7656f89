/**
 * The form `scales` as a model: tokeniser, transformer, programs and driver.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { fold } from "../../../random/mod.ts";
import type { Condition, Labels } from "../../common/conditioning.ts";
import type { Grid } from "../../../kinds/mod.ts";
import type { BuildContext, Model } from "../../family.ts";
import type { Role } from "../../needs.ts";
import { planStages, takeCodes } from "../../common/stages/codes_then_prior.ts";
import { differing } from "../../common/stages/given.ts";
import { initGroups } from "../../common/stages/parameter_groups.ts";
import { phaseAt } from "../../common/stages/phases.ts";
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
  readonly context: Pick<BuildContext, "steps" | "needed"> & { readonly sample: Grid };
}

/** What a model of scales can take of a finished one. */
export const givenTokeniser: Role<Config> = {
  kind: "weights",
  about: "the tokeniser of a finished run of scales, whose transformer alone is then trained",
  families: ["autoregressive"],
  unfit(own, { config }) {
    if (own.form !== "scales") {
      return `the form ${own.form} has no tokeniser\nwrite \`form: scales\`, or leave \`from\` out`;
    }
    if (own.prior === "none") {
      return "with `prior: none` nothing is left to train: leave one of the two out";
    }
    return differing(own, config, ["form", "scales", "codes", "codeLength", "codecWidth"]);
  },
};

/** A model of scales. */
export function scaleModel(
  { config, conditions, context: { sample, steps, needed } }: ScaleOptions,
): Model {
  const taken = needed?.weights !== undefined;
  const stages = planStages(config, { taken, steps }), { phases, samples } = stages;
  const scales = pictureScales({ config, sample });
  const setting: ScaleSetting = {
    config,
    sample,
    scales,
    conditions,
    steps: stages.steps,
  };
  return {
    capabilities: {
      likelihood: "none",
      latent: "discrete",
      reconstructs: true,
      samples,
      codes: { size: config.codes, count: spanOf(scales, scales.length - 1).to },
      conditions: samples ? conditions.map(({ name }) => name) : [],
      ...(samples ? { evaluations: scales.length } : {}),
    },
    init: (key) => ({
      ...initGroups<Parameters>({
        networks: initNetworks(fold(key, "networks"), setting),
        ...(samples ? { prior: initPrior(fold(key, "prior"), setting) } : {}),
      } as Parameters, config),
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
      ...(samples ? scalePrograms(setting) : {}),
    },
    driver: {
      schedule: (step) => [phaseAt(phases, step).program],
      ...(taken ? { begin: takeCodes } : {}),
      ...(samples
        ? { sample: (state, request, context) => drawScales(state, request, { context, setting }) }
        : {}),
    },
  };
}
