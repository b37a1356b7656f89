/**
 * An adapter's product taken into the weights that it stands beside: W ← (W + s·down·up)·m/‖·‖.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderLayer,
  type DecoderLinear,
  type DecoderParameters,
  type DecoderShape,
  mapsOf,
} from "../../../backbones/mod.ts";
import { UsageError } from "../../../base/mod.ts";
import { wholeMatrix } from "../../../nn/mod.ts";
import {
  type Adapter,
  type AdapterConfig,
  type LowRankAdapter,
  mapsIn,
  scaleOf,
} from "./settings.ts";
import { type AdapterTensors, columnSizes, type LowRankTensors } from "./parameters.ts";

function unmergeable(kind: string): UsageError {
  return new UsageError(
    `an adapter of ${kind} can't be merged: no weights of the model alone do what it does; lora and ` +
      "dora can",
  );
}

/**
 * An adapter that can be merged.
 * @throws UsageError for one that can't
 */
export function mergeable(adapter: Adapter): LowRankAdapter {
  if (adapter.kind === "lora" || adapter.kind === "dora") return adapter;
  throw unmergeable(`the kind ${adapter.kind}`);
}

function mergedMap(
  { weight, int8, nf4, ...map }: DecoderLinear,
  { down, up, magnitude }: LowRankTensors,
  scale: tf.Scalar,
): DecoderLinear {
  const packed = { ...(int8 && { int8 }), ...(nf4 && { nf4 }) };
  const own = weight ?? tf.transpose(wholeMatrix(packed, down.shape[0])) as tf.Tensor2D;
  const scaled = tf.mul(up, scale) as tf.Tensor2D;
  const sum = tf.add(own, tf.matMul(down, scaled)) as tf.Tensor2D;
  if (magnitude === undefined) return { ...map, weight: sum };
  const sizes = columnSizes({ weight, ...packed }, { down, up: scaled });
  return { ...map, weight: tf.mul(sum, tf.div(magnitude, sizes)) as tf.Tensor2D };
}

/** A map's weight whole. */
function wholeMap({ int8, nf4, ...map }: DecoderLinear, width: number): DecoderLinear {
  if (map.weight !== undefined) return map;
  const packed = { ...(int8 && { int8 }), ...(nf4 && { nf4 }) };
  return { ...map, weight: tf.transpose(wholeMatrix(packed, width)) as tf.Tensor2D };
}

/**
 * The parameters with the adapter in them, in float32 on the engine.
 * @throws UsageError for a kind that can't be merged
 */
export function merged(
  params: DecoderParameters,
  { scale, layers }: AdapterTensors,
  shape: DecoderShape,
): DecoderParameters {
  if (scale === undefined) throw unmergeable("that kind");
  return {
    ...params,
    layers: params.layers.map((layer, i): DecoderLayer => {
      const maps = mapsIn(shape).map((name) => {
        const own = layers![i][name], map = layer[name]!;
        const width = mapsOf(shape)[name][0];
        return [name, own === undefined ? wholeMap(map, width) : mergedMap(map, own, scale)];
      });
      return { ...layer, ...Object.fromEntries(maps) };
    }),
  };
}

/** A low-rank pair on the host. */
export interface HostLowRank {
  /** [in, r] */
  readonly down: Float32Array;
  /** [r, out], without its scale */
  readonly up: Float32Array;
  /** [out] */
  readonly magnitude?: Float32Array;
}

/** Likewise a weight on the host, [in, out]: sums in float64, rounded once. */
export function mergedValues(
  weight: Float32Array,
  { down, up, magnitude }: HostLowRank,
  { adapter, size: [inner, out] }: {
    readonly adapter: LowRankAdapter;
    readonly size: readonly [number, number];
  },
): Float32Array {
  const { rank } = adapter, scale = scaleOf(adapter);
  const sums = Float64Array.from(weight), squares = new Float64Array(out);
  for (let i = 0; i < inner; i++) {
    for (let r = 0; r < rank; r++) {
      const a = scale * down[i * rank + r];
      for (let o = 0; o < out; o++) sums[i * out + o] += a * up[r * out + o];
    }
    for (let o = 0; o < out; o++) squares[o] += sums[i * out + o] ** 2;
  }
  if (magnitude === undefined) return Float32Array.from(sums);
  return Float32Array.from(
    sums,
    (sum, i) => sum * magnitude[i % out] / Math.sqrt(squares[i % out]),
  );
}

/** Why what a run with such an adapter has learnt can't be taken as weights; null: it can. */
export function mergeFault({ lora, dora, file }: AdapterConfig): string | null {
  if ([lora, dora, file].some((kind) => kind !== undefined)) return null;
  return "`adapter` there is of a kind that can't be merged into weights; lora and dora can";
}
