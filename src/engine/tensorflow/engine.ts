/**
 * The `tensorflow` engine: tfjs-node-gpu's kernels on TensorFlow's own library, through Deno's FFI,
 * and programs captured whole as TensorFlow functions.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type {
  CompileOptions,
  Determinism,
  Engine,
  EngineIdentity,
  EngineMemory,
  EngineSettings,
  Program,
} from "../engine.ts";
import { EngineError } from "../../base/mod.ts";
import { flopsOf, registerFlopCounts } from "../tfjs/flops.ts";
import { registerGradients } from "../tfjs/gradients.ts";
import { processorHas, processorName } from "../processor.ts";
import { kernelsOf } from "../tfjs/registry.ts";
import { scoped } from "../tfjs/scoped.ts";
import { useBackend } from "../tfjs/start.ts";
import type { TensorTree } from "../tree.ts";
import { dtypeOf, type HostValues, typedValues } from "../values.ts";
import { startBackend, type TensorflowBackend } from "./backend.ts";
import { Binding } from "./trace/binding.ts";
import { Compiler } from "./trace/compile.ts";
import { EagerContext } from "./capi/eager.ts";
import { checkGpu } from "./install/gpu.ts";
import { Library } from "./capi/library.ts";
import { choosePlace, placeOf } from "../../install/tensorflow/mod.ts";
import { registerHostKernels } from "./kernels/host_kernels.ts";
import { registerNnKernels } from "./kernels/nn_kernels.ts";
import { registerPackedKernels } from "./kernels/packed_kernels.ts";
import { registerRandomKernels } from "./kernels/random_kernels.ts";
import { registerReplacedKernels } from "./kernels/replaced_kernels.ts";

/** How the engine is opened. `threads` default to the cores, `precision` to float32. */
export interface TensorflowOptions extends EngineSettings {
  /** libtensorflow_cc.so.2; default: as `place.ts` finds it. */
  readonly library?: string;
}

class TensorflowEngine implements Engine {
  readonly identity: EngineIdentity;
  readonly determinism: Determinism;
  readonly #backend: TensorflowBackend;
  readonly #compiler: Compiler;

  constructor(backend: TensorflowBackend, settings: Required<Omit<EngineSettings, "compile">>) {
    const { threads, precision } = settings;
    const { context } = backend.binding;
    this.#backend = backend;
    this.#compiler = new Compiler(backend, {
      precision,
      warn: (message) => console.warn(message),
    });
    this.identity = {
      name: "tensorflow",
      versions: {
        tfjs: tf.version["tfjs-core"],
        tensorflow: context.library.version,
        ...precision === "float32" ? {} : { precision },
        ...context.library.withoutOneDnn ? { onednn: "off" } : {},
        deno: Deno.version.deno,
      },
      device: context.device.type.toLowerCase(),
      driver: processorName(),
      threads,
    };
    this.determinism = {
      scope: "machine-class",
      note: `the same bits at ${threads} ${threads === 1 ? "thread" : "threads"}, on the same ` +
        "processor and build" + (precision === "float32" ? "" : `; products in ${precision}`),
    };
  }

  compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
    program: Program<S, I, O>,
    options: CompileOptions,
  ): Program<S, I, O> {
    const { mode, ...rest } = options;
    if (rest.reshape || mode === "eager") return scoped(program, rest);
    return this.#compiler.compile(program, { ...rest, mode });
  }

  tensor(
    values: HostValues,
    shape: readonly number[],
    dtype: "float32" | "int32" = dtypeOf(values),
  ): tf.Tensor {
    const tensor = tf.tensor(typedValues(values, shape, dtype), [...shape], dtype);
    this.#backend.idOf(tensor); // uploaded now: the caller may change the array
    return tensor;
  }

  async read(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
    const values = await tensor.data();
    return values instanceof Uint8Array ? Int32Array.from(values) : values;
  }

  /** On the CPU ops run when they are called; a GPU is waited for by reading behind them. */
  async sync(): Promise<void> {
    if (!this.#backend.binding.isUsingGpuDevice()) return;
    const one = tf.tidy(() => tf.add(tf.scalar(1), tf.scalar(1)));
    await one.data();
    one.dispose();
  }

  memory(): EngineMemory {
    const { numBytes, numTensors } = tf.memory();
    return { bytes: numBytes, tensors: numTensors, peakBytes: peakResident() };
  }

  countFlops(body: () => void): number {
    return flopsOf(() => tf.tidy(body));
  }

  dispose(): void {
    tf.removeBackend("tensorflow");
    opened = undefined;
  }
}

/** Most bytes that the process has had in memory: the library's allocator doesn't tell its own. */
function peakResident(): number {
  try {
    const kib = Deno.readTextFileSync("/proc/self/status").match(/^VmHWM:\s*(\d+) kB$/m)?.[1];
    return 1024 * Number(kib);
  } catch {
    return Deno.memoryUsage().rss;
  }
}

let opened: Promise<Engine> | undefined;

async function open(options: TensorflowOptions): Promise<Engine> {
  const { threads = navigator.hardwareConcurrency, precision = "float32" } = options;
  const named = options.library;
  const place = named === undefined ? await choosePlace() : await placeOf(named);
  const library = Library.open(place?.library ?? named!);
  const context = new EagerContext(library, { threads });
  if (precision === "bfloat16" && context.device.type === "GPU") {
    throw new EngineError(
      "engine tensorflow: bfloat16 is oneDNN's, for processors; TensorFlow's rewriting has none for " +
        "GPUs. Use --precision float32",
    );
  }
  // oneDNN's rewriting leaves a program as it is on others: float32 would go by another name.
  if (precision === "bfloat16" && !processorHas("avx512f")) {
    throw new EngineError(
      "engine tensorflow: bfloat16 needs a processor with AVX-512, as oneDNN's products in it do; " +
        "this one has none. Use --precision float32",
    );
  }
  if (place?.device === "cuda") await checkGpu(context, place.folder);
  const backend = await startBackend(new Binding(context));
  registerGradients();
  const replaceKernel = kernelsOf("tensorflow");
  registerFlopCounts(replaceKernel);
  registerRandomKernels(replaceKernel);
  registerNnKernels(replaceKernel);
  registerPackedKernels(replaceKernel);
  registerReplacedKernels(replaceKernel);
  registerHostKernels(replaceKernel);
  await useBackend("tensorflow", library.version);
  return new TensorflowEngine(backend, { threads, precision });
}

/**
 * The worker's tensorflow engine; a second call gives the same one.
 * @throws EngineError if it can't start
 */
export function openTensorflow(options: TensorflowOptions = {}): Promise<Engine> {
  if (opened === undefined) {
    opened = open(options);
    opened.catch(() => opened = undefined);
  }
  return opened;
}
