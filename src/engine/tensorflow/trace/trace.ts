/**
 * Abstract tracing: a program's ops become a graph's nodes, with TensorFlow's own shape inference
 * and no value computed. What is the same need not be added twice: constants, and small results of
 * the same op on the same inputs.
 * @module
 */
import type { Entries, Entry, Symbolic } from "./entry.ts";
import { Graph, type Node, type NodeSpec, type Output } from "../capi/graph.ts";
import type { Pointer } from "../capi/library.ts";
import type { TensorValues } from "../capi/tensors.ts";
import { type Attribute, attribute, DTYPE, type Dtype, dtypeName } from "../capi/types.ts";

/** An argument of the program as a trace sees it. */
interface Argument {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Whether it lives in a variable, which the program may change. */
  readonly variable: boolean;
  /** The function's argument, once the program has touched it. */
  placeholder?: Output;
  /** The value at the call's start, once it was needed. */
  initial?: Symbolic;
  /** The last node that read or wrote the variable: the next waits for it. */
  last?: Pointer;
  /** The first that wrote it: readings of the value before it come before it. */
  firstWrite?: Pointer;
  /** The value after the last update in place, where there was one. */
  current?: Symbolic;
}

/** Results up to this many numbers are shared; larger ones are computed again, which holds less memory. */
const SHARED_SIZE = 4096;
/** Constants of one value and at least this many numbers are written as that value and a shape. */
const FILL_SIZE = 16;

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** The one number that all are, or undefined. */
function uniform(values: TensorValues): number | undefined {
  const numbers = values as ArrayLike<number>;
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], numbers[0])) return undefined;
  return numbers[0];
}

/** Text that is equal for equal values alone. */
function fingerprint(values: TensorValues): string {
  if (!ArrayBuffer.isView(values)) return JSON.stringify(values.map((v) => String(v)));
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (bytes.length <= 64) return bytes.join();
  // Two FNV-1a sums of 32 bits, forward and backward.
  let [a, b] = [0x811c9dc5, 0x811c9dc5];
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i], 0x01000193);
    b = Math.imul(b ^ bytes[bytes.length - 1 - i], 0x01000193);
  }
  return `${bytes.length}:${a >>> 0}:${b >>> 0}`;
}

/** A step of a trace: what it did, comparable with another trace's. */
type Step = string;

/** Where the running program is: the nearest line outside the engine, tfjs and the layers. */
function callerLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const own = lines.find((line) =>
    line.includes("file://") && !/\/src\/(engine|nn)\/|\/node_modules\//.test(line)
  );
  return own?.trim().replace(/^at (async )?/, "").replace("file://", "") ?? "an unknown line";
}

/** A traced program differs between two calls. */
export class FrozenValueError extends Error {
  override readonly name = "FrozenValueError";
}

/** See the module. */
export class Trace {
  readonly graph: Graph;
  readonly #binding: Entries;
  readonly #constants = new Map<string, Symbolic>();
  readonly #results = new Map<string, Symbolic[]>();
  readonly #captured = new Map<number, Symbolic>();
  readonly #arguments = new Map<Symbolic, Argument>();
  readonly #numbers = new Map<Output, string>();
  readonly #writes: Pointer[] = [];
  readonly #steps: Step[] = [];
  readonly #expected: readonly Step[] | undefined;

  /**
   * @param expected the steps of an earlier trace; a step that differs throws at once, in the line
   *   of the program that made it
   */
  constructor(binding: Entries, expected?: readonly Step[]) {
    this.#binding = binding;
    this.graph = new Graph(binding.context.library);
    this.#expected = expected;
  }

  /** Throws where the program did less than in the trace before. */
  checkWhole(): void {
    if (this.#expected === undefined || this.#expected.length === this.#steps.length) return;
    this.#step(`the end after ${this.#steps.length} steps`);
  }

  /** What the program did, in order. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** Nodes that must run at every call, though no output hangs on them. */
  get writes(): readonly Pointer[] {
    return this.#writes;
  }

  /** Tensors from outside that the program uses, with the placeholders that stand for them. */
  get captured(): readonly (readonly [id: number, placeholder: Output])[] {
    return [...this.#captured].map(([id, { output }]) => [id, output]);
  }

  #symbolic(output: Output): Symbolic {
    return { kind: "symbolic", trace: this, output };
  }

  #number(output: Output): string {
    let number = this.#numbers.get(output);
    if (number === undefined) {
      number = `%${this.#numbers.size}`;
      this.#numbers.set(output, number);
    }
    return number;
  }

  #step(step: Step): void {
    const expected = this.#expected?.[this.#steps.length];
    if (this.#expected !== undefined && expected !== step) {
      const constant = step.startsWith("constant") && expected?.startsWith("constant");
      throw new FrozenValueError(
        `${constant ? "a constant" : "what is computed"} changes from call to call at ` +
          `${callerLine()}: a compiled program would keep the first call's forever. ` +
          "Pass what changes (a step number, a rate, noise, a choice) as an input tensor, or draw " +
          "it from the key",
      );
    }
    this.#steps.push(step);
  }

  /**
   * An argument of the program. It becomes one of the function when it is first used.
   * @param variable whether it is a leaf of a state that lives in a variable
   */
  argument(type: { dtype: Dtype; shape: readonly number[] }, variable = false): Symbolic {
    const nowhere = { operation: null, index: 0, ...type };
    const symbolic = this.#symbolic(nowhere);
    this.#arguments.set(symbolic, { ...type, variable });
    return symbolic;
  }

  /** The function's argument for one of the program's, if the program has touched it. */
  touched(argument: Symbolic): Output | undefined {
    return this.#arguments.get(argument)?.placeholder;
  }

  #touch(argument: Argument): Output {
    argument.placeholder ??= argument.variable
      ? this.graph.variable(argument)
      : this.graph.placeholder(argument);
    return argument.placeholder;
  }

  /** An argument's value at the call's start. */
  #initial(argument: Argument): Symbolic {
    if (argument.initial === undefined) {
      const placeholder = this.#touch(argument);
      if (argument.variable) {
        const { firstWrite, last } = argument;
        if (firstWrite !== undefined) argument.last = undefined;
        argument.initial = this.#read(argument);
        if (firstWrite !== undefined) {
          this.graph.runBefore(argument.last!, firstWrite);
          argument.last = last;
        }
      } else {
        this.#number(placeholder);
        argument.initial = this.#symbolic(placeholder);
      }
    }
    return argument.initial;
  }

  /** Reads a variable behind its last write. */
  #read(argument: Argument): Symbolic {
    const { outputs: [value], operation } = this.graph.add("ReadVariableOp", {
      inputs: [this.#touch(argument)],
      attributes: [attribute.type("dtype", argument.dtype)],
      after: argument.last === undefined ? [] : [argument.last],
    });
    argument.last = operation;
    const read = this.#symbolic(value);
    this.#number(read.output);
    return read;
  }

  /** A constant. */
  constant(type: { dtype: Dtype; shape: readonly number[] }, values: TensorValues): Symbolic {
    const key = `constant ${type.dtype} [${type.shape}] ${fingerprint(values)}`;
    this.#step(key);
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const made = this.#symbolic(this.#constant(type, values));
    this.#number(made.output);
    this.#constants.set(key, made);
    return made;
  }

  #constant(type: { dtype: Dtype; shape: readonly number[] }, values: TensorValues): Output {
    const numeric = type.dtype === DTYPE.FLOAT || type.dtype === DTYPE.INT32;
    const one = numeric && sizeOf(type.shape) >= FILL_SIZE ? uniform(values) : undefined;
    if (one === undefined) return this.graph.constant(type, values);
    const array = type.dtype === DTYPE.FLOAT ? Float32Array.of(one) : Int32Array.of(one);
    const dims = { dtype: DTYPE.INT32, shape: [type.shape.length] };
    return this.graph.add("Fill", {
      inputs: [
        this.graph.constant(dims, Int32Array.from(type.shape)),
        this.graph.constant({ dtype: type.dtype, shape: [] }, array),
      ],
      attributes: [
        attribute.type("T", type.dtype),
        attribute.type("index_type", DTYPE.INT32),
      ],
    }).outputs[0];
  }

  /** The edge that a tensor is in this graph. */
  edge(id: number): Symbolic {
    const entry: Entry = this.#binding.entry(id);
    if (entry.kind === "symbolic") return this.valueOf(entry);
    // From outside: passed in at each call, so that it may be large and is not copied.
    let placeholder = this.#captured.get(id);
    if (placeholder === undefined) {
      const { context } = this.#binding;
      const handle = this.#binding.pointer(id);
      const type = { dtype: context.dtypeOf(handle), shape: context.shapeOf(handle) };
      placeholder = this.valueOf(this.argument(type));
      this.#captured.set(id, placeholder);
    }
    return placeholder;
  }

  /** An edge for a symbolic tensor: itself, or an argument's value at the call's start. */
  valueOf(symbolic: Symbolic): Symbolic {
    if (symbolic.trace !== this) throw new Error("a tensor of another traced program is used");
    const argument = this.#arguments.get(symbolic);
    return argument === undefined ? symbolic : this.#initial(argument);
  }

  /** Writes variables at the end of the call, each unless it already holds its value. */
  assign(pairs: readonly (readonly [variable: Symbolic, value: Symbolic])[]): void {
    // All values first: one may be another variable's from before its write.
    const values = pairs.map(([, value]) => this.valueOf(value));
    pairs.forEach(([symbolic], i) => {
      const argument = this.#arguments.get(symbolic)!;
      if (values[i] === (argument.current ?? argument.initial)) return;
      const { operation } = this.graph.add("AssignVariableOp", {
        inputs: [this.#touch(argument), values[i].output],
        attributes: [attribute.type("dtype", argument.dtype)],
        after: argument.last === undefined ? [] : [argument.last],
      });
      argument.last = operation;
      argument.firstWrite ??= operation;
      this.#writes.push(operation);
    });
  }

  /** The variable whose value at the call's start a tensor is, if nothing has updated it yet. */
  ownVariable(id: number): Symbolic | undefined {
    const entry = this.#binding.entry(id);
    if (entry.kind !== "symbolic") return undefined;
    const argument = this.#arguments.get(entry);
    return argument?.variable && argument.current === undefined ? entry : undefined;
  }

  /**
   * Adds an op that updates variables in place (its first inputs), after all that read them before.
   * @returns the variables' values afterwards
   */
  update(
    name: string,
    variables: readonly Symbolic[],
    call: { attributes: readonly Attribute[]; inputs: readonly number[] },
  ): Symbolic[] {
    const targets = variables.map((variable) => this.#arguments.get(variable)!);
    const inputs = call.inputs.map((id) => this.edge(id).output);
    const places = targets.map((target) => this.#touch(target));
    const numbers = [...places, ...inputs].map((input) => this.#number(input)).join();
    this.#step(`${name} ${JSON.stringify(call.attributes)} ${numbers}`);
    const { operation } = this.graph.add(name, {
      attributes: call.attributes,
      inputs: [...places, ...inputs],
      after: targets.flatMap(({ last }) => last === undefined ? [] : [last]),
    });
    this.#writes.push(operation);
    return targets.map((target) => {
      target.last = operation;
      target.firstWrite ??= operation;
      target.current = this.#read(target);
      return target.current;
    });
  }

  /** Adds an op's node, or finds it where its result is small and already there. */
  op(
    name: string,
    call: { attributes: readonly Attribute[]; inputs: readonly number[] },
  ): readonly Symbolic[] {
    const inputs = call.inputs.map((id) => this.edge(id).output);
    const numbers = inputs.map((input) => this.#number(input)).join();
    const key = `${name} ${JSON.stringify(call.attributes)} ${numbers}`;
    this.#step(key);
    const known = this.#results.get(key);
    if (known !== undefined) return known;
    const results = this.#add(name, { attributes: call.attributes, inputs });
    if (results.every(({ output }) => sizeOf(output.shape) <= SHARED_SIZE)) {
      this.#results.set(key, results);
    }
    return results;
  }

  #add(name: string, spec: NodeSpec): Symbolic[] {
    const { outputs }: Node = this.graph.add(name, spec);
    for (const { shape } of outputs) {
      if (shape.every((side) => side >= 0)) continue;
      const inputs = (spec.inputs ?? []).map(({ dtype, shape }) =>
        `${dtypeName(dtype)} [${shape}]`
      );
      throw new Error(
        `${name}(${inputs.join(", ")}) has a result whose shape depends on values; compiled ` +
          "programs have static shapes. Mask instead of selecting, or mark the program `reshape`",
      );
    }
    return outputs.map((output) => {
      this.#number(output);
      return this.#symbolic(output);
    });
  }

  /** Frees the graph. */
  close(): void {
    this.graph.close();
  }
}
