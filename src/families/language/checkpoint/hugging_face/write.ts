/**
 * A model written as a folder that transformers reads: `AutoModelForCausalLM.from_pretrained` and
 * `AutoTokenizer.from_pretrained`.
 * @module
 */
import { join } from "@std/path";
import { writeAtomic } from "../../../../base/mod.ts";
import { formatBytes } from "../../../../base/text/mod.ts";
import type { DecoderShape } from "../../../../backbones/decoder/mod.ts";
import { type Writable, writeSafetensors } from "../../../../nn/files/mod.ts";
import { formOf } from "../form.ts";
import { intoFile, type Place, shapeInFile } from "../layout.ts";
import { parameterShapes } from "../names.ts";
import type { Words } from "../words.ts";
import { oneOrMore, writeConfig } from "./write_config.ts";

/** A model that is written. */
export interface Written {
  readonly shape: DecoderShape;
  readonly words: Words;
  /** Values of a parameter by its path, `layers/0/query/weight`; asked for once each. */
  parameter(path: string): Promise<Float32Array>;
}

/** Parameters of one tensor, in the order of its parts. */
type Parts = { path: string; shape: readonly number[]; place: Place }[];

/** The tensors of a file. */
function tensorsOf({ shape, parameter }: Written): Writable[] {
  const { naming } = formOf(shape), byName = new Map<string, Parts>();
  for (const [path, own] of parameterShapes(shape)) {
    const place = naming.place(path), parts = byName.get(place.name) ?? [];
    parts.push({ path, shape: own, place });
    byName.set(place.name, parts);
  }
  return [...byName].map(([name, parts]) => {
    const size = shapeInFile(parts[0].shape, parts[0].place);
    return {
      name,
      shape: size,
      async values() {
        const into = new Float32Array(size.reduce((n, d) => n * d, 1));
        for (const { path, shape, place } of parts) {
          intoFile(await parameter(path), { shape, place, into });
        }
        return into;
      },
    };
  });
}

/** Text of a token; undefined for one that isn't special. */
function special({ tokenizer }: Words, token: number | undefined): string | undefined {
  return Object.entries(tokenizer.special).find(([, id]) => id === token)?.[0];
}

function tokenizerConfig(words: Words, { context }: DecoderShape) {
  const bos = special(words, words.bos), eos = special(words, words.ends[0]);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: bos ?? null,
    eos_token: eos ?? null,
    model_max_length: context,
    clean_up_tokenization_spaces: false,
  };
}

/**
 * Writes the files into a folder that is there.
 * @throws UsageError for a shape that no form of transformers has
 */
export async function writeFolder(
  folder: string,
  written: Written,
  { say = () => {} }: { readonly say?: (note: string) => void } = {},
): Promise<void> {
  const { shape, words } = written;
  const json = (value: unknown) => JSON.stringify(value, null, 2) + "\n";
  const write = (name: string, text: string) =>
    writeAtomic(join(folder, name), new TextEncoder().encode(text));
  const { bos, ends } = words;
  await write("config.json", json(writeConfig(shape, words)));
  const bytes = await writeSafetensors(join(folder, "model.safetensors"), tensorsOf(written), {
    format: "pt",
  });
  say(`model.safetensors: ${formatBytes(bytes)} in float32`);
  await write("tokenizer.json", words.json);
  await write("tokenizer_config.json", json(tokenizerConfig(words, shape)));
  await write(
    "generation_config.json",
    json({
      _from_model_config: true,
      ...(bos !== undefined && { bos_token_id: bos }),
      eos_token_id: oneOrMore(ends),
    }),
  );
  if (words.chatTemplate !== undefined) await write("chat_template.jinja", words.chatTemplate);
}
