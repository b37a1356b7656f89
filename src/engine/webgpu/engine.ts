/**
 * The `webgpu` engine: tfjs on Deno's own WebGPU, on the adapter that the system's driver offers. A
 * compiled program is recorded once; its commands are then sent to the device again.
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
import type { Key } from "../../random/mod.ts";
import { registerComposedCacheWrite } from "../tfjs/cache_write.ts";
import { flopsOf, registerFlopCounts } from "../tfjs/flops.ts";
import { registerGradients } from "../tfjs/gradients.ts";
import { kernelsOf } from "../tfjs/registry.ts";
import type { TensorTree } from "../tree.ts";
import { dtypeOf, type HostValues, typedValues } from "../values.ts";
import { deviceName, driverVersion, softwareName } from "./device/adapter.ts";
import { submit } from "./backend.ts";
import { compile } from "./record/compile.ts";
import { registerHostKernels } from "./kernels/host_kernels.ts";
import { registerPackedKernels } from "./kernels/packed_kernels.ts";
import { registerSplatKernels } from "./kernels/splat_kernels.ts";
import { registerIntegerMoves } from "./kernels/integer_moves.ts";
import { registerMatMulKernels } from "./kernels/matmul_kernels.ts";
import { registerMissingKernels } from "./kernels/missing_kernels.ts";
import { registerNnKernels } from "./kernels/nn_kernels.ts";
import { type Started, startWebgpu } from "./device/open.ts";
import { registerRandomKernels } from "./kernels/random_kernels.ts";
import { profileShaders, type ShaderTime } from "./profile.ts";
import { Reader } from "./device/reading.ts";
import { registerSumKernels } from "./kernels/sum_kernels.ts";

/** As pinned in deno.json: the package doesn't tell. */
const PACKAGE_VERSION = "4.22.0";

const DETERMINISM: Determinism = {
  scope: "machine-class",
  note:
    "no atomic sums, one driver: reruns agree bit for bit (verified on llvmpipe and on an NVIDIA H200)",
};

class WebgpuEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly determinism = DETERMINISM;
  readonly #started: Started;
  readonly #reader: Reader;
  #peak = 0;

  constructor(started: Started) {
    this.#started = started;
    this.#reader = new Reader(started.backend, started.health);
    this.identity = identityOf(started.info);
  }

  /** For profiles. */
  get started(): Started {
    return this.#started;
  }

  compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
    program: Program<S, I, O>,
    options: CompileOptions,
  ): Program<S, I, O> {
    const run = compile(program, options, this.#started);
    return (state: S, inputs: I, key: Key) => {
      this.#started.health.check();
      return run(state, inputs, key);
    };
  }

  tensor(
    values: HostValues,
    shape: readonly number[],
    dtype: "float32" | "int32" = dtypeOf(values),
  ): tf.Tensor {
    this.#started.health.check();
    return tf.tensor(typedValues(values, shape, dtype), [...shape], dtype);
  }

  read(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
    return this.#reader.read(tensor);
  }

  async sync(): Promise<void> {
    const { backend, health } = this.#started;
    health.check();
    submit(backend);
    await backend.device.queue.onSubmittedWorkDone();
    health.check();
  }

  /** Tensors' bytes, on the device or on their way; the peak is that of the device's buffers. */
  memory(): EngineMemory {
    const { numBytes, numTensors } = tf.memory();
    this.#peak = Math.max(this.#peak, numBytes, this.#started.peakBytes());
    return { bytes: numBytes, tensors: numTensors, peakBytes: this.#peak };
  }

  countFlops(body: () => void): number {
    return flopsOf(() => tf.tidy(body));
  }

  /** Frees every tensor and the device. The engine can be opened again. */
  dispose(): void {
    const { backend, health } = this.#started;
    if (opened === undefined) return;
    opened = undefined;
    submit(backend);
    health.close();
    tf.removeBackend("webgpu");
    backend.device.destroy();
  }
}

function identityOf(info: GPUAdapterInfo): EngineIdentity {
  const driver = driverVersion(info);
  const software = softwareName(info);
  return {
    name: "webgpu",
    versions: {
      tfjs: tf.version["tfjs-core"],
      "tfjs-backend-webgpu": PACKAGE_VERSION,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    },
    device: deviceName(info),
    ...driver === undefined ? {} : { driver },
    ...software === undefined ? {} : { software },
    threads: 1,
  };
}

let opened: Promise<Engine> | undefined;
let registered = false;

async function open(): Promise<Engine> {
  const started = await startWebgpu();
  if (!registered) registerKernels();
  registered = true;
  return new WebgpuEngine(started);
}

/** Once a worker: kernels outlive the backend's instance. Counts go below what is composed. */
function registerKernels(): void {
  const replaceKernel = kernelsOf("webgpu");
  registerGradients();
  registerFlopCounts(replaceKernel);
  registerMatMulKernels(replaceKernel);
  registerRandomKernels(replaceKernel);
  registerMissingKernels(replaceKernel);
  registerIntegerMoves(replaceKernel);
  registerNnKernels(replaceKernel);
  registerSumKernels(replaceKernel);
  registerComposedCacheWrite(replaceKernel);
  registerHostKernels(replaceKernel);
  registerPackedKernels(replaceKernel);
  registerSplatKernels(replaceKernel);
}

/**
 * Times what a program dispatches on this engine, by kinds of shaders; see profile.ts.
 * @throws EngineError if the engine can't start
 */
export async function profileWebgpu(
  program: Program,
  call: { readonly state: TensorTree; readonly inputs: TensorTree; readonly key: Key },
): Promise<ShaderTime[]> {
  const engine = await openWebgpu() as WebgpuEngine;
  return profileShaders({ ...engine.started, engine }, program, call);
}

/**
 * The worker's webgpu engine; a second call gives the same one.
 * @throws EngineError if it can't start
 */
export function openWebgpu(): Promise<Engine> {
  if (opened === undefined) {
    opened = open();
    opened.catch(() => opened = undefined);
  }
  return opened;
}
