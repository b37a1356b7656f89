/**
 * Extractors made of a compiled network: prepared pictures go through one program in batches of one
 * size.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { ImageSet } from "../../kinds/image/mod.ts";
import { disposeTree, type Engine, type TensorTree } from "../../engine/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import { hostKey } from "../../random/host/mod.ts";
import type { Extractor, ExtractorNetwork, NetworkOutputs } from "../extractor.ts";
import type { Features } from "../../algebra/mod.ts";
import { batchAt, inBatches } from "../prepare/batches.ts";
import { type InputSpec, prepare } from "../prepare/prepare.ts";
import { softmaxRows } from "../softmax.ts";

/** What a network's forward pass gives. */
export type Forward = {
  /** [B, dimension] */
  readonly features: tf.Tensor2D;
  /** [B, spatialDimension] */
  readonly spatial?: tf.Tensor2D;
  /** [B, classes] */
  readonly logits?: tf.Tensor2D;
};

/** A network, its weights and how it is fed. */
export interface NetworkOptions<W extends TensorTree> {
  readonly engine: Engine;
  /** With its version and, where it isn't the default, its way of resizing. */
  readonly name: string;
  readonly digest: string;
  readonly weights: W;
  readonly forward: (weights: W, x_BHWC: tf.Tensor4D) => Forward;
  readonly input: InputSpec;
  readonly batch: number;
  readonly dimension: number;
  readonly spatialDimension?: number;
  /** What its logits say: a factor's name. */
  readonly factor?: string;
  readonly notes?: readonly string[];
}

/** The network's program behind the interface that streams feed. */
function networkOf<W extends TensorTree>(options: NetworkOptions<W>): ExtractorNetwork {
  const { engine, weights, forward, input, batch, name, factor } = options;
  const key = keyTensor(hostKey(0));
  // The weights stay: the next state is empty.
  const program = engine.compile(
    (state: TensorTree, { x_BHWC }: { x_BHWC: tf.Tensor4D }): [TensorTree, Forward] => [
      {},
      forward(state as W, x_BHWC),
    ],
    { name: `extract_${name}` },
  );
  const shape = [batch, input.side, input.side, 3];
  return {
    batch,
    input,
    async run(values, wanted = {}) {
      const x_BHWC = engine.tensor(values, shape) as tf.Tensor4D;
      const [, outputs] = program(weights, { x_BHWC }, key);
      try {
        const found: { -readonly [K in keyof NetworkOutputs]: NetworkOutputs[K] } = {
          features: await engine.read(outputs.features),
        };
        if (wanted.spatial && outputs.spatial) found.spatial = await engine.read(outputs.spatial);
        if (wanted.classes && outputs.logits && factor !== undefined) {
          const logits = await engine.read(outputs.logits);
          found.classes = { [factor]: softmaxRows(logits, batch) };
        }
        return found;
      } finally {
        x_BHWC.dispose();
        disposeTree(outputs as TensorTree);
      }
    },
  };
}

/** An extractor whose batches are all of one size, the last one filled up. */
export function networkExtractor<W extends TensorTree>(options: NetworkOptions<W>): Extractor {
  const { name, digest, dimension, spatialDimension, factor, notes } = options;
  const network = networkOf(options);
  const { batch } = network;
  const feed = (part: ImageSet, wanted: { spatial?: boolean; classes?: boolean }) =>
    network.run(prepare(part, network.input), wanted);
  const features = (images: ImageSet): Promise<Features> =>
    inBatches(images, { batch, dimension }, async (part) => (await feed(part, {})).features);
  return {
    name,
    digest,
    dimension,
    network,
    ...(notes === undefined ? {} : { notes }),
    extract: features,
    ...(spatialDimension === undefined ? {} : {
      spatial: (images) =>
        inBatches(
          images,
          { batch, dimension: spatialDimension },
          async (part) => (await feed(part, { spatial: true })).spatial!,
        ),
    }),
    ...(factor === undefined ? {} : {
      classify: async (images) => {
        const rows: Float32Array[] = [];
        for (let from = 0; from < images.count; from += batch) {
          const { part, count } = batchAt(images, { from, batch });
          const p = (await feed(part, { classes: true })).classes![factor];
          rows.push(p.subarray(0, count * p.length / batch));
        }
        const all = new Float32Array(rows.reduce((n, r) => n + r.length, 0));
        let at = 0;
        for (const row of rows) {
          all.set(row, at);
          at += row.length;
        }
        return { [factor]: all };
      },
    }),
  };
}
