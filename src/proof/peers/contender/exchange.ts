/**
 * What contenders read: one folder for each model, with its settings (`model.json`), parameters and
 * inputs (safetensors). They are drawn once from keys, so that all contenders start from the same
 * numbers.
 * @module
 */
import { join } from "@std/path";
import { disposeTree, type Engine } from "../../../engine/mod.ts";
import { encodeSafetensors, type HostTensor, treeToSafetensors } from "../../../nn/mod.ts";
import {
  hostIntegers,
  type HostKey,
  hostKey,
  hostNormal,
  hostUniform,
} from "../../../random/host/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { BATCHES, type LanguageSettings, type ModelSettings } from "../models.ts";
import { freshParameters, initialParameters } from "./programs.ts";

/** File names in a model's folder. */
export const FILES = {
  settings: "model.json",
  params: "params.safetensors",
  inputs: "inputs.safetensors",
} as const;

function floats(shape: readonly number[], data: Float32Array): HostTensor {
  return { dtype: "F32", shape, data };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** Tokens of a document on average, in the batches that a decoder of text is trained on. */
const DOCUMENT = 64;

/**
 * Windows of tokens [B, context + 1]: uniform, with separators among them in training, so that
 * documents are packed.
 */
function windows(
  { batch, context, vocabulary, separator, task }: LanguageSettings,
  own: (purpose: string) => HostKey,
): HostTensor {
  const count = batch * (context + 1);
  const data = hostIntegers(own("tokens"), count, vocabulary);
  if (task === "train") {
    const ends = hostIntegers(own("documents"), count, DOCUMENT);
    for (let i = 0; i < count; i++) if (ends[i] === 0) data[i] = separator;
  }
  return { dtype: "I32", shape: [batch, context + 1], data: Int32Array.from(data) };
}

/**
 * One batch. Pictures are those given, or k/255 of noise, which costs what others cost; tokens are uniform.
 * Decoding has one batch, `tokens` [B, context + 1]: each column is fed in its turn, whatever the
 * logits said, and is what the logits before it are scored on.
 */
function batch(
  settings: ModelSettings,
  key: HostKey,
  pictures?: Uint8Array,
): Record<string, HostTensor> {
  const own = (purpose: string): HostKey => hostKey(key[0], key[1], purpose);
  if (settings.model === "transformer") {
    const { batch, context, vocabulary } = settings;
    const drawn = hostIntegers(own("tokens"), batch * (context + 1), vocabulary);
    const columns = (from: number, count: number): HostTensor => {
      const rows = Array.from(
        { length: batch },
        (_, b) => drawn.subarray(b * (context + 1) + from, b * (context + 1) + from + count),
      );
      return {
        dtype: "I32",
        shape: [batch, count],
        data: Int32Array.from(rows.flatMap((row) => [...row])),
      };
    };
    return settings.task === "decode"
      ? { tokens: columns(0, context + 1) }
      : { tokens: columns(0, context), targets: columns(1, context) };
  }
  if (settings.model === "language") return { tokens: windows(settings, own) };
  const { height, width, channels } = settings.sample;
  const shape = [settings.batch, height, width, channels];
  const bytes = pictures ?? hostIntegers(own("pictures"), sizeOf(shape), 256);
  const x = floats(shape, Float32Array.from(bytes, (k) => k / 255));
  if (settings.model === "vae") {
    const code = [settings.batch, settings.latent];
    return { x, noise: floats(code, hostNormal(own("noise"), sizeOf(code))) };
  }
  return {
    x,
    noise: floats(shape, hostNormal(own("noise"), sizeOf(shape))),
    time: floats([settings.batch], hostUniform(own("time"), settings.batch)),
  };
}

/** What is written for the contenders. */
export interface ExchangeOptions {
  readonly settings: ModelSettings;
  readonly folder: string;
  /** Of weights and draws. Default 1. */
  readonly seed?: number;
  /** Pictures of each batch, as bytes; the number of batches is theirs. Default: some of noise. */
  readonly pictures?: readonly Uint8Array[];
  /** What each step of a training of text sees, in place of batches that are gone round. */
  readonly windows?: WindowOrder;
  /** Weights as the family draws them, for trainings of any length. Default: all layers take part. */
  readonly fresh?: boolean;
}

/** Windows of a training's data, and which of them each step sees. */
export interface WindowOrder {
  /** [N, context + 1] */
  readonly tokens: Int32Array;
  /** Numbers of windows. [steps, batch] */
  readonly order: Int32Array;
}

/** Batches by step: "0/x", "0/noise", "1/x", …. */
function drawnInputs(
  settings: ModelSettings,
  { seed, pictures }: Required<Pick<ExchangeOptions, "seed">> & Pick<ExchangeOptions, "pictures">,
): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  const batches = pictures?.length ?? (settings.task === "decode" ? 1 : BATCHES);
  for (let i = 0; i < batches; i++) {
    const key = hostKey(seed, "peers", settings.name, "batch", i);
    const drawn = batch(settings, key, pictures?.[i]);
    for (const [name, tensor] of Object.entries(drawn)) tensors[`${i}/${name}`] = tensor;
  }
  return tensors;
}

function windowInputs(
  settings: ModelSettings,
  { tokens, order }: WindowOrder,
): Record<string, HostTensor> {
  if (settings.model !== "language") throw new Error(`${settings.model} sees no windows of text`);
  const rows = (data: Int32Array, columns: number): HostTensor => ({
    dtype: "I32",
    shape: [data.length / columns, columns],
    data,
  });
  return { windows: rows(tokens, settings.context + 1), order: rows(order, settings.batch) };
}

/** Writes a model's folder below `folder` and returns its path. */
export async function writeExchange(
  engine: Engine,
  { settings, folder, seed = 1, pictures, windows, fresh = false }: ExchangeOptions,
): Promise<string> {
  const path = join(folder, settings.name);
  await Deno.mkdir(path, { recursive: true });
  const key = keyTensor(hostKey(seed, "peers", settings.name));
  const params = fresh ? freshParameters(key, settings) : initialParameters(key, settings);
  await Deno.writeFile(join(path, FILES.params), await treeToSafetensors(engine, params));
  disposeTree(params);
  key.dispose();
  const inputs = windows === undefined
    ? drawnInputs(settings, { seed, pictures })
    : windowInputs(settings, windows);
  await Deno.writeFile(join(path, FILES.inputs), encodeSafetensors(inputs));
  await Deno.writeTextFile(join(path, FILES.settings), JSON.stringify(settings, null, 2) + "\n");
  return path;
}

/** A model's folder, read back. */
export interface Exchange {
  readonly settings: ModelSettings;
  readonly params: Uint8Array;
  readonly inputs: Uint8Array;
}

/** Reads a model's folder. */
export async function readExchange(folder: string): Promise<Exchange> {
  const [settings, params, inputs] = await Promise.all([
    Deno.readTextFile(join(folder, FILES.settings)),
    Deno.readFile(join(folder, FILES.params)),
    Deno.readFile(join(folder, FILES.inputs)),
  ]);
  return { settings: JSON.parse(settings) as ModelSettings, params, inputs };
}
