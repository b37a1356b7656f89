/**
 * A folder as transformers writes it: `config.json`, safetensors whole or in shards, `tokenizer.json`
 * and what stands beside it.
 * @module
 */
import { join } from "@std/path";
import { DataError } from "../../../../base/mod.ts";
import {
  openBytes,
  openSafetensors,
  type TensorFile,
  type TensorPlace,
} from "../../../../nn/files/mod.ts";
import { openTokenizer } from "../../../../tokenizers/mod.ts";
import { type Opened, parametersOf } from "../checkpoint.ts";
import { type Around, type Words, wordsOf } from "../words.ts";
import { type ReadConfig, readConfig, tokensOf } from "./read_config.ts";

const whole = "model.safetensors", index = "model.safetensors.index.json";

/** Files of a folder that fix what is computed. */
export const folderFiles: readonly string[] = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  index,
];

/** JSON of a file; undefined where there is none. @throws DataError where it is no JSON */
async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError(`${path} is no JSON: ${error.message}`);
  }
}

/** The shards of a folder by the tensors' names, as its index has them; null: one file. */
async function shardsOf(folder: string): Promise<Map<string, string> | null> {
  const path = join(folder, index), read = await json(path);
  if (read === undefined) return null;
  const map = (read as { weight_map?: unknown } | null)?.weight_map;
  const entries = typeof map === "object" && map !== null ? Object.entries(map) : [];
  const bad = entries.find(([, file]) =>
    typeof file !== "string" || !/^[^/\\]+\.safetensors$/.test(file)
  );
  if (entries.length > 0 && bad === undefined) return new Map(entries);
  throw new DataError(
    `${path}: \`weight_map\` has to name a .safetensors file of this folder for each tensor` +
      (bad === undefined ? "" : `; ${bad[0]} is in ${JSON.stringify(bad[1])}`),
  );
}

/** The names of a folder's files of tensors. */
export async function tensorFiles(folder: string): Promise<string[]> {
  const shards = await shardsOf(folder);
  return shards === null ? [whole] : [...new Set(shards.values())].sort();
}

async function openOne(folder: string, file: string): Promise<TensorFile> {
  const path = join(folder, file);
  const source = await openBytes(path).catch(async (error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const pickled = await Deno.stat(join(folder, "pytorch_model.bin")).then(
      () => true,
      () => false,
    );
    throw new DataError(
      `${path} isn't there` +
        (pickled
          ? "; pytorch_model.bin is: read it with transformers and save_pretrained it, which writes " +
            "safetensors"
          : ""),
    );
  });
  try {
    return await openSafetensors(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** All tensors of a folder as one file. @throws DataError where index and shards don't agree */
async function openTensors(folder: string): Promise<TensorFile> {
  const shards = await shardsOf(folder);
  if (shards === null) return await openOne(folder, whole);
  const files = new Map<string, TensorFile>();
  const close = () => files.forEach((file) => file.close());
  try {
    for (const name of await tensorFiles(folder)) files.set(name, await openOne(folder, name));
    const tensors = new Map<string, TensorPlace>(), owners = new Map<string, TensorFile>();
    for (const [name, file] of files) {
      for (const [tensor, place] of file.tensors) {
        if (shards.get(tensor) !== name) {
          throw new DataError(
            `${join(folder, name)} holds ${tensor}, and ${index} has it in ` +
              (shards.get(tensor) ?? "no file"),
          );
        }
        tensors.set(tensor, place);
        owners.set(tensor, file);
      }
    }
    const lost = [...shards.keys()].find((tensor) => !tensors.has(tensor));
    if (lost !== undefined) {
      throw new DataError(
        `${join(folder, shards.get(lost)!)} has no ${lost}, and ${index} says so`,
      );
    }
    return {
      tensors,
      async read(name) {
        const owner = owners.get(name);
        if (owner === undefined) throw new RangeError(`${folder} has no tensor ${name}`);
        return await owner.read(name);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The text of a token in `tokenizer_config.json`, which has it bare or within an object. */
function tokenText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** Tokens around texts: the tokenizer's own word goes before the config's. */
function aroundOf(
  tokens: { readonly config: Record<string, unknown>; readonly special: Record<string, number> },
  { bos, ends }: ReadConfig,
  generation: unknown,
): Around {
  const { config, special } = tokens;
  const said = (key: string) => special[tokenText(config[key]) ?? ""] as number | undefined;
  // A null says that there is none; a key that is left out says nothing.
  const begin = said("bos_token") ?? (Object.hasOwn(config, "bos_token") ? undefined : bos);
  const end = said("eos_token") ?? ends[0];
  const stops = tokensOf((generation as { eos_token_id?: unknown } | undefined)?.eos_token_id);
  return {
    ...(begin !== undefined && { bos: begin }),
    ends: [
      ...new Set([...(end === undefined ? [] : [end]), ...(stops.length > 0 ? stops : ends)]),
    ],
  };
}

async function wordsIn(folder: string, config: ReadConfig, cache?: string): Promise<Words> {
  const path = join(folder, "tokenizer.json");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new DataError(
      `${path} isn't there; transformers writes it: ` +
        "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)",
    );
  });
  const { chatTemplate, ...tokenizer } = await openTokenizer(folder, { cache });
  const { special } = tokenizer;
  const own = await json(join(folder, "tokenizer_config.json")) ?? {};
  const around = aroundOf(
    { config: own as Record<string, unknown>, special },
    config,
    await json(join(folder, "generation_config.json")),
  );
  return wordsOf({ tokenizer, json: text, chatTemplate }, {
    shape: config.shape,
    around,
    what: folder,
  });
}

/**
 * Opens a folder; of tensors only the headers are read.
 * @throws DataError where something isn't there or doesn't fit
 */
export async function openFolder(
  folder: string,
  { cache }: { readonly cache?: string } = {},
): Promise<Opened> {
  const path = join(folder, "config.json"), read = await json(path);
  if (read === undefined) {
    throw new DataError(`${path} isn't there: a folder as transformers writes it was expected`);
  }
  const config = readConfig(read, path);
  const words = await wordsIn(folder, config, cache);
  return await parametersOf(() => openTensors(folder), {
    shape: config.shape,
    naming: config.form.naming,
    what: folder,
    title: config.form.architecture,
    words,
    notes: config.unread.length === 0 ? [] : [
      `${path}: not read: ${config.unread.join(", ")}`,
    ],
  });
}
