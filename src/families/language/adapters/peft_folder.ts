/**
 * Adapters in PEFT's own form: a folder with `adapter_config.json` and `adapter_model.safetensors`,
 * as `PeftModel.from_pretrained` reads it and `save_pretrained` writes it (PEFT 0.21). LoRA and DoRA.
 * @module
 */
import { join } from "@std/path";
import { DataError, UsageError, writeAtomic } from "../../../base/mod.ts";
import type { ContentContext } from "../../../content/mod.ts";
import { list } from "../../../base/text/mod.ts";
import type { DecoderShape } from "../../../backbones/mod.ts";
import { mapsOf } from "../../../backbones/mod.ts";
import { openBytes, openSafetensors, writeSafetensors } from "../../../nn/files/mod.ts";
import { formOf } from "../checkpoint/mod.ts";
import { turned } from "./base.ts";
import { type LowRankAdapter, type MapName, MAPS, mapsIn } from "./settings.ts";
import type { HostLowRank } from "./merge.ts";

/** Files of a folder. */
export const peftFiles = ["adapter_config.json", "adapter_model.safetensors"] as const;

/** What stands before a model's own names of tensors. */
const BEFORE = "base_model.model.";

/** An adapter of low rank on the host. */
export interface HostAdapter {
  readonly adapter: LowRankAdapter;
  /** Of each layer. */
  readonly layers: readonly Partial<Record<MapName, HostLowRank>>[];
}

/** The name of a map's weight in the model's own file, without its end. */
function stemOf(shape: DecoderShape, layer: number, map: MapName): string {
  const place = formOf(shape).naming.place(`layers/${layer}/${map}/weight`);
  if (place.part !== undefined) {
    throw new UsageError(
      "PEFT sees the queries, keys and values of GPT-2 as one map, so that its folders can't hold " +
        "adapters of each: leave `separate` out, and the adapter is merged",
    );
  }
  return place.name.slice(0, -".weight".length);
}

/** `q_proj` and the like. */
const moduleOf = (shape: DecoderShape, map: MapName) => stemOf(shape, 0, map).split(".").at(-1)!;

function configOf({ adapter }: HostAdapter, shape: DecoderShape, base: string | null) {
  const { kind, rank, alpha, rsLora, dropout, targets } = adapter;
  return {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: base,
    inference_mode: true,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    target_modules: targets.map((map) => moduleOf(shape, map)),
    use_rslora: rsLora,
    use_dora: kind === "dora",
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    rank_pattern: {},
    alpha_pattern: {},
  };
}

/**
 * Writes the two files into a folder that is there.
 * @param options `base`: what the adapter belongs to, for PEFT's users
 * @throws UsageError for GPT-2's form
 */
export async function writePeft(
  folder: string,
  own: HostAdapter,
  { shape, base = null }: { readonly shape: DecoderShape; readonly base?: string | null },
): Promise<number> {
  const { rank, targets } = own.adapter;
  const tensors = own.layers.flatMap((layer, i) =>
    targets.flatMap((map) => {
      const stem = BEFORE + stemOf(shape, i, map), [inner, out] = mapsOf(shape)[map];
      const { down, up, magnitude } = layer[map]!;
      return [
        {
          name: `${stem}.lora_A.weight`,
          shape: [rank, inner],
          values: () => turned(down, [inner, rank]),
        },
        {
          name: `${stem}.lora_B.weight`,
          shape: [out, rank],
          values: () => turned(up, [rank, out]),
        },
        ...(magnitude === undefined ? [] : [{
          name: `${stem}.lora_magnitude_vector`,
          shape: [out],
          values: () => magnitude,
        }]),
      ];
    })
  );
  const text = JSON.stringify(configOf(own, shape, base), null, 2) + "\n";
  await writeAtomic(join(folder, peftFiles[0]), new TextEncoder().encode(text));
  return await writeSafetensors(join(folder, peftFiles[1]), tensors, { format: "pt" });
}

/** What of a config has to be so. */
const FIXED: readonly (readonly [key: string, values: readonly unknown[], why: string])[] = [
  ["peft_type", ["LORA"], "LoRA and DoRA are read here"],
  ["bias", ["none", undefined], "biases that are trained too aren't read"],
  ["lora_bias", [false, undefined], "biases of the added product aren't read"],
  ["modules_to_save", [null, undefined], "whole modules that are trained too aren't read"],
  ["layers_to_transform", [null, undefined], "all layers have to have the same maps"],
  ["trainable_token_indices", [null, undefined], "embeddings that are trained too aren't read"],
];

type Json = Readonly<Record<string, unknown>>;

async function readConfig(path: string): Promise<Json> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new DataError(`${path} isn't there: a folder as PEFT writes it was expected`);
  }
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new DataError(`${path} is no JSON: ${(error as Error).message}`);
  }
  for (const [key, values, why] of FIXED) {
    if (values.includes(json[key])) continue;
    throw new DataError(`${path}: \`${key}\` is ${JSON.stringify(json[key])}; ${why}`);
  }
  for (const key of ["rank_pattern", "alpha_pattern"]) {
    if (Object.keys(json[key] ?? {}).length === 0) continue;
    throw new DataError(`${path}: \`${key}\` gives maps of their own; one for all is read here`);
  }
  return json;
}

/** A number of a config. */
function numberOf(json: Json, key: string, path: string): number {
  const value = json[key];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DataError(`${path}: \`${key}\` is ${JSON.stringify(value)}; a number was expected`);
}

/**
 * Reads an adapter of a model of this shape.
 * @throws DataError where something isn't there, doesn't fit the shape, or would be computed otherwise
 */
export async function readPeft(folder: string, shape: DecoderShape): Promise<HostAdapter> {
  const path = join(folder, peftFiles[0]), json = await readConfig(path);
  const rank = numberOf(json, "r", path), dora = json.use_dora === true;
  const weights = join(folder, peftFiles[1]);
  const source = await openBytes(weights).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new DataError(`${weights} isn't there; PEFT's save_pretrained writes it`);
  });
  const file = await openSafetensors(source);
  try {
    const asked = new Set<string>();
    const read = async (name: string, size: readonly number[]) => {
      const found = file.tensors.get(name);
      if (found === undefined) throw new DataError(`${weights} lacks ${name}`);
      if (String(found.shape) !== String(size)) {
        throw new DataError(
          `${weights}: ${name} is [${found.shape}], and the model's is [${size}]`,
        );
      }
      asked.add(name);
      return await file.read(name);
    };
    const stems = (i: number, map: MapName) => BEFORE + stemOf(shape, i, map);
    const targets = mapsIn(shape).filter((map) =>
      file.tensors.has(`${stems(0, map)}.lora_A.weight`)
    );
    if (targets.length === 0) {
      throw new DataError(
        `${weights} has no LoRA of a layer's maps (${
          list(MAPS.map((map) => moduleOf(shape, map)))
        })`,
      );
    }
    const layers: Partial<Record<MapName, HostLowRank>>[] = [];
    for (let i = 0; i < shape.layers; i++) {
      const layer: Partial<Record<MapName, HostLowRank>> = {};
      for (const map of targets) {
        const [inner, out] = mapsOf(shape)[map], stem = stems(i, map);
        layer[map] = {
          down: turned(await read(`${stem}.lora_A.weight`, [rank, inner]), [rank, inner]),
          up: turned(await read(`${stem}.lora_B.weight`, [out, rank]), [out, rank]),
          ...(dora && { magnitude: await read(`${stem}.lora_magnitude_vector`, [out]) }),
        };
      }
      layers.push(layer);
    }
    const others = [...file.tensors.keys()].filter((name) => !asked.has(name));
    if (others.length > 0) {
      throw new DataError(
        `${weights} has ${
          list(others.slice(0, 4))
        }, which isn't read: LoRA of the same maps in each ` +
          "layer is",
      );
    }
    return {
      adapter: {
        kind: dora ? "dora" : "lora",
        rank,
        alpha: numberOf(json, "lora_alpha", path),
        rsLora: json.use_rslora === true,
        targets,
        dropout: typeof json.lora_dropout === "number" ? json.lora_dropout : 0,
      },
      layers,
    };
  } finally {
    file.close();
  }
}

/**
 * One digest of a folder's two files.
 * @param also what else counts
 */
export async function peftContent(
  written: string,
  { path, files }: ContentContext,
  also?: string,
): Promise<string> {
  const folder = path(written);
  return await files(peftFiles.map((name) => ({ name, path: join(folder, name) })), also);
}
