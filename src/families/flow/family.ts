/**
 * Flows and their one-step relatives: the declaration that joins model, objective, training and
 * sampler.
 * @module
 */
import { denoisingDriver, denoisingPrograms } from "../common/denoising/sample.ts";
import { flowOf } from "./model.ts";
import { trainStep } from "./train.ts";
import type { Labels } from "../common/conditioning.ts";
import { denoisingCapabilities, type State } from "../common/denoising/model.ts";
import { initNetwork } from "../common/denoising/network.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Images, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";

function build(config: Config, context: BuildContext): Model {
  const { denoising, learns } = flowOf(config, context);
  const capabilities = denoisingCapabilities(denoising);
  return {
    // The ODE's likelihood takes the trace of its Jacobian along the way, which isn't computed here.
    capabilities: {
      likelihood: "none",
      ...capabilities,
      guidance: capabilities.guidance && config.form === "flow",
    },
    init: (key) => initTrained(initNetwork(key, denoising.network), config),
    programs: {
      train: updates<State, Images & Rows & { labels: Labels }>((state, inputs, key) =>
        trainStep(state, { ...inputs, key }, { denoising, learns, steps: context.steps })
      ),
      ...denoisingPrograms(denoising),
    },
    driver: denoisingDriver(denoising),
  };
}

/** Flow matching, MeanFlow and consistency training on a U-Net, a DiT or a perceptron. */
export const flow = defineFamily<Config, "image" | "point">({
  name: "flow",
  version: 2,
  about: "rectified flow, and one-step forms: MeanFlow, consistency training; with guidance",
  papers: [
    "arXiv:2209.03003",
    "arXiv:2210.02747",
    "arXiv:2403.03206",
    "arXiv:2505.13447",
    "arXiv:2303.01469",
    "arXiv:2310.14189",
    "arXiv:2211.01095",
  ],
  takes: ["image", "point"],
  config,
  build,
});
