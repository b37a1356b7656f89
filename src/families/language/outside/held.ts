/**
 * A finished run's parameters out of its state's file: packed ones made whole, an adapter's product
 * taken in.
 * @module
 */
import { type DecoderShape, mapsOf } from "../../../backbones/mod.ts";
import { DataError } from "../../../base/mod.ts";
import type { PackedForm } from "../../../nn/mod.ts";
import type { TensorFile } from "../../../nn/files/mod.ts";
import {
  type Adapter,
  type HostAdapter,
  type HostLowRank,
  type LowRankAdapter,
  type MapName,
  mergeable,
  mergedValues,
  packedStem,
  wholeValues,
} from "../adapters/mod.ts";
import { parameterShapes } from "../checkpoint/mod.ts";

/** What a state's file is of. */
export interface Held {
  readonly file: TensorFile;
  readonly shape: DecoderShape;
  /** Trained in place of the weights. */
  readonly adapter?: Adapter;
}

/** Where what is evaluated stands: the average where one is kept. */
function placeOf({ tensors }: TensorFile, part: "params" | "adapter"): string {
  const first = (prefix: string) => [...tensors.keys()].find((name) => name.startsWith(prefix));
  if (part === "params" && tensors.has("ema/tokens/weight")) return "ema";
  return first(`ema/${part}/`) === undefined ? part : `ema/${part}`;
}

/** A weight whole, as the file holds it. */
async function weightOf(path: string, { file, shape }: Held): Promise<Float32Array> {
  const place = placeOf(file, "params"), whole = `${place}/${path}`;
  const size = parameterShapes(shape).get(path), stem = size && packedStem(path, size);
  if (file.tensors.has(whole) || size === undefined || stem === undefined) {
    return await file.read(whole);
  }
  const form = (["int8", "nf4"] as const satisfies readonly PackedForm[])
    .find((form) => file.tensors.has(`${place}/${stem}/${form}/words`));
  if (form === undefined || file.readIntegers === undefined) {
    throw new DataError(`the run's weights lack ${path}`);
  }
  const words = await file.readIntegers(`${place}/${stem}/${form}/words`);
  const scales = await file.read(`${place}/${stem}/${form}/scales`);
  return wholeValues({ words, scales }, {
    form,
    shape: size as readonly number[] as [number, number],
  });
}

/** What stands beside a map. */
async function lowRankOf(
  { layer, map }: { readonly layer: number; readonly map: MapName },
  { file }: Held,
): Promise<HostLowRank> {
  const at = `${placeOf(file, "adapter")}/layers/${layer}/${map}`;
  return {
    down: await file.read(`${at}/down`),
    up: await file.read(`${at}/up`),
    ...(file.tensors.has(`${at}/magnitude`) && { magnitude: await file.read(`${at}/magnitude`) }),
  };
}

/** The map of a weight's path that an adapter stands beside. */
function besideOf(path: string, { targets }: LowRankAdapter) {
  const [layers, layer, map, what] = path.split("/");
  if (layers !== "layers" || what !== "weight" || !targets.includes(map as MapName)) {
    return undefined;
  }
  return { layer: Number(layer), map: map as MapName };
}

/**
 * A parameter as what is evaluated has it.
 * @throws UsageError for an adapter that can't be merged
 */
export async function parameterOf(path: string, held: Held): Promise<Float32Array> {
  const weight = await weightOf(path, held);
  if (held.adapter === undefined) return weight;
  const adapter = mergeable(held.adapter), at = besideOf(path, adapter);
  if (at === undefined) return weight;
  return mergedValues(weight, await lowRankOf(at, held), {
    adapter,
    size: mapsOf(held.shape)[at.map],
  });
}

/** The adapter alone. @throws UsageError for one that isn't of low rank */
export async function adapterAlone(
  held: Held & { readonly adapter: Adapter },
): Promise<HostAdapter> {
  const adapter = mergeable(held.adapter);
  const layers: Partial<Record<MapName, HostLowRank>>[] = [];
  for (let layer = 0; layer < held.shape.layers; layer++) {
    const own: Partial<Record<MapName, HostLowRank>> = {};
    for (const map of adapter.targets) own[map] = await lowRankOf({ layer, map }, held);
    layers.push(own);
  }
  return { adapter, layers };
}
