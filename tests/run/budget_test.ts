import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import type { Driver, Model } from "../../src/families/family.ts";
import { updates } from "../../src/families/common/programs.ts";
import { budgetSteps, trialOfTraining } from "../../src/run/train/budget.ts";
import { runKeys } from "../../src/run/keys.ts";
import { compilePrograms } from "../../src/run/model/programs.ts";
import type { TrainSetup } from "../../src/run/train/train.ts";
import { tinyData } from "./tiny.ts";

const { engine } = await openEngine("wasm");

/** Milliseconds that a program keeps the processor. */
function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

/** Programs that take a known time; counts how often each ran. */
async function setup(schedule: Driver["schedule"], costs: Record<string, number>) {
  const ran: Record<string, number> = {};
  const model: Model = {
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: false },
    init: () => ({ zero: tf.scalar(0) }),
    programs: Object.fromEntries(
      Object.entries(costs).map(([name, cost]) => [
        name,
        updates((state: { zero: tf.Scalar }) => {
          ran[name] = (ran[name] ?? 0) + 1;
          busy(cost);
          return [state, { loss: tf.clone(state.zero) }];
        }),
      ]),
    ),
    driver: { schedule },
  };
  const dataset = await tinyData.load(tinyData.config.parse({}), { cache: "", jobs: 1 });
  const made: TrainSetup = {
    engine,
    model,
    programs: compilePrograms(engine, model, { label: "busy" }),
    dataset,
    keys: runKeys(1),
    batch: 2,
  };
  return { made, ran };
}

const rare: Driver["schedule"] = (step) => step % 10 === 9 ? ["train", "extra"] : ["train"];

Deno.test("budget: a trial runs every kind of step, and weighs it by its share", async () => {
  const { made, ran } = await setup(rare, { train: 1, extra: 100 });
  const trial = await trialOfTraining(made, { seconds: 0, steps: 1, of: 100 });
  assertEquals(ran, { train: 6, extra: 3 });
  assertEquals(trial.steps, 6);
  // A tenth of the steps takes 101 ms or more and the others 1 ms or more.
  assert(trial.secondsPerStep >= 0.011 - 1e-3, `${trial.secondsPerStep} s a step`);
  assert(trial.firstStep >= 0.102 - 1e-3);
});

Deno.test("budget: seconds buy fewer steps where some are dearer", async () => {
  const { made } = await setup(rare, { train: 1, extra: 100 });
  const { steps } = await budgetSteps({ seconds: 0.2 }, () => made);
  // At 11 ms a step or more: without the dear ones it would be up to 200.
  assert(steps >= 1 && steps <= 18, `${steps} steps`);
});

Deno.test("budget: steps are taken as they are", async () => {
  const none = () => {
    throw new Error("no trial is needed");
  };
  assertEquals(await budgetSteps({ steps: 7 }, none), { steps: 7, trial: null });
});
