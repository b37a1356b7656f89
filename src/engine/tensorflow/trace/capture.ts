/**
 * One capture of a program: its trace, the function made of it, and how a call's tensors map to the
 * function's arguments and its results to the program's.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { CompileMode, Program } from "../../engine.ts";
import type { Key } from "../../../random/mod.ts";
import {
  leaves,
  mapTree,
  type Slot,
  templateOf,
  tensorsOf,
  type TensorTree,
  type Tree,
} from "../../tree.ts";
import type { TensorflowBackend } from "../backend.ts";
import type { Output } from "../capi/graph.ts";
import { cString, type Library, type Pointer } from "../capi/library.ts";
import { Trace } from "./trace.ts";
import type { Symbolic } from "./entry.ts";
import type { Attribute } from "../capi/types.ts";

/** Where a function's argument comes from: a leaf of the state, of inputs and key, or outside. */
export type Argument =
  | { readonly kind: "state" | "rest"; readonly at: number }
  | { readonly kind: "outside"; readonly id: number };

/** Where a leaf of the result comes from: an output, or an argument handed on. */
export interface Source {
  readonly kind: "output" | "state" | "rest";
  readonly at: number;
}

/** See the module. */
export interface Captured {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly arguments: readonly Argument[];
  readonly outputs: number;
  readonly results: readonly Source[];
  /** Next state and outputs, their leaves slots. */
  readonly trees: readonly [Tree<Slot>, Tree<Slot>];
  /** What the program did; see `Trace`. */
  readonly steps: readonly string[];
  /** Nodes of the graph. */
  readonly nodes: number;
  /** Floating-point operations of a call. */
  flops: number;
  /** Calls so far. */
  calls: number;
}

/** What is captured, and how. */
export interface CaptureOptions {
  readonly state: TensorTree;
  readonly inputs: TensorTree;
  readonly key: Key;
  readonly name: string;
  /** Whether the state lives in variables that the program may change. */
  readonly donate: boolean;
  /** Steps of an earlier capture: only compare with them, make no function. */
  readonly expected?: readonly string[];
}

/** Marks a function for XLA: AttrValue { b: true }. */
function compileWithXla(library: Library, fn: Pointer): void {
  const { c, status } = library;
  const yes = Uint8Array.of(5 << 3, 1);
  c.TF_FunctionSetAttrValueProto(fn, cString("_XlaMustCompile"), yes, 2n, status);
  library.check("marking a function for XLA");
}

/** The program as it was traced. */
interface Traced {
  readonly state: readonly (readonly [path: string, symbolic: Symbolic])[];
  readonly rest: readonly Symbolic[];
  /** Leaves of the next state by their paths, then those of the outputs. */
  readonly next: readonly (readonly [path: string, symbolic: Symbolic])[];
  readonly outputs: readonly Symbolic[];
  readonly trees: readonly [Tree<Slot>, Tree<Slot>];
}

/** A tree of tensors that stand for a tree of arguments. */
function standIn<T extends TensorTree>(
  backend: TensorflowBackend,
  tree: T,
  { trace, variable }: { trace: Trace; variable: boolean },
): { tree: T; symbols: Symbolic[] } {
  const symbols: Symbolic[] = [];
  const stand = mapTree(tree, (t) => {
    const { dtype } = backend.tensorMap.get(t.dataId);
    const symbolic = trace.argument({ dtype, shape: t.shape }, variable);
    symbols.push(symbolic);
    return backend.createOutputTensor({ id: backend.binding.add(symbolic), dtype, shape: t.shape });
  }) as unknown as T;
  return { tree: stand, symbols };
}

/** Runs the program on stand-ins; must be called while tracing, inside a tidy. */
function runTraced(
  backend: TensorflowBackend,
  program: Program,
  { trace, options }: { trace: Trace; options: CaptureOptions },
): Traced {
  const state = standIn(backend, options.state, { trace, variable: options.donate });
  const inputs = standIn(backend, options.inputs, { trace, variable: false });
  const key = standIn(backend, options.key as TensorTree, { trace, variable: false });
  const [next, outputs] = program(state.tree, inputs.tree, key.tree as Key);
  const symbolOf = (t: tf.Tensor): Symbolic => {
    const id = backend.idOf(t);
    const entry = backend.binding.entry(id);
    return entry.kind === "symbolic" ? entry : trace.edge(id);
  };
  const states = tensorsOf(next).length;
  return {
    state: leaves(options.state).map(([path], i) => [path, state.symbols[i]]),
    rest: [...inputs.symbols, ...key.symbols],
    next: leaves(next).map(([path, t]) => [path, symbolOf(t)]),
    outputs: tensorsOf(outputs).map(symbolOf),
    trees: [templateOf(next), templateOf(outputs, states)],
  };
}

function sameType(a: Symbolic, b: Symbolic): boolean {
  return a.output.dtype === b.output.dtype && `${a.output.shape}` === `${b.output.shape}`;
}

/** What becomes of each leaf of the result: variables are assigned, the rest is returned. */
function resolve(trace: Trace, traced: Traced, donate: boolean) {
  const outputs: Output[] = [];
  const writes: [Symbolic, Symbolic][] = [];
  const returned = (symbolic: Symbolic): Source => {
    const { output } = trace.valueOf(symbolic);
    const known = outputs.indexOf(output);
    return { kind: "output", at: known >= 0 ? known : outputs.push(output) - 1 };
  };
  const states = new Map(traced.state.map(([path, symbolic], at) => [path, { symbolic, at }]));
  const argumentOf = new Map<Symbolic, Source>([
    ...traced.rest.map((s, at) => [s, { kind: "rest", at }] as const),
    ...donate ? [] : traced.state.map(([, s], at) => [s, { kind: "state", at }] as const),
  ]);
  const next = traced.next.map(([path, symbolic]): Source => {
    const target = states.get(path);
    if (donate && target !== undefined && sameType(target.symbolic, symbolic)) {
      if (target.symbolic !== symbolic) writes.push([target.symbolic, symbolic]);
      return { kind: "state", at: target.at };
    }
    return argumentOf.get(symbolic) ?? returned(symbolic);
  });
  const results = traced.outputs.map((symbolic) => argumentOf.get(symbolic) ?? returned(symbolic));
  // Outputs are read first: they have the values from before the writes.
  trace.assign(writes);
  return { outputs, results: [...next, ...results] };
}

/** A traced program with its function's arguments and results. */
export interface TracedProgram {
  readonly trace: Trace;
  readonly arguments: readonly Argument[];
  /** The graph's argument for each of `arguments`. */
  readonly inputs: readonly Output[];
  /** Handles of this call's arguments, where they are not variables. */
  readonly pointers: readonly Pointer[];
  readonly outputs: readonly Output[];
  readonly results: readonly Source[];
  readonly trees: readonly [Tree<Slot>, Tree<Slot>];
}

/**
 * Traces `program` on tensors of the shapes given. The caller closes the trace.
 * @throws Error if it leaves tensors behind, or FrozenValueError if it isn't as expected
 */
export function traceProgram(
  backend: TensorflowBackend,
  program: Program,
  options: CaptureOptions,
): TracedProgram {
  const { binding } = backend;
  const state = tensorsOf(options.state);
  const rest = [...tensorsOf(options.inputs), options.key];
  // Values still on the host belong to this call, not to the graph.
  for (const t of [...state, ...rest]) backend.idOf(t);
  const trace = new Trace(binding, options.expected);
  try {
    const before = tf.memory().numTensors;
    let traced: Traced | undefined;
    binding.tracing(trace, () =>
      tf.tidy(() => {
        traced = runTraced(backend, program, { trace, options });
      }));
    const leaked = tf.memory().numTensors - before;
    if (leaked > 0) {
      throw new Error(`it leaves ${leaked} tensors behind; tf.keep has no place in it`);
    }
    trace.checkWhole();
    const { outputs, results } = resolve(trace, traced!, options.donate);
    const used: { argument: Argument; input: Output; pointer: Pointer }[] = [];
    const use = (argument: Argument, input: Output | undefined, id: () => number) => {
      if (input !== undefined) used.push({ argument, input, pointer: binding.pointer(id()) });
    };
    traced!.state.forEach(([, s], at) =>
      use({ kind: "state", at }, trace.touched(s), () => backend.idOf(state[at]))
    );
    traced!.rest.forEach((s, at) =>
      use({ kind: "rest", at }, trace.touched(s), () => backend.idOf(rest[at]))
    );
    for (const [id, input] of trace.captured) use({ kind: "outside", id }, input, () => id);
    return {
      trace,
      arguments: used.map(({ argument }) => argument),
      inputs: used.map(({ input }) => input),
      pointers: used.map(({ pointer }) => pointer),
      outputs,
      results,
      trees: traced!.trees,
    };
  } catch (error) {
    trace.close();
    throw error;
  }
}

/** Traces `program`, and makes a function of it unless it only compares. */
export function captureProgram(
  backend: TensorflowBackend,
  program: Program,
  options: CaptureOptions & {
    readonly mode: CompileMode;
    readonly attributes: readonly Attribute[];
  },
): Captured {
  const { context } = backend.binding;
  const traced = traceProgram(backend, program, options);
  const { trace, inputs, outputs } = traced;
  try {
    if (options.expected === undefined) {
      const fn = trace.graph.toFunction(options.name, { inputs, outputs, control: trace.writes });
      if (options.mode === "xla") compileWithXla(context.library, fn);
      context.addFunction(fn, options.name);
      context.library.c.TF_DeleteFunction(fn);
    }
    return {
      name: options.name,
      attributes: options.attributes,
      arguments: traced.arguments,
      outputs: outputs.length,
      results: traced.results,
      trees: traced.trees,
      steps: trace.steps,
      nodes: trace.graph.size,
      flops: 0,
      calls: 0,
    };
  } finally {
    trace.close();
  }
}
