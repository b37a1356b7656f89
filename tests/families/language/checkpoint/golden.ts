/** The golden checkpoints (tests/golden/language), as folders that are whole. */
import { join } from "@std/path";
import { decodeSafetensors } from "../../../../src/nn/files/mod.ts";

const files = new URL("../../../golden/language/files/", import.meta.url).pathname;

/** Names of the golden folders, one of each form and more. */
export const forms = [
  "llama",
  "llama_tied",
  "llama_llama3",
  "llama_linear",
  "mistral",
  "qwen2",
  "qwen3",
  "gpt2",
  "gpt2_untied",
] as const;

/** Name of a golden folder. */
export type Golden = typeof forms[number];

/** Path of a golden file. */
export const golden = (...parts: string[]) => join(files, ...parts);

async function copyFiles(from: string, to: string): Promise<void> {
  for await (const { name } of Deno.readDir(from)) {
    if (name !== "expected.safetensors") await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** A folder as transformers writes it: weights and config of `name`, with the golden tokenizer. */
export async function wholeFolder(name: Golden): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "likeness-checkpoint-" });
  await copyFiles(golden("words"), folder);
  await copyFiles(golden(name), folder);
  return folder;
}

/** Tokens and transformers' logits of them, [T] and [T, V]. */
export async function expected(
  ...parts: string[]
): Promise<{ tokens: Int32Array; logits: Float32Array }> {
  const { tensors } = decodeSafetensors(await Deno.readFile(golden(...parts)));
  return {
    tokens: tensors.tokens.data as Int32Array,
    logits: tensors.logits.data as Float32Array,
  };
}
