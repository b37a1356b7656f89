/**
 * Composing TensorFlow ops below tfjs, in types that tfjs doesn't have (uint64, float64). What a
 * composition makes on the way is freed.
 * @module
 */
import type { Binding, Metadata } from "../trace/binding.ts";
import type { TensorValues } from "../capi/tensors.ts";
import { type Attribute, attribute, DTYPE, type Dtype } from "../capi/types.ts";

/** A tensor of a composition. */
export type Id = number;

/** Ops of one composition; see `compose`. */
export class Ops {
  readonly #binding: Binding;
  readonly #made = new Map<Id, Metadata>();

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  /** Runs an op with one output. */
  run(name: string, inputs: readonly Id[], attributes: readonly Attribute[]): Id {
    const [made] = this.#binding.executeOp(name, attributes, inputs, 1);
    this.#made.set(made.id, made);
    return made.id;
  }

  /** Takes over a tensor that was made elsewhere. */
  own(made: Metadata): Id {
    this.#made.set(made.id, made);
    return made.id;
  }

  /** Runs an op whose only attribute is its inputs' type T. */
  typed(name: string, dtype: Dtype, ...inputs: Id[]): Id {
    return this.run(name, inputs, [attribute.type("T", dtype)]);
  }

  /** A constant. */
  constant(dtype: Dtype, shape: readonly number[], values: TensorValues): Id {
    const id = this.#binding.createTensor([...shape], dtype, values);
    this.#made.set(id, { id, dtype, shape: [...shape] });
    return id;
  }

  /** A whole number as uint64. */
  uint64(value: bigint): Id {
    return this.constant(DTYPE.UINT64, [], BigUint64Array.of(value));
  }

  /** A number as float64. */
  double(value: number): Id {
    return this.constant(DTYPE.DOUBLE, [], Float64Array.of(value));
  }

  /** Whole numbers as int32, e.g. a shape or an axis. */
  ints(...values: number[]): Id {
    return this.constant(DTYPE.INT32, [values.length], Int32Array.from(values));
  }

  /** One whole number as an int32 scalar. */
  int(value: number): Id {
    return this.constant(DTYPE.INT32, [], Int32Array.of(value));
  }

  cast(x: Id, from: Dtype, to: Dtype): Id {
    return this.run("Cast", [x], [attribute.type("SrcT", from), attribute.type("DstT", to)]);
  }

  /** The same bytes as another type. */
  bitcast(x: Id, from: Dtype, to: Dtype): Id {
    return this.run("Bitcast", [x], [attribute.type("T", from), attribute.type("type", to)]);
  }

  reshape(x: Id, dtype: Dtype, shape: readonly number[]): Id {
    return this.run("Reshape", [x, this.ints(...shape)], [
      attribute.type("T", dtype),
      attribute.type("Tshape", DTYPE.INT32),
    ]);
  }

  /** Stacks tensors of one shape along a new axis. */
  stack(xs: readonly Id[], dtype: Dtype, axis: number): Id {
    return this.run("Pack", xs, [
      attribute.int("N", xs.length),
      attribute.type("T", dtype),
      attribute.int("axis", axis),
    ]);
  }

  slice(x: Id, dtype: Dtype, { begin, size }: { begin: number[]; size: number[] }): Id {
    return this.run("Slice", [x, this.ints(...begin), this.ints(...size)], [
      attribute.type("T", dtype),
      attribute.type("Index", DTYPE.INT32),
    ]);
  }

  /** Max, Sum, … over one axis, which stays with side 1. */
  reduce(name: string, x: Id, { dtype, axis }: { dtype: Dtype; axis: number }): Id {
    return this.run(name, [x, this.ints(axis)], [
      attribute.bool("keep_dims", true),
      attribute.type("T", dtype),
      attribute.type("Tidx", DTYPE.INT32),
    ]);
  }

  /** Frees all but `results`, and tells what they are. */
  end(results: readonly Id[]): Metadata[] {
    const kept = new Set(results);
    for (const id of this.#made.keys()) if (!kept.has(id)) this.#binding.deleteTensor(id);
    return results.map((id) => this.#made.get(id)!);
  }
}

/** Runs a composition; the results are the caller's. */
export function compose(binding: Binding, body: (ops: Ops) => readonly Id[]): Metadata[] {
  const ops = new Ops(binding);
  let results: readonly Id[];
  try {
    results = body(ops);
  } catch (error) {
    ops.end([]);
    throw error;
  }
  return ops.end(results);
}
