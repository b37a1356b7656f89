/**
 * The boundary between models and what computes them. Models are pure functions on the tfjs API. An
 * engine compiles them, moves arrays in and out, and says what it is and what it promises.
 * @module
 */
import type { Key } from "../random/mod.ts";
import type * as tf from "@tensorflow/tfjs";
import type { TensorTree } from "./tree.ts";

/** Names of the engines; `auto` is a choice among them, not an engine. */
export type EngineName = "wasm" | "tensorflow" | "webgpu";

/**
 * A pure function of static shape: state, inputs and key in; next state and outputs out.
 * No I/O, no clock, no host read, no randomness but the key's.
 */
export type Program<
  S extends TensorTree = TensorTree,
  I extends TensorTree = TensorTree,
  O extends TensorTree = TensorTree,
> = (state: S, inputs: I, key: Key) => [state: S, outputs: O];

/** How a captured program is run: by the engine's own executor, or compiled as a whole by XLA. */
export type CompileMode = "graph" | "xla";

/**
 * Choices that change an engine's bits, so that a plan pins them. An engine takes those that it
 * knows; wasm and webgpu know none.
 */
export interface EngineSettings {
  /** Threads that an operation may use. */
  readonly threads?: number;
  /** bfloat16: products and convolutions in it, weights and sums in float32. */
  readonly precision?: "float32" | "bfloat16";
  /** How training programs are run. */
  readonly compile?: CompileMode;
}

/** What `compile` may assume. */
export interface CompileOptions {
  /** For messages and profiles. */
  readonly name: string;
  /** The caller gives the state away: after a call the state passed in may no longer be used. */
  readonly donate?: boolean;
  /**
   * How to run it, where the engine has a choice. Default: graph. `eager`: operation by operation, so that
   * the host may compute some of them.
   */
  readonly mode?: CompileMode | "eager";
  /** Shapes change from call to call (densification): run eagerly, never captured. */
  readonly reshape?: boolean;
}

/** Who computed a number: everything that can change its bits or its speed. */
export interface EngineIdentity {
  readonly name: EngineName;
  /** Package versions, e.g. { tfjs: "4.22.0", wasm: "simd" }. */
  readonly versions: Readonly<Record<string, string>>;
  readonly device: string;
  readonly driver?: string;
  /**
   * Where the device is a program on the CPU, its name ("llvmpipe"): right numbers, and speeds that
   * say nothing of any device, so that records of speed are `unreliable`.
   */
  readonly software?: string;
  readonly threads: number;
}

/** What an engine promises about repeating bits. */
export interface Determinism {
  /** "any": every x86-64 machine; "machine-class": same machine class; "none": see `note`. */
  readonly scope: "any" | "machine-class" | "none";
  readonly note: string;
}

/** Bytes and tensors held now, and the most bytes ever held. */
export interface EngineMemory {
  readonly bytes: number;
  readonly tensors: number;
  readonly peakBytes: number;
}

/** One engine a worker; see DESIGN, Engine. */
export interface Engine {
  readonly identity: EngineIdentity;
  readonly determinism: Determinism;
  /**
   * Turns a pure program into the fastest thing this engine has. The result has the program's
   * signature; its outputs and next state belong to the caller, who disposes them.
   * With `donate` the old state's tensors are freed unless the next state holds them.
   */
  compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
    program: Program<S, I, O>,
    options: CompileOptions,
  ): Program<S, I, O>;
  /** Host to device. Values are copied. */
  tensor(
    values: Float32Array | Int32Array | Uint8Array,
    shape: readonly number[],
    dtype?: "float32" | "int32",
  ): tf.Tensor;
  /** Device to host: the only way back. */
  read(tensor: tf.Tensor): Promise<Float32Array | Int32Array>;
  /** Resolves when all that was asked for has been computed: call before reading a clock. */
  sync(): Promise<void>;
  memory(): EngineMemory;
  /**
   * Floating-point operations of one run of `body`, counted from the shapes of the kernels that
   * really ran: 2 a multiply-add of matmuls and convolutions, elementwise work left out.
   */
  countFlops(body: () => void): number;
  dispose(): void;
}
