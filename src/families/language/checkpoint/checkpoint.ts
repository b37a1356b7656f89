/**
 * What a checkpoint of another program is once it is opened, whatever files it came in.
 * @module
 */
import type { DecoderParameters, DecoderShape } from "../../../backbones/decoder/mod.ts";
import type { Engine } from "../../../engine/mod.ts";
import type { TensorFile } from "../../../nn/files/mod.ts";
import { assign, checkTied, loadParameters } from "./parameters.ts";
import { type Naming, parameterShapes } from "./names.ts";
import type { Words } from "./words.ts";

/** A checkpoint, its tensors still on disk. */
export interface Opened {
  /** For tables and notes: "LlamaForCausalLM, 134.5 M parameters in F32, Q4_1, Q8_0". */
  readonly about: string;
  readonly shape: DecoderShape;
  readonly words: Words;
  /** What a person should know of how it was read. */
  readonly notes: readonly string[];
  /** Its parameters, in float32, on an engine. The caller disposes them. */
  load(engine: Engine): Promise<DecoderParameters>;
  /** Closes its files; nothing can be loaded after that. */
  close(): void;
}

/**
 * A checkpoint of a file of tensors.
 * @throws DataError where the file's tensors aren't those of the shape
 */
export async function parametersOf(
  file: TensorFile,
  { title, words, notes, ...model }: {
    readonly shape: DecoderShape;
    readonly naming: Naming;
    /** The file or folder, for messages. */
    readonly what: string;
    readonly title: string;
    readonly words: Words;
    readonly notes: readonly string[];
  },
): Promise<Opened> {
  const assigned = assign(file, model);
  await checkTied(file, model);
  const types = [...assigned.keys()].map((name) => file.tensors.get(name)!.type);
  const count = [...parameterShapes(model.shape).values()]
    .reduce((sum, own) => sum + own.reduce((n, d) => n * d, 1), 0);
  return {
    about: `${title}, ${(count / 1e6).toFixed(1)} M parameters in ` +
      [...new Set(types)].sort().join(", "),
    shape: model.shape,
    words,
    notes: [...notes, `separator: ${words.separated}`],
    load: (engine) => loadParameters(engine, file, assigned),
    close: () => file.close(),
  };
}
