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
import { type Adapter, type LowRankAdapter, type MapName, scaleOf } from "./settings.ts";
import {
  type AdapterTensors,
  columnSizes,
  type LayerTensors,
  type LowRankTensors,
} from "./parameters.ts";

/** How an adapter is attached. */
export interface Attached {
  readonly adapter: Adapter;
  readonly shape: DecoderShape;
  /** In a training step: of what it leaves out. Otherwise nothing is. */
  readonly noise?: Key;
}

/** What stands beside a map. */
function beside(
  map: DecoderLayer[MapName],
  { down, up, magnitude }: LowRankTensors,
  { adapter, noise }: { readonly adapter: LowRankAdapter; readonly noise?: Key },
): LowRank {
  const scaled = tf.mul(up, scaleOf(adapter)) as tf.Tensor2D;
  return {
    down,
    up: scaled,
    ...(magnitude && {
      ratio: tf.div(magnitude, columnSizes(map, { down, up: scaled })) as tf.Tensor1D,
    }),
    ...(noise && adapter.dropout > 0 && {
      drop: { key: noise, keep: tf.scalar(1 - adapter.dropout) },
    }),
  };
}

function attachedLayer(
  layer: DecoderLayer,
  own: LayerTensors,
  { adapter, noise }: Omit<Attached, "shape">,
): DecoderLayer {
  const { prefix, bottlenecks } = own;
  if (adapter.kind === "lora" || adapter.kind === "dora") {
    const maps = adapter.targets.map((name) => {
      const map = layer[name]!;
      const key = noise && fold(noise, name);
      return [name, { ...map, low: beside(map, own[name]!, { adapter, noise: key }) }] as const;
    });
    return { ...layer, ...Object.fromEntries(maps) };
  }
  return { ...layer, ...(prefix && { prefix }), ...(bottlenecks && { bottlenecks }) };
}

/** See the module. Its tensors are the parameters' and the adapter's, and some that are made here. */
export function attached(
  params: DecoderParameters,
  tensors: AdapterTensors,
  { adapter, shape, noise }: Attached,
): DecoderParameters {
  if (tensors.soft !== undefined) {
    const prefixes = prefixesOf(params, tensors.soft, shape);
    return {
      ...params,
      layers: params.layers.map((layer, i) => ({ ...layer, prefix: prefixes[i] })),
    };
  }
  return {
    ...params,
    layers: params.layers.map((layer, i) =>
      attachedLayer(layer, tensors.layers![i], {
        adapter,
        noise: noise && fold(noise, `layer ${i}`),
      })
    ),
  };
}
