/**
 * A decoder with an adapter in it, which every pass goes through: training, scoring, and writing with a
 * cache. It stays beside the weights there too: merging would take a copy of them, isn't exact, and
 * what is written would be another model's than what is scored.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type DecoderLayer,
  type DecoderParameters,
  type DecoderShape,
  type LowRank,
  prefixesOf,
} from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import type { MapName } from "./settings.ts";
import {
  type AdapterTensors,
  columnSizes,
  type LayerTensors,
  type LowRankTensors,
} from "./parameters.ts";

/** How an adapter is attached. */
export interface Attached {
  readonly shape: DecoderShape;
  /** In a training step: the share of its inputs that it leaves out, and by which draws. */
  readonly drop?: { readonly share: number; readonly key: Key };
}

/** What stands beside a map. */
function beside(
  map: DecoderLayer[MapName],
  { down, up, magnitude }: LowRankTensors,
  { scale, drop }: { readonly scale: tf.Scalar; readonly drop: Attached["drop"] },
): LowRank {
  const scaled = tf.mul(up, scale) as tf.Tensor2D;
  return {
    down,
    up: scaled,
    ...(magnitude && {
      ratio: tf.div(magnitude, columnSizes(map, { down, up: scaled })) as tf.Tensor1D,
    }),
    ...(drop && { drop: { key: drop.key, keep: tf.scalar(1 - drop.share) } }),
  };
}

/** Other draws for each name. */
function folded(drop: Attached["drop"], name: string): Attached["drop"] {
  return drop && { ...drop, key: fold(drop.key, name) };
}

function attachedLayer(
  layer: DecoderLayer,
  { prefix, bottlenecks, ...maps }: LayerTensors,
  { scale, drop }: { readonly scale?: tf.Scalar; readonly drop: Attached["drop"] },
): DecoderLayer {
  const changed = (Object.entries(maps) as [MapName, LowRankTensors][]).map(([name, own]) => {
    const low = beside(layer[name], own, { scale: scale!, drop: folded(drop, name) });
    return [name, { ...layer[name], low }] as const;
  });
  return {
    ...layer,
    ...Object.fromEntries(changed),
    ...(prefix && { prefix }),
    ...(bottlenecks && { bottlenecks }),
  };
}

/** See the module. Its tensors are the parameters' and the adapter's, and some that are made here. */
export function attached(
  params: DecoderParameters,
  { scale, layers, soft }: AdapterTensors,
  { shape, drop }: Attached,
): DecoderParameters {
  if (soft !== undefined) {
    const prefixes = prefixesOf(params, soft, shape);
    return {
      ...params,
      layers: params.layers.map((layer, i) => ({ ...layer, prefix: prefixes[i] })),
    };
  }
  return {
    ...params,
    layers: params.layers.map((layer, i) =>
      attachedLayer(layer, layers![i], { scale, drop: folded(drop, `layer ${i}`) })
    ),
  };
}
