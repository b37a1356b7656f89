/**
 * A protocol and a family of your own that work together: a step that reads the training pictures once
 * and gives a table, their mean and spread at every pixel; and a model that needs such a table, since
 * it starts from it in place of finding it out by gradients.
 *
 * `moments.yaml` beside this file names it under `modules`.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import {
  defineFamily,
  defineProtocol,
  imagesOf,
  keepArtefact,
  nn,
  random,
  type Run,
  type TensorRecord,
  timed,
  writeRecord,
} from "@likeness/likeness";

/** Mean and standard deviation of every pixel over training pictures, in [0, 1]: float32 [2, H·W·C]. */
async function momentsOf(run: Run, pictures: number): Promise<Float32Array<ArrayBuffer>> {
  const dataset = await run.host.dataset(run.planned.spec.data);
  const count = Math.min(pictures, dataset.size("train"));
  const { samples } = await dataset.read("train", Uint32Array.from({ length: count }, (_, i) => i));
  const images = imagesOf(samples);
  const numbers = images.data.length / count;
  const moments = new Float32Array(2 * numbers);
  for (let j = 0; j < numbers; j++) {
    let sum = 0, square = 0;
    for (let i = 0; i < count; i++) {
      const value = images.data[i * numbers + j] / 255;
      sum += value;
      square += value * value;
    }
    moments[j] = sum / count;
    moments[numbers + j] = Math.sqrt(Math.max(0, square / count - (sum / count) ** 2));
  }
  return moments;
}

/** The step: nothing is trained or scored, and its one artefact is for others. */
export const pixelMoments = defineProtocol<{ pictures: number }>({
  name: "pixel-moments",
  about: "mean and spread of every pixel of the training pictures, as a table for others",
  row: "step",
  gives: { table: "moments" },
  entry: {
    name: "pixel-moments",
    version: 1,
    about: "mean and spread of every pixel of the training pictures",
    papers: [],
    config: z.strictObject({
      pictures: z.int().min(2).default(64).describe("training pictures that are looked at"),
    }),
    // The same pictures whatever the seed: one run will do for the models of all seeds.
    seeded: () => false,
  },
  card: ({ spec }) => [["pictures", String(spec.config.pictures)]],
  async execute(run) {
    const { spec } = run.planned;
    const moments = await timed(run, "data", () => momentsOf(run, Number(spec.config.pictures)));
    const artefact = await keepArtefact(run, {
      name: "moments",
      file: "moments.f32",
      about: "Mean and spread of every pixel, float32 [2, H·W·C]",
      bytes: new Uint8Array(moments.buffer),
    });
    return await writeRecord(run, {
      state: "done",
      dataset: await run.host.dataset(spec.data),
      steps: 0,
      parameters: 0,
      metrics: [],
      artefacts: [artefact],
      resumed: 0,
      seriesSha256: null,
    });
  },
});

type Parameters = { readonly centre: tf.Tensor; readonly spread: tf.Tensor };

/** Independent Gaussians at every pixel, from a table of their means and spreads. */
export const tableGaussian = defineFamily({
  name: "table-gaussian",
  version: 1,
  about: "independent Gaussians at every pixel, from a table; training moves their means",
  papers: [],
  config: z.strictObject({
    learningRate: z.number().positive().default(1).describe("of a step down the gradient"),
  }),
  needs: {
    table: {
      kind: "table",
      about: "mean and spread of every pixel, float32 [2, H·W·C]",
      required: true,
    },
  },
  build(config, { sample }) {
    const shape = [sample.height, sample.width, sample.channels];
    const numbers = shape.reduce((a, b) => a * b);
    const own = (state: TensorRecord) => state.params as unknown as Parameters;
    return {
      capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
      init() {
        return { params: { centre: tf.fill(shape, 0.5), spread: tf.ones(shape) } };
      },
      driver: {
        async begin({ params }, { engine, needed }) {
          const bytes = await needed!.table.bytes();
          const moments = new Float32Array(bytes.slice().buffer);
          tf.dispose(params as never);
          return {
            params: {
              centre: engine.tensor(moments.slice(0, numbers), shape),
              spread: engine.tensor(moments.slice(numbers), shape),
            },
          };
        },
      },
      programs: {
        train(state, { x_BHWC }) {
          const params = own(state);
          const { loss, grads } = nn.valueAndGrad(({ centre }: { centre: tf.Tensor }) => ({
            loss: tf.mean(tf.square(tf.sub(x_BHWC as tf.Tensor, centre))) as tf.Scalar,
          }), { centre: params.centre });
          const next = tf.sub(params.centre, tf.mul(grads.centre, config.learningRate));
          return [{ params: { ...params, centre: next } }, { loss }];
        },
        sample(state, inputs, key) {
          const { centre, spread } = own(state);
          const rows_B = inputs.rows_B as tf.Tensor1D;
          const draw = random.normal(key, [rows_B.shape[0], ...shape], { rows_B });
          const x = tf.add(centre, tf.mul(spread, draw));
          return [state, { x_BHWC: tf.clipByValue(x, 0, 1) }];
        },
      },
    };
  },
});
