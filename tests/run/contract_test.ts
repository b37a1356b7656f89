import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { ContractError } from "../../src/families/contract.ts";
import type { Model, TensorRecord } from "../../src/families/family.ts";
import type { Metric } from "../../src/metrics/metric.ts";
import type { MetricValue } from "../../src/record/value.ts";
import { executeRun } from "../../src/protocols/execute.ts";
import type { RunHost } from "../../src/run/job.ts";
import { inFolder, planned, tinyHost } from "./harness.ts";
import { tiny, tinyMetric } from "./tiny.ts";

/** The tiny family with one output of one program changed. */
function changed(program: string, change: (outputs: TensorRecord) => TensorRecord) {
  return {
    ...tiny,
    build(...args: Parameters<typeof tiny.build>): Model {
      const model = tiny.build(...args), own = model.programs[program];
      return {
        ...model,
        programs: {
          ...model.programs,
          [program]: (state, inputs, key) => {
            const [next, outputs] = own(state, inputs, key);
            return [next, change(outputs)];
          },
        },
      };
    },
  };
}

/** What the run fails with; a run that is done is an error here. */
async function failure(host: Partial<RunHost>): Promise<string> {
  let message = "";
  await inFolder(async (out) => {
    const whole = await tinyHost(out, host);
    message = (await assertRejects(() => executeRun(planned({ steps: 3 }), whole), ContractError))
      .message;
  });
  return message;
}

const family = (own: ReturnType<typeof changed>) => ({
  family: () => Promise.resolve(own as never),
});
const picture = (change: (x: tf.Tensor) => tf.Tensor) => ({ x_BHWC }: TensorRecord) => ({
  x_BHWC: change(x_BHWC as tf.Tensor),
});

for (
  const [what, program, change, message] of [
    [
      "channels first",
      "sample",
      (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]),
      "tiny: sample gives [64, 1, 8, 8] where [64, 8, 8, 1] was expected: channels come last " +
      "(tf.transpose(x, [0, 2, 3, 1]))",
    ],
    ["0 to 255", "sample", (x: tf.Tensor) => tf.mul(x, 255), /tiny: sample gives .*divide by 255$/],
    [
      "−1 to 1",
      "sample",
      (x: tf.Tensor) => tf.sub(tf.mul(x, 2), 1),
      /tiny: sample gives .*\(x \+ 1\) \/ 2$/,
    ],
    ["no number", "sample", (x: tf.Tensor) => tf.log(tf.sub(x, 2)), /tiny: sample gives NaN/],
    [
      "reconstructions of 0 to 255",
      "reconstruct",
      (x: tf.Tensor) => tf.mul(x, 255),
      /tiny: reconstruct gives .*divide by 255$/,
    ],
  ] as const
) {
  Deno.test(`a family that gives ${what} fails its run, and is told what came`, async () => {
    const told = await failure(family(changed(program, picture(change))));
    if (typeof message === "string") assertEquals(told, message);
    else assertEquals(message.test(told), true, told);
  });
}

Deno.test("a train without a loss fails before a second step", async () => {
  let steps = 0;
  const own = changed("train", ({ loss }) => {
    steps++;
    return { cost: loss };
  });
  const told = await failure(family(own));
  assertEquals(told.startsWith("`train` gives `cost` and no `loss`"), true, told);
  assertEquals(steps, 1);
});

Deno.test("a metric that gives another value than it declares fails the run", async () => {
  const own: Metric = {
    ...tinyMetric as unknown as Metric,
    async compute(context, config) {
      const [first, ...rest] = await tinyMetric.compute(context as never, config as never);
      return [{ ...first, name: "else" } as MetricValue, ...rest];
    },
  };
  const told = await failure({ metric: () => Promise.resolve(own) });
  assertEquals(
    told.startsWith("metric tiny-brightness declares and doesn't give") &&
      told.includes("gives and doesn't declare `else`"),
    true,
    told,
  );
});
