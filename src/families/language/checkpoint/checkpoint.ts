/**
 * What a checkpoint of another program is once it is opened, whatever files it came in.
 * @module
 */
import type { DecoderParameters, DecoderShape } from "../../../backbones/decoder/mod.ts";
import type { Engine } from "../../../engine/mod.ts";
import type { TensorFile } from "../../../nn/files/mod.ts";
import { assign, checkTied, type Hold, loadParameters } from "./parameters.ts";
import { type Naming, parameterShapes } from "./names.ts";
import type { Words } from "./words.ts";

/** A checkpoint whose tensors are still on disk; no file of it is kept open. */
export interface Opened {
  /** For tables and notes: "LlamaForCausalLM, 134.5 M parameters in F32, Q4_1, Q8_0". */
  readonly about: string;
  readonly shape: DecoderShape;
  readonly words: Words;
  /** What a person should know of how it was read. */
  readonly notes: readonly string[];
  /** Its parameters on an engine, in float32 or as `hold` has them. The caller disposes them. */
  load(engine: Engine, hold?: Hold): Promise<DecoderParameters>;
}

/** Does something with a file, and closes it. */
async function within<T>(
  open: () => Promise<TensorFile>,
  work: (file: TensorFile) => Promise<T>,
): Promise<T> {
  const file = await open();
  try {
    return await work(file);
  } finally {
    file.close();
  }
}

/**
 * A checkpoint of a file of tensors.
 * @throws DataError where the file's tensors aren't those of the shape
 */
export async function parametersOf(
  open: () => Promise<TensorFile>,
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
  const types = await within(open, async (file) => {
    const assigned = assign(file, model);
    await checkTied(file, model);
    return [...assigned.keys()].map((name) => file.tensors.get(name)!.type);
  });
  const count = [...parameterShapes(model.shape).values()]
    .reduce((sum, own) => sum + own.reduce((n, d) => n * d, 1), 0);
  return {
    about: `${title}, ${(count / 1e6).toFixed(1)} M parameters in ` +
      [...new Set(types)].sort().join(", "),
    shape: model.shape,
    words,
    notes: [...notes, `separator: ${words.separated}`],
    load: (engine, hold) =>
      within(open, (file) => loadParameters(engine, file, { assigned: assign(file, model), hold })),
  };
}
