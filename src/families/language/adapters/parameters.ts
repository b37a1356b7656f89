/**
 * An adapter's parameters: those of each layer, or the vectors before a text.
 *
 * LoRA's `down` is PEFT's A turned, `up` its B turned, without the scale α/r.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Bottleneck,
  type DecoderLayer,
  type DecoderParameters,
  type DecoderShape,
  mapProduct,
  mapsOf,
} from "../../../backbones/mod.ts";
import { heNormal, wholeMatrix } from "../../../nn/mod.ts";
import { fold, type Key, normal, uniform } from "../../../random/mod.ts";
import { type Adapter, type LowRankAdapter, type MapName, scaleOf } from "./settings.ts";

/** Of one map: down [in, r], up [r, out], and the size of each output's weights, [out], of DoRA. */
export type LowRankTensors = {
  readonly down: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly magnitude?: tf.Tensor1D;
};

/** Of one layer. */
export type LayerTensors = { readonly [map in MapName]?: LowRankTensors } & {
  readonly prefix?: { readonly keys: tf.Tensor3D; readonly values: tf.Tensor3D };
  readonly bottlenecks?: { readonly attention: Bottleneck; readonly perceptron: Bottleneck };
};

/** See the module. It says all that is needed to compute with it: weights of other runs are read too. */
export type AdapterTensors = {
  /** What low-rank products are multiplied by. No step changes it. */
  readonly scale?: tf.Scalar;
  readonly layers?: readonly LayerTensors[];
  /** [1, P, W] */
  readonly soft?: tf.Tensor3D;
};

/** Standard deviation of fresh prefixes and vectors: that of fresh embeddings. */
const SMALL = 0.02;

/** U(−1/√in, 1/√in), which is Kaiming's uniform law at a = √5, as PEFT has A; B is zero. */
function initLowRank(
  key: Key,
  { size: [inner, out], adapter: { kind, rank } }: {
    readonly size: readonly [number, number];
    readonly adapter: LowRankAdapter;
  },
): LowRankTensors {
  const bound = 1 / Math.sqrt(inner);
  return {
    down: tf.sub(tf.mul(uniform(key, [inner, rank]), 2 * bound), bound) as tf.Tensor2D,
    up: tf.zeros([rank, out]),
    ...(kind === "dora" && { magnitude: tf.ones([out]) as tf.Tensor1D }),
  };
}

/** The narrow layer small at random, the way back zero: nothing is added at first. */
function initBottleneck(key: Key, { width, units }: { width: number; units: number }): Bottleneck {
  return {
    down: {
      weight: heNormal(key, [width, units], Math.SQRT1_2) as tf.Tensor2D,
      bias: tf.zeros([units]),
    },
    up: { weight: tf.zeros([units, width]), bias: tf.zeros([width]) },
  };
}

function initLayer(key: Key, adapter: Adapter, shape: DecoderShape): LayerTensors {
  const { keyValueHeads, headWidth, width } = shape;
  switch (adapter.kind) {
    case "lora":
    case "dora":
      return Object.fromEntries(
        adapter.targets.map((map) => [
          map,
          initLowRank(fold(key, map), { size: mapsOf(shape)[map], adapter }),
        ]),
      );
    case "prefix": {
      const size: [number, number, number] = [keyValueHeads, adapter.length, headWidth];
      const small = (name: string) => tf.mul(normal(fold(key, name), size), SMALL) as tf.Tensor3D;
      return { prefix: { keys: small("keys"), values: small("values") } };
    }
    case "bottleneck": {
      const one = (name: string) =>
        initBottleneck(fold(key, name), { width, units: adapter.width });
      return { bottlenecks: { attention: one("attention"), perceptron: one("perceptron") } };
    }
    case "prompt":
      return {};
  }
}

/**
 * Fresh parameters. With those of LoRA, and of bottlenecks, the model is what it was; DoRA's magnitudes
 * are still those of no weights: see `settled`.
 */
export function initAdapter(key: Key, adapter: Adapter, shape: DecoderShape): AdapterTensors {
  if (adapter.kind === "prompt") {
    const drawn = normal(fold(key, "prompt"), [1, adapter.length, shape.width]);
    return { soft: tf.mul(drawn, SMALL) as tf.Tensor3D };
  }
  return {
    ...((adapter.kind === "lora" || adapter.kind === "dora") && {
      scale: tf.scalar(scaleOf(adapter)),
    }),
    layers: Array.from(
      { length: shape.layers },
      (_, i) => initLayer(fold(key, `layer ${i}`), adapter, shape),
    ),
  };
}

/**
 * Size of each output's weights with what is added to them, ‖W + down·up‖ by columns: [out]. By
 * ‖w‖² + 2⟨w, a⟩ + ‖a‖² nothing of W's size is kept. No gradient flows through it: Liu et al. 2024,
 * section 4.3.
 * @param up with its scale
 */
export function columnSizes(
  map: DecoderLayer[MapName],
  { down, up }: Pick<LowRankTensors, "down" | "up">,
): tf.Tensor1D {
  const found = tf.customGrad(() => {
    const { weight } = map!, width = down.shape[0];
    const own = weight === undefined
      ? tf.sum(tf.square(wholeMatrix(map!, width)), 1)
      : tf.sum(tf.square(weight), 0);
    const turned = tf.transpose(down) as tf.Tensor2D;
    const along = tf.sum(tf.mul(mapProduct(map!, turned), up), 0);
    const added = tf.sum(tf.mul(tf.matMul(tf.matMul(turned, down), up), up), 0);
    const square = tf.add(tf.add(own, tf.mul(along, 2)), added);
    return { value: tf.sqrt(tf.maximum(square, 1e-24)), gradFunc: () => [] };
  });
  return found() as tf.Tensor1D;
}

/** What steps change of an adapter. */
export function movingPart({ scale: _, ...moving }: AdapterTensors): AdapterTensors {
  return moving;
}

/** An adapter on these weights: DoRA's magnitudes are theirs, so that nothing is changed at first. */
export function settled(
  adapter: AdapterTensors,
  params: DecoderParameters,
  { kind }: Pick<Adapter, "kind">,
): AdapterTensors {
  if (kind !== "dora") return adapter;
  return {
    ...adapter,
    layers: adapter.layers!.map((layer, i) =>
      Object.fromEntries(
        Object.entries(layer as Record<MapName, LowRankTensors>).map(([map, low]) => [map, {
          ...low,
          magnitude: columnSizes(params.layers[i][map as MapName], low),
        }]),
      )
    ),
  };
}

/** Numbers that an adapter trains. */
export function adapterSize(adapter: Adapter, shape: DecoderShape): number {
  const { layers, width, keyValueHeads, headWidth } = shape;
  switch (adapter.kind) {
    case "lora":
    case "dora":
      return layers * adapter.targets.reduce((sum, map) => {
        const [inner, out] = mapsOf(shape)[map];
        return sum + adapter.rank * (inner + out) + (adapter.kind === "dora" ? out : 0);
      }, 0);
    case "prefix":
      return 2 * layers * adapter.length * keyValueHeads * headWidth;
    case "prompt":
      return adapter.length * width;
    case "bottleneck":
      return 2 * layers * (2 * width * adapter.width + adapter.width + width);
  }
}
