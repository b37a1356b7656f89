/** Small models with adapters of every kind, of which every number takes part. */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../src/backbones/mod.ts";
import { leaves } from "../../../../src/engine/tree.ts";
import { packedLeaves } from "../../../../src/families/language/adapters/base.ts";
import {
  type AdapterTensors,
  initAdapter,
  settled,
} from "../../../../src/families/language/adapters/parameters.ts";
import type { AdapterConfig } from "../../../../src/families/language/adapters/settings.ts";
import { treeOf } from "../../../../src/families/language/checkpoint/mod.ts";
import type { Config } from "../../../../src/families/language/config.ts";
import { adapterIn, type Setting, type Trained } from "../../../../src/families/language/model.ts";
import type { PackedForm } from "../../../../src/nn/mod.ts";
import { awake } from "../../../backbones/gradient_check.ts";
import { key } from "../../small.ts";
import { engine } from "../../on_engine.ts";
import { parametersOf, settingOf } from "../small.ts";

export * from "./kinds.ts";

/** A setting with an adapter. */
export function adaptedSetting(
  adapter: object,
  options: Parameters<typeof settingOf>[0] = {},
): Setting {
  return settingOf({ ...options, adapter: adapter as AdapterConfig } as Partial<Config>);
}

/** A fresh adapter on these weights. */
export function freshAdapter(
  setting: Setting,
  params: DecoderParameters,
  seed: number,
): AdapterTensors {
  const adapter = adapterIn(setting)!;
  return settled(initAdapter(key("adapter", seed), adapter, setting.shape), params, adapter);
}

/** Weights and an adapter of which every number takes part. */
export function trainedOf(setting: Setting, seed: number): Trained & { adapter: AdapterTensors } {
  const params = parametersOf(setting.shape, seed);
  const { scale, ...moving } = freshAdapter(setting, params, seed);
  return { params, adapter: { ...awake(moving, 0.3), ...(scale && { scale }) } };
}

/** The same weights with a layer's matrices packed. Its tensors are the caller's. */
export async function packedOf(
  params: DecoderParameters,
  form: PackedForm,
): Promise<DecoderParameters> {
  const found = new Map<string, tf.Tensor>();
  for (const [path, leaf] of leaves(params)) {
    const values = await engine.read(leaf) as Float32Array;
    for (const one of packedLeaves(path, { shape: leaf.shape, values }, form)) {
      found.set(one.path, engine.tensor(one.values, one.shape));
    }
  }
  return treeOf(found) as DecoderParameters;
}

/** Kept by whoever asks: every tensor of `make`. */
export function kept<T>(make: () => T): T {
  return tf.tidy(() => make() as unknown as tf.TensorContainer) as unknown as T;
}
