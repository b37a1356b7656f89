/**
 * Flows and their one-step relatives: the declaration that joins network, objective and sampler.
 * @module
 */
import { conditionsOf, type Labels } from "../common/conditioning.ts";
import { edmLevel, edmPoint, sigmas, solvers, stepsWithin } from "../common/denoising/edm.ts";
import {
  anchored,
  preconditioned,
  predictsVelocity,
  velocityWeight,
} from "../common/denoising/levels.ts";
import {
  centred,
  type Denoising,
  denoisingCapabilities,
  denoisingDriver,
  denoisingPrograms,
  type State,
  uncentred,
} from "../common/denoising/model.ts";
import { initNetwork } from "../common/denoising/network.ts";
import { euler, midpoint, restart, type Step } from "../common/denoising/steps.ts";
import { denoisingStep, type Learns, matching } from "../common/denoising/train.ts";
import { gridOf } from "../../kinds/table.ts";
import { type BuildContext, defineFamily, type Model } from "../family.ts";
import { type Images, type Rows, updates } from "../common/programs.ts";
import { initTrained } from "../common/training.ts";
import { type Config, config } from "./config.ts";
import { consistency } from "./consistency.ts";
import { meanFlow } from "./mean_flow.ts";
import { type Path, paths } from "./paths.ts";
import { above, timeLaw } from "./times.ts";

/** What a form is made of beside the network. */
type Form = Pick<Denoising, "level" | "parametrisation" | "plan">;

/** Points of a path at `count` + 1 times, evenly from 1 to 0. */
function evenly(path: Path, count: number) {
  return Array.from({ length: count + 1 }, (_, i) => path.point(1 - i / count));
}

/** Steps of a flow's solver with at most so many evaluations. */
export function flowSteps(path: Path, solver: Config["solver"], evaluations: number): Step[] {
  if (solver === "midpoint" && evaluations > 1) {
    return midpoint(
      evenly(path, Math.floor(evaluations / 2)),
      (at, to) => path.point((at.time + to.time) / 2),
    );
  }
  const name = solver === "auto" ? "multistep" : solver === "midpoint" ? "euler" : solver;
  return solvers[name](evenly(path, stepsWithin(evaluations, name)));
}

function flowForm({ path: name, solver, predicts, sigmaData }: Config): Form {
  const path = paths[name];
  return {
    level: path.level,
    parametrisation: predicts === "velocity" ? predictsVelocity : preconditioned(sigmaData),
    plan: (evaluations) => ({ scale: 1, steps: flowSteps(path, solver, evaluations) }),
  };
}

/** Steps of any length, each one evaluation of an average velocity: Euler's, exactly. */
function meanFlowForm(): Form {
  const path = paths["optimal-transport"];
  return {
    level: path.level,
    parametrisation: predictsVelocity,
    plan: (evaluations) => ({ scale: 1, steps: euler(evenly(path, evaluations)) }),
  };
}

function consistencyForm(config: Config): Form {
  const { sigmaData, sigmaMin, sigmaMax } = config;
  return {
    level: edmLevel,
    parametrisation: anchored(sigmaData, sigmaMin),
    plan: (evaluations, deterministic) => {
      const count = deterministic ? 1 : evaluations;
      const levels = sigmas(count + 1, config).slice(0, count);
      return { scale: sigmaMax, steps: restart([...levels, 0].map(edmPoint), sigmaMin) };
    },
  };
}

function formOf(config: Config): Form {
  if (config.form === "flow") return flowForm(config);
  return config.form === "mean-flow" ? meanFlowForm() : consistencyForm(config);
}

function learnsOf(config: Config, denoising: Denoising, steps: number): Learns {
  if (config.form === "consistency") return consistency(denoising, { settings: config, steps });
  const law = timeLaw(config);
  if (config.form === "mean-flow") return meanFlow(denoising, { law, share: config.averaged });
  return matching(denoising, {
    law: above(law, paths[config.path].least),
    weight: velocityWeight,
  });
}

/** A config's form, and how it learns. */
export function flowOf(
  config: Config,
  { sample, factors, steps }: Pick<BuildContext, "sample" | "factors" | "steps">,
): { readonly denoising: Denoising; readonly learns: Learns } {
  const denoising: Denoising = {
    ...formOf(config),
    settings: config,
    network: {
      sample: gridOf(sample),
      backbone: config.backbone,
      width: config.width,
      conditions: conditionsOf(config.condition, factors),
      span: config.form === "mean-flow",
    },
    bounded: false,
    picture: (_, x_BHWC) => uncentred(x_BHWC),
  };
  return { denoising, learns: learnsOf(config, denoising, steps) };
}

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
        denoisingStep(state, { ...inputs, key, data_BHWC: centred(inputs.x_BHWC) }, {
          learns,
          denoising,
          settings: config,
          steps: context.steps,
        })
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
