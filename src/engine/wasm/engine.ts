/**
 * The `wasm` engine: tfjs on WebAssembly SIMD, one thread, eager. Its bits are the same on every
 * x86-64 machine: WebAssembly fixes them, and no kernel that families use asks the platform for a
 * mathematical function.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type {
  CompileOptions,
  Determinism,
  Engine,
  EngineIdentity,
  EngineMemory,
  Program,
} from "../engine.ts";
import { moduleBytes } from "../../kernels/mod.ts";
import { flopsOf, registerFlopCounts } from "../tfjs/flops.ts";
import { registerGradients } from "../tfjs/gradients.ts";
import { processorName } from "../processor.ts";
import { scoped } from "../tfjs/scoped.ts";
import type { TensorTree } from "../tree.ts";
import { dtypeOf, type HostValues, typedValues } from "../values.ts";
import { registerCacheKernels } from "./cache_kernels.ts";
import { registerConvKernels } from "./conv_kernels.ts";
import { registerHashGridKernels } from "./hash_grid_kernels.ts";
import type { WasmBackend } from "./heap.ts";
import { registerHostKernels } from "./host_kernels.ts";
import { registerMatMulKernels } from "./matmul_kernels.ts";
import { registerMissingKernels } from "./missing_kernels.ts";
import { startWasm } from "./open.ts";
import { registerPackedKernels } from "./packed_kernels.ts";
import { registerRandomKernels } from "./random_kernels.ts";
import { registerSharedCopies, replaceKernel } from "./registry.ts";

const DETERMINISM: Determinism = {
  scope: "any",
  note:
    "one thread and one pinned binary; the same bits on every x86-64 machine (arm64 unverified)",
};

class WasmEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly determinism = DETERMINISM;
  readonly #backend: WasmBackend;

  constructor(backend: WasmBackend, versions: Readonly<Record<string, string>>) {
    this.#backend = backend;
    this.identity = { name: "wasm", versions, device: "cpu", driver: processorName(), threads: 1 };
  }

  compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
    program: Program<S, I, O>,
    options: CompileOptions,
  ): Program<S, I, O> {
    return scoped(program, options);
  }

  tensor(
    values: HostValues,
    shape: readonly number[],
    dtype: "float32" | "int32" = dtypeOf(values),
  ): tf.Tensor {
    return tf.tensor(typedValues(values, shape, dtype), [...shape], dtype);
  }

  async read(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
    const values = await tensor.data();
    return values instanceof Uint8Array ? Int32Array.from(values) : values;
  }

  /** Kernels run when they are called, so there is nothing to wait for. */
  sync(): Promise<void> {
    return Promise.resolve();
  }

  memory(): EngineMemory {
    const { numBytes, numTensors } = tf.memory();
    // Neither the heap nor modules' memories shrink: their size is the most that was ever needed.
    return {
      bytes: numBytes,
      tensors: numTensors,
      peakBytes: this.#backend.wasm.HEAPU8.byteLength + moduleBytes(),
    };
  }

  countFlops(body: () => void): number {
    return flopsOf(() => tf.tidy(body));
  }

  /** Frees every tensor and the heap. The engine can be opened again. */
  dispose(): void {
    const factory = tf.findBackendFactory("wasm");
    tf.removeBackend("wasm");
    tf.registerBackend("wasm", factory);
    opened = undefined;
  }
}

let opened: Promise<Engine> | undefined;
let registered = false;

async function open(binary?: URL): Promise<Engine> {
  const { backend, versions } = await startWasm(binary);
  if (!registered) registerKernels();
  registered = true;
  return new WasmEngine(backend, versions);
}

/** Once a worker: kernels outlive the backend's instance. Counts go below what is composed. */
function registerKernels(): void {
  registerGradients();
  registerSharedCopies();
  registerFlopCounts(replaceKernel);
  registerMatMulKernels();
  registerConvKernels();
  registerRandomKernels();
  registerMissingKernels();
  registerHashGridKernels();
  registerCacheKernels();
  registerPackedKernels();
  registerHostKernels();
}

/**
 * The worker's wasm engine; a second call gives the same one.
 * @throws EngineError if it can't start
 */
export function openWasm({ binary }: { binary?: URL } = {}): Promise<Engine> {
  if (opened === undefined) {
    opened = open(binary);
    opened.catch(() => opened = undefined);
  }
  return opened;
}
