/**
 * Trains `judge-heads-v1` on the heads' judge split and writes judge_heads_v1.safetensors:
 *
 *     deno run -A src/extractors/judge/train_judge.ts [--steps 6000] [--judge 12000] [--out FILE]
 *         [--work FOLDER] [--until STEP]
 *
 * One core, about half an hour. `--until` stops early, for a look at a judge half trained. Stopped and started again with the same settings it goes on from
 * the checkpoint in the work folder and ends at the same bits.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { parseArgs } from "@std/cli/parse-args";
import { join } from "@std/path";
import type { Dataset } from "../../data/mod.ts";
import { type ImageSet, imagesOf } from "../../kinds/image/mod.ts";
import { heads, headsConfig } from "../../data/heads/mod.ts";
import { batchIndices } from "../../kinds/batch/mod.ts";
import { disposeTree, type Engine, mapTree, openEngine } from "../../engine/mod.ts";
import {
  adam,
  type AdamSlots,
  decodeSafetensors,
  encodeSafetensors,
  safetensorsToTree,
  treeToSafetensors,
  valueAndGrad,
  warmupCosine,
} from "../../nn/mod.ts";
import { runProgram } from "../../base/program/mod.ts";
import { hostFold, hostKey } from "../../random/host/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { balancedAccuracy, type Features, fitWhitening } from "../../algebra/mod.ts";
import { augment } from "./augment.ts";
import {
  initJudge,
  judgeAnswers,
  judgeFeatures,
  type JudgeParams,
  judgeSide,
  judgeWidth,
} from "./judge_net.ts";

/** Class factors with their weight in the loss: expression is the hardest and matters most. */
const classWeights: Readonly<Record<string, number>> = {
  expression: 2,
  gender: 1,
  ethnicity: 1,
  age: 1,
  hair: 0.5,
};
/** Numbers, each over its scale. */
const numberScales: Readonly<Record<string, number>> = { yaw: 20, pitch: 8 };
const grid = 4;

type State = { params: JudgeParams; slots: AdamSlots<JudgeParams>; step: tf.Scalar };

interface Labelled {
  readonly images: ImageSet;
  readonly labels: Readonly<Record<string, Float32Array>>;
}

async function whole(dataset: Dataset, split: "judge" | "judge_test"): Promise<Labelled> {
  const count = dataset.size(split);
  const { samples, labels } = await dataset.read(split, Array.from({ length: count }, (_, i) => i));
  return { images: imagesOf(samples), labels };
}

/** Mean colours of a 4×4 grid, standardised roughly: (mean − 0.5)/0.25. @returns [count, 48] */
function layoutOf({ count, height, width, channels, data }: ImageSet): Float32Array {
  const cells = grid * grid * channels, out = new Float32Array(count * cells);
  const share = (height / grid) * (width / grid) * 255 * 0.25;
  for (let n = 0, at = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = Math.floor(y * grid / height) * grid + Math.floor(x * grid / width);
        for (let c = 0; c < channels; c++) {
          out[n * cells + cell * channels + c] += data[at++] / share;
        }
      }
    }
  }
  return out.map((v) => v - 2);
}

function program(steps: number) {
  const optimiser = adam({ clipNorm: 5 });
  return (state: State, inputs: Record<string, tf.Tensor>): [State, { loss: tf.Scalar }] => {
    const { loss, grads } = valueAndGrad((params: JudgeParams) => {
      const answers = judgeAnswers(params, judgeFeatures(params, inputs.x_BHWC as tf.Tensor4D));
      const terms: tf.Tensor[] = Object.entries(classWeights).map(([name, weight]) => {
        const logits = answers.classes[name];
        const oneHot = tf.oneHot(inputs[name] as tf.Tensor1D, logits.shape[1]);
        return tf.mul(tf.neg(tf.mean(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), 1))), weight);
      });
      terms.push(tf.mean(tf.square(tf.sub(answers.numbers, inputs.numbers))));
      terms.push(tf.mul(0.5, tf.mean(tf.square(tf.sub(answers.layout, inputs.layout)))));
      return { loss: tf.addN(terms) as tf.Scalar };
    }, state.params);
    const learningRate = warmupCosine(state.step, { peak: 2e-3, warmup: 100, steps });
    const { params, slots } = optimiser.update({
      grads,
      slots: state.slots,
      params: state.params,
      learningRate,
    });
    return [{ params, slots, step: tf.add(state.step, 1) }, { loss }];
  };
}

/** Pooled features and class answers of whole pictures, in batches of 64. */
async function answersOf(engine: Engine, params: JudgeParams, images: ImageSet) {
  const size = images.height * images.width * images.channels;
  const features = new Float64Array(images.count * judgeWidth);
  const answers: Record<string, number[]> = {};
  for (let from = 0; from < images.count; from += 64) {
    const to = Math.min(images.count, from + 64);
    const x = engine.tensor(
      Float32Array.from(images.data.subarray(from * size, to * size), (v) => v / 255),
      [to - from, images.height, images.width, images.channels],
    ) as tf.Tensor4D;
    const { pooled, named } = tf.tidy(() => {
      const pooled = judgeFeatures(params, x);
      const { classes } = judgeAnswers(params, pooled);
      return { pooled, named: mapTree(classes, (logits) => tf.argMax(logits, 1)) as never };
    }) as { pooled: tf.Tensor; named: Record<string, tf.Tensor> };
    features.set(await engine.read(pooled), from * judgeWidth);
    for (const [name, classes] of Object.entries(named)) {
      (answers[name] ??= []).push(...await engine.read(classes));
    }
    disposeTree({ x, pooled, named });
  }
  return { features, answers };
}

async function accuracies(engine: Engine, params: JudgeParams, test: Labelled) {
  const { answers } = await answersOf(engine, params, test.images);
  return Object.fromEntries(
    Object.entries(answers).map(([name, predicted]) => {
      const labels = test.labels[name];
      return [name, balancedAccuracy(predicted, labels, Math.max(...labels) + 1)];
    }),
  );
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, { string: ["steps", "judge", "out", "work", "until"] });
  const steps = Number(args.steps ?? 6000), judge = Number(args.judge ?? 12000);
  const until = Math.min(steps, Number(args.until ?? steps));
  const out = String(args.out ?? new URL("judge_heads_v1.safetensors", import.meta.url).pathname);
  const work = String(args.work ?? ".likeness/judge");
  const batch = 32, key = hostKey(1, "judge-heads-v1");
  await Deno.mkdir(work, { recursive: true });
  let shown = 0;
  const config = headsConfig.parse({ size: judgeSide, train: 0, test: 0, judge, judge_test: 2000 });
  const dataset = await heads.load(config, {
    cache: ".likeness/cache",
    jobs: 2,
    progress: (done, total, note) => {
      if (done === total || done - shown >= 1000) console.log(`${note}: ${shown = done}/${total}`);
    },
  });
  const train = await whole(dataset, "judge"), test = await whole(dataset, "judge_test");
  const layout = layoutOf(train.images);
  const { engine } = await openEngine("wasm");
  const checkpoint = join(work, `checkpoint-${steps}-${dataset.digest.slice(0, 12)}.safetensors`);
  const classes = Object.fromEntries(
    dataset.factors.flatMap((f) =>
      f.kind === "class" && f.name in classWeights ? [[f.name, f.classes.length]] : []
    ),
  );
  let state: State, at = 0;
  try {
    const saved = safetensorsToTree(engine, await Deno.readFile(checkpoint));
    state = saved.tree as unknown as State;
    at = Number(saved.metadata.step);
    console.log(`going on from step ${at}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    state = tf.tidy(() => {
      const params = initJudge(keyTensor(hostFold(key, "init")), {
        classes,
        numbers: Object.keys(numberScales).length,
        layout: grid * grid * 3,
      });
      return { params, slots: adam().init(params), step: tf.scalar(0) } as never;
    }) as State;
  }
  const run = engine.compile(program(steps) as never, {
    name: "judge",
    donate: true,
  }) as unknown as (
    state: State,
    inputs: Record<string, tf.Tensor>,
    key: null,
  ) => [State, { loss: tf.Scalar }];
  const size = judgeSide * judgeSide * 3, started = performance.now(), first = at;
  for (; at < until; at++) {
    const indices = batchIndices(hostFold(key, "order"), { step: at, batch, size: judge });
    const data = new Uint8Array(batch * size), colours = new Float32Array(batch * grid * grid * 3);
    indices.forEach((index, i) => {
      data.set(train.images.data.subarray(index * size, (index + 1) * size), i * size);
      colours.set(layout.subarray(index * 48, (index + 1) * 48), i * 48);
    });
    const x = augment({ ...train.images, count: batch, data }, {
      key: hostFold(hostFold(key, "augment"), at),
      step: at,
    });
    const inputs: Record<string, tf.Tensor> = {
      x_BHWC: engine.tensor(x, [batch, judgeSide, judgeSide, 3]),
      layout: engine.tensor(colours, [batch, grid * grid * 3]),
      numbers: engine.tensor(
        Float32Array.from(
          [...indices].flatMap((index) =>
            Object.entries(numberScales).map(([name, scale]) => train.labels[name][index] / scale)
          ),
        ),
        [batch, Object.keys(numberScales).length],
      ),
    };
    for (const name of Object.keys(classWeights)) {
      inputs[name] = engine.tensor(
        Int32Array.from(indices, (index) => train.labels[name][index]),
        [batch],
      );
    }
    const [next, { loss }] = run(state, inputs, null);
    state = next;
    const value = (await engine.read(loss))[0];
    disposeTree({ ...inputs, loss });
    if (at % 100 === 0) {
      const each = (performance.now() - started) / (at - first + 1);
      console.log(`step ${at}  loss ${value.toFixed(3)}  ${each.toFixed(0)} ms a step`);
    }
    if (at % 500 === 499 || at === until - 1) {
      const bytes = await treeToSafetensors(engine, state as never, {
        metadata: { step: String(at + 1) },
      });
      await Deno.writeFile(`${checkpoint}.part`, bytes);
      await Deno.rename(`${checkpoint}.part`, checkpoint);
      console.log(`step ${at + 1}`, await accuracies(engine, state.params, test));
    }
  }
  const scores = await accuracies(engine, state.params, test);
  const { features } = await answersOf(engine, state.params, train.images);
  const pooled: Features = { count: judge, dimension: judgeWidth, data: features };
  const whitening = fitWhitening(pooled, { components: 64 });
  const body = decodeSafetensors(await treeToSafetensors(engine, state.params as never)).tensors;
  const tensors = {
    ...body,
    "whitening/mean": {
      dtype: "F32" as const,
      shape: [judgeWidth],
      data: Float32Array.from(whitening.mean),
    },
    "whitening/components": {
      dtype: "F32" as const,
      shape: [whitening.count, judgeWidth],
      data: Float32Array.from(whitening.components),
    },
  };
  const metadata = {
    name: "judge-heads-v1",
    dataset: dataset.digest,
    steps: at === steps ? String(steps) : `${at} of ${steps}`,
    batch: String(batch),
    pictures: String(judge),
    factors: JSON.stringify(
      Object.fromEntries(
        dataset.factors.flatMap((f) =>
          f.kind === "class" && f.name in classes ? [[f.name, f.classes]] : []
        ),
      ),
    ),
    balanced_accuracy: JSON.stringify(
      Object.fromEntries(Object.entries(scores).map(([name, v]) => [name, Number(v.toFixed(4))])),
    ),
  };
  await Deno.writeFile(out, encodeSafetensors(tensors, metadata));
  console.log(`wrote ${out}`, metadata);
}

if (import.meta.main) runProgram(main);
