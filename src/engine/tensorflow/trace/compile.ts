/**
 * Programs as TensorFlow functions: traced abstractly, once for each set of shapes, then called with
 * the state's variables and the inputs.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { CompileMode, CompileOptions, Program } from "../../engine.ts";
import type { Key } from "../../../random/mod.ts";
import { countOwn, flopsApart } from "../../tfjs/flops.ts";
import { InputSignature, StateSignature } from "../../tfjs/signature.ts";
import { fillTree, tensorsOf, type TensorTree, type Tree } from "../../tree.ts";
import type { TensorflowBackend } from "../backend.ts";
import { type Captured, captureProgram } from "./capture.ts";
import { functionAttributes } from "../capi/function_options.ts";
import type { Pointer } from "../capi/library.ts";
import { Variable } from "../capi/variable.ts";

/** Sets of shapes of one program at which it warns, and at which it stops. */
const WARN_SHAPES = 8;
const MOST_SHAPES = 64;

/** Arguments of one call, flat. */
interface Call {
  readonly state: readonly tf.Tensor[];
  readonly rest: readonly tf.Tensor[];
}

/** What a compiler shares among its programs. */
export interface CompilerOptions {
  readonly precision: "float32" | "bfloat16";
  /** Told when something is worth a person's attention. */
  readonly warn: (message: string) => void;
}

/** A state leaf for a call: the tensor that will hold its next value, and its function argument. */
interface Leaf {
  readonly tensor: tf.Tensor;
  readonly variable: Variable;
}

/** See the module. */
export class Compiler {
  readonly #backend: TensorflowBackend;
  readonly #options: CompilerOptions;
  #made = 0;

  constructor(backend: TensorflowBackend, options: CompilerOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** See `Engine.compile`. */
  compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
    program: Program<S, I, O>,
    { name, donate = false, mode = "graph" }: Omit<CompileOptions, "mode"> & {
      readonly mode?: CompileMode;
    },
  ): Program<S, I, O> {
    const attributes = functionAttributes(this.#options.precision);
    const captured = new Map<string, Captured>();
    const states = new StateSignature();
    const known = new InputSignature();
    return (state: S, inputs: I, key: Key): [S, O] => {
      const [shapes, given] = known.of(inputs);
      const call = { state: tensorsOf(state), rest: [...given, key as tf.Tensor] };
      const signature = `${states.of(state, call.state)}|${shapes}`;
      try {
        let fn = captured.get(signature);
        const trace = (expected?: Captured) => {
          const id = `${name.replaceAll(/\W+/g, "_")}_${this.#made++}`;
          return captureProgram(this.#backend, program as unknown as Program, {
            state,
            inputs,
            key,
            name: id,
            donate,
            mode,
            attributes,
            expected: expected?.steps,
          });
        };
        if (fn === undefined) {
          this.#checkShapes(captured.size, name);
          fn = this.#capture(trace);
          captured.set(signature, fn);
        } else if (fn.calls === 1) {
          // The second call has another batch, key and step: what is then traced otherwise was
          // frozen into the first.
          flopsApart(() => trace(fn));
        }
        const result = this.#call(fn, call, donate);
        fn.calls++;
        return result as unknown as [S, O];
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`program ${name}: ${message}`, { cause });
      }
    };
  }

  #capture(trace: () => Captured): Captured {
    let fn: Captured | undefined;
    const flops = flopsApart(() => fn = trace());
    fn!.flops = flops;
    return fn!;
  }

  #checkShapes(known: number, name: string): void {
    if (known === MOST_SHAPES) {
      throw new Error(
        `it has been captured for ${MOST_SHAPES} sets of shapes already; pad its inputs to a few ` +
          "sizes, or mark it `reshape` so that it runs uncompiled",
      );
    }
    if (known === WARN_SHAPES) {
      this.#options.warn(
        `program ${name} is captured for its ${known + 1}th set of shapes, which takes time for ` +
          "each; pad its inputs to fewer sizes, or mark it `reshape`",
      );
    }
  }

  /** The leaf's variable, where nothing else holds it; else a new one that shares its bytes. */
  #leaf(tensor: tf.Tensor): Leaf {
    const { binding, tensorMap } = this.#backend;
    const stored = tensorMap.get(tensor.dataId);
    const id = stored.values === null ? stored.id : this.#backend.idOf(tensor);
    const entry = binding.entry(id);
    if (entry.kind === "variable" && stored.refCount === 1) {
      return { tensor, variable: entry.variable };
    }
    const { dtype, shape } = stored;
    const variable = new Variable(binding.context, { dtype, shape }, binding.pointer(id));
    const next = binding.add({ kind: "variable", variable });
    return {
      tensor: this.#backend.createOutputTensor({ id: next, dtype, shape: tensor.shape }),
      variable,
    };
  }

  #call(fn: Captured, { state, rest }: Call, donate: boolean): [Tree<tf.Tensor>, Tree<tf.Tensor>] {
    const { binding } = this.#backend;
    const leaves = new Map<number, Leaf>();
    const fresh: tf.Tensor[] = [];
    try {
      const pointers: Pointer[] = [];
      for (const argument of fn.arguments) {
        if (argument.kind === "rest") {
          pointers.push(binding.pointer(this.#backend.idOf(rest[argument.at])));
        } else if (argument.kind === "outside") pointers.push(binding.pointer(argument.id));
        else if (!donate) pointers.push(binding.pointer(this.#backend.idOf(state[argument.at])));
        else {
          const leaf = this.#leaf(state[argument.at]);
          if (leaf.tensor !== state[argument.at]) fresh.push(leaf.tensor);
          leaves.set(argument.at, leaf);
          pointers.push(leaf.variable.resource);
        }
      }
      const handles = binding.context.execute(fn.name, {
        attributes: fn.attributes,
        inputs: pointers,
      }, { outputs: fn.outputs, device: binding.context.device.name });
      for (const { variable } of leaves.values()) variable.changed();
      countOwn(fn.flops);
      const results = handles.map((handle) =>
        this.#backend.createOutputTensor(binding.hold(handle))
      );
      const used = new Set<number>();
      const pick = (at: number): tf.Tensor => {
        const source = fn.results[at];
        if (source.kind === "output") {
          if (used.has(source.at)) return tf.clone(results[source.at]);
          used.add(source.at);
          return results[source.at];
        }
        const tensor = source.kind === "rest"
          ? rest[source.at]
          : leaves.get(source.at)?.tensor ?? state[source.at];
        return donate && source.kind === "state" ? tensor : tf.clone(tensor);
      };
      const built = fn.trees.map((tree) => fillTree(tree, pick)) as [
        Tree<tf.Tensor>,
        Tree<tf.Tensor>,
      ];
      if (donate) this.#free(state, built[0]);
      return built;
    } catch (error) {
      tf.dispose(fresh);
      throw error;
    }
  }

  /** Frees what of a donated state the next one doesn't hold. */
  #free(state: readonly tf.Tensor[], next: Tree<tf.Tensor>): void {
    const kept = new Set(tensorsOf(next as TensorTree));
    for (const leaf of state) if (!kept.has(leaf) && !leaf.isDisposed) leaf.dispose();
  }
}
