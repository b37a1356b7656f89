/**
 * A trained model's programs over any number of rows.
 *
 * Everything runs in batches of one fixed size, the last one padded and cut, so that a row's bits
 * don't depend on how many rows were asked for.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree, type Engine, leaves } from "../../engine/mod.ts";
import {
  ContractError,
  requireSamples,
  requireShape,
  type TensorRecord,
} from "../../families/mod.ts";
import { type HostValues, kindOf, type Samples } from "../../kinds/mod.ts";
import type { HostKey } from "../../random/host/mod.ts";
import { keyTensor } from "../../random/mod.ts";
import type { Drawable } from "./sampling.ts";

/**
 * Batches of samples that are held as float32 before they become samples: what a program gives takes
 * four times the memory of 8-bit pictures, and views may be large and many.
 */
const PIECE = 16;

/** `batch` rows of an array from `from` on, the last one repeated where it ends. */
export function paddedRows<T extends Float32Array | Int32Array>(
  data: T,
  { size, from, batch }: { size: number; from: number; batch: number },
): T {
  const rows = data.length / size;
  const padded = new (data.constructor as new (n: number) => T)(batch * size);
  for (let i = 0; i < batch; i++) {
    const row = Math.min(from + i, rows - 1);
    padded.set(data.subarray(row * size, (row + 1) * size), i * size);
  }
  return padded;
}

/** What a computation gives: its name for messages, and the shapes of a row by name; −1: any number. */
interface Gives {
  readonly what: string;
  readonly rows: Readonly<Record<string, readonly number[]>>;
  /** Names among `rows` that may be left out. Default: none. */
  readonly optional?: readonly string[];
}

/** What is computed over rows 0 … count − 1; `inputs` are of a batch that starts at row `from`. */
export interface Over<I extends TensorRecord> {
  readonly count: number;
  readonly key: HostKey;
  /** Disposed after the batch. */
  readonly inputs: (from: number) => I;
}

/** Runs a model's programs over any number of rows. */
export class Batches {
  /** Rows of each batch. */
  readonly batch: number;
  readonly #kind;

  constructor(readonly parts: Drawable & { readonly engine: Engine }) {
    this.#kind = kindOf(parts.sample);
    this.batch = this.#kind.rowsAtOnce(parts.sample);
  }

  /**
   * Calls `compute` a batch at a time, and returns the tensors that it gives, row-major, by name.
   * @throws ContractError where one has another shape than it should
   */
  async over<I extends TensorRecord>(
    compute: (inputs: I, key: tf.Tensor1D) => TensorRecord,
    options: Over<I> & { readonly gives: Gives },
  ): Promise<HostValues> {
    const { what, rows, optional = [] } = options.gives;
    const data: Record<string, Float32Array | Int32Array> = {};
    for (let from = 0; from < options.count; from += this.batch) {
      const inputs = options.inputs(from);
      const key = keyTensor(options.key);
      const found = compute(inputs, key);
      for (const [name, row] of Object.entries(rows)) {
        const tensor = found[name] as tf.Tensor | undefined;
        if (tensor === undefined && optional.includes(name)) continue;
        if (tensor === undefined) {
          const given = leaves(found).map(([path]) => path).join(", ");
          throw new ContractError(`${this.parts.label}: ${what} gives ${given}, no ${name}`);
        }
        const promised = { where: `${this.parts.label}: ${what}`, shape: [this.batch, ...row] };
        requireShape(tensor.shape, promised, this.#kind.shapeHint);
        const values = await this.parts.engine.read(tensor);
        const size = values.length / this.batch;
        data[name] ??= new (values.constructor as Float32ArrayConstructor)(options.count * size);
        const rest = Math.min(this.batch, options.count - from);
        data[name].set(values.subarray(0, rest * size), from * size);
      }
      disposeTree(found);
      disposeTree(inputs);
      key.dispose();
    }
    for (const name of Object.keys(rows)) {
      if (!optional.includes(name)) data[name] ??= new Float32Array(0);
    }
    return data;
  }

  /** Calls `program` and returns its named output, row-major. */
  async rows(
    program: string,
    output: string,
    options: Over<TensorRecord> & { readonly row: readonly number[] },
  ): Promise<Float32Array | Int32Array> {
    const { programs, state, label } = this.parts;
    const gives = { what: `${program}'s ${output}`, rows: { [output]: options.row } };
    const found = await this.over((inputs: TensorRecord, key) => {
      const outputs = programs.run(program, state, { inputs, key });
      const found = outputs[output] as tf.Tensor | undefined;
      if (found === undefined) {
        throw new ContractError(
          `${label}: ${program} gives ${leaves(outputs).map(([p]) => p).join(", ")}, no ${output}`,
        );
      }
      disposeTree(outputs, new Set([found]));
      return { [output]: found };
    }, { ...options, gives });
    return found[output];
  }

  /** Samples that `compute` gives, as the host has them. */
  async drawn<I extends TensorRecord>(
    what: string,
    compute: (inputs: I, key: tf.Tensor1D) => TensorRecord,
    options: Over<I>,
  ): Promise<Samples> {
    const { sample, label } = this.parts;
    const gives = { what, rows: this.#kind.tensors(sample) };
    const { count, inputs } = options, most = PIECE * this.batch, parts: Samples[] = [];
    for (let from = 0; from === 0 || from < count; from += most) {
      const values = await this.over(compute, {
        ...options,
        count: Math.min(most, count - from),
        inputs: (at) => inputs(from + at),
        gives,
      });
      requireSamples(values, { where: `${label}: ${what}`, sample });
      parts.push(this.#kind.download(sample, values));
    }
    return parts.length === 1 ? parts[0] : this.#kind.concat(parts);
  }

  /** Inputs of a batch of samples; the last sample is repeated where they end. */
  samples(samples: Samples): (from: number) => TensorRecord {
    const { engine } = this.parts;
    return (from) => {
      const rows = Int32Array.from(
        { length: this.batch },
        (_, i) => Math.min(from + i, samples.count - 1),
      );
      return this.#kind.upload(engine, this.#kind.gather(samples, rows));
    };
  }
}
