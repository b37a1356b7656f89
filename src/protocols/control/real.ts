/**
 * Control rows of real samples: held-out ones, and the training samples themselves.
 * @module
 */
import type { Dataset, Split } from "../../data/mod.ts";
import { kindOf, type Samples } from "../../kinds/mod.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import { control } from "./control.ts";

/** Samples of a split. */
export async function samplesAt(
  dataset: Dataset,
  split: Split,
  indices: number[],
): Promise<Samples> {
  return (await dataset.read(split, indices)).samples;
}

/** Whole numbers from `from`, those below `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/**
 * Metrics compare with the first N of test. judge_test is as new to every model and to the judge;
 * datasets without judges lend the other end of test.
 */
function heldOutSplit(dataset: Dataset): Split {
  return dataset.size("judge_test") > 0 ? "judge_test" : "test";
}

/** Held-out samples. */
export const heldOut = control(
  {
    name: "held-out",
    version: 1,
    takes: "drawn",
    reads: (dataset) => [heldOutSplit(dataset)],
    about: "real samples that no model trained on, other than those compared with: the floor",
  },
  ({ dataset }) => async (count) => {
    const judges = dataset.size("judge_test"), test = dataset.size("test");
    const { many } = kindOf(dataset.sample).unit;
    if (heldOutSplit(dataset) === "judge_test") {
      if (count > judges) {
        throw new MetricUnavailable(
          "not-measured",
          `${count} other held-out ${many} asked, ${dataset.name} has ${judges} in judge_test`,
        );
      }
      return await samplesAt(dataset, "judge_test", range(0, count));
    }
    if (2 * count > test) {
      throw new MetricUnavailable(
        "not-measured",
        `${count} held-out ${many} beside ${count} compared with need a test split of ` +
          `${2 * count}; ${dataset.name} has ${test}`,
      );
    }
    return await samplesAt(dataset, "test", range(0, count).map((i) => test - 1 - i));
  },
  ({ dataset }) => dataset.size("judge_test") || Math.floor(dataset.size("test") / 2),
);

/** The training samples. */
export const trainingCopy = control(
  {
    name: "training-copy",
    version: 1,
    takes: "drawn",
    reads: () => ["train"],
    about: "the training samples themselves, over and over: perfect memory, nothing new",
  },
  ({ dataset }) => async (count) => {
    const size = dataset.size("train");
    return await samplesAt(dataset, "train", range(0, count).map((i) => i % size));
  },
);
