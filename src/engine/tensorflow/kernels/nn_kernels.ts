/**
 * Kernels of `nn/engine_kernels.ts` as TensorFlow has them.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { ADAM_STEP, CROSS_ENTROPY, LEAKY_GATE, SUM_ROWS } from "../../tfjs/kernel_names.ts";
import { CACHE_WRITE, type CacheWriteInputs, refuseCacheGradient } from "../../tfjs/cache_write.ts";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import type { TensorflowBackend } from "../backend.ts";
import type { Metadata } from "../trace/binding.ts";
import { compose, type Id, type Ops } from "./ops.ts";
import { attribute, DTYPE } from "../capi/types.ts";

type KernelCall<Inputs, Attributes = Record<string, never>> = AnyKernelCall<
  Inputs,
  Attributes,
  TensorflowBackend
>;

const { FLOAT, INT32 } = DTYPE;

interface AdamInputs {
  readonly param: tf.TensorInfo;
  readonly first: tf.TensorInfo;
  readonly second: tf.TensorInfo;
  readonly gradient: tf.TensorInfo;
  readonly rate: tf.TensorInfo;
  readonly epsilon: tf.TensorInfo;
}

function scalar(ops: Ops, value: number): Id {
  return ops.constant(FLOAT, [], Float32Array.of(value));
}

/** x + (y − x)·(1 − β), in the order of TensorFlow's own kernel. */
function towards(ops: Ops, { x, y, beta }: { x: Id; y: Id; beta: Id }): Id {
  const rest = ops.typed("Sub", FLOAT, scalar(ops, 1), beta);
  const way = ops.typed("Mul", FLOAT, ops.typed("Sub", FLOAT, y, x), rest);
  return ops.typed("AddV2", FLOAT, x, way);
}

/**
 * Where the three are a donated state's variables: ResourceApplyAdam, in place, with powers of β
 * of 0 (the caller has put the bias correction into rate and ε). Elsewhere the same sums one by
 * one, rounded alike.
 */
function adamStep(call: KernelCall<AdamInputs, { beta1: number; beta2: number }>): tf.TensorInfo[] {
  const { inputs, attrs, backend } = call;
  const { binding } = backend;
  const ids = Object.fromEntries(
    Object.entries(inputs).map(([name, t]) => [name, backend.idOf(t)]),
  ) as { [K in keyof AdamInputs]: Id };
  const { param, first, second, gradient, rate, epsilon } = ids;
  const own = [param, first, second].map((id) => binding.trace?.ownVariable(id));
  const inPlace = own.every((v) => v !== undefined) && new Set(own).size === 3;
  const done: Metadata[] = compose(binding, (ops) => {
    const [beta1, beta2] = [attrs.beta1, attrs.beta2].map((beta) => scalar(ops, beta));
    if (inPlace) {
      const zero = scalar(ops, 0);
      return binding.updateVariables("ResourceApplyAdam", own.map((v) => v!), {
        attributes: [
          attribute.type("T", FLOAT),
          attribute.bool("use_locking", false),
          attribute.bool("use_nesterov", false),
        ],
        inputs: [zero, zero, rate, beta1, beta2, epsilon, gradient],
      }).map((made) => ops.own(made));
    }
    const m = towards(ops, { x: first, y: gradient, beta: beta1 });
    const v = towards(ops, { x: second, y: ops.typed("Square", FLOAT, gradient), beta: beta2 });
    const root = ops.typed("AddV2", FLOAT, ops.typed("Sqrt", FLOAT, v), epsilon);
    const change = ops.typed("RealDiv", FLOAT, ops.typed("Mul", FLOAT, m, rate), root);
    return [ops.typed("Sub", FLOAT, param, change), m, v];
  });
  return done.map((made) => backend.createOutputTensor(made));
}

/** BiasAddGrad sums over all axes but the last, in about one reading of x. */
function sumRows({ inputs, backend }: KernelCall<{ x: tf.TensorInfo }>): tf.TensorInfo {
  const [made] = compose(backend.binding, (ops) => [
    ops.run("BiasAddGrad", [backend.idOf(inputs.x)], [
      attribute.type("T", FLOAT),
      attribute.string("data_format", "NHWC"),
    ]),
  ]);
  return backend.createOutputTensor(made);
}

/** SparseSoftmaxCrossEntropyWithLogits: both in about one reading of the logits. */
function crossEntropy(
  { inputs, backend }: KernelCall<{ logits: tf.TensorInfo; classes: tf.TensorInfo }>,
): tf.TensorInfo[] {
  const done = backend.binding.executeOp(
    "SparseSoftmaxCrossEntropyWithLogits",
    [attribute.type("T", FLOAT), attribute.type("Tlabels", INT32)],
    [inputs.logits, inputs.classes].map((t) => backend.idOf(t)),
    2,
  );
  return done.map((made) => backend.createOutputTensor(made));
}

/** LeakyReluGrad: one reading of dy and x. */
function leakyGate(
  { inputs, attrs, backend }: KernelCall<
    { dy: tf.TensorInfo; x: tf.TensorInfo },
    { slope: number }
  >,
): tf.TensorInfo {
  const [made] = compose(backend.binding, (ops) => [
    ops.run("LeakyReluGrad", [backend.idOf(inputs.dy), backend.idOf(inputs.x)], [
      attribute.float("alpha", attrs.slope),
      attribute.type("T", FLOAT),
    ]),
  ]);
  return backend.createOutputTensor(made);
}

/** a ∧ b of whole numbers, which the package lacks. */
function bitwiseAnd(
  { inputs, backend }: KernelCall<{ a: tf.TensorInfo; b: tf.TensorInfo }>,
): tf.TensorInfo {
  const [made] = compose(backend.binding, (ops) => [
    ops.typed("BitwiseAnd", INT32, backend.idOf(inputs.a), backend.idOf(inputs.b)),
  ]);
  return backend.createOutputTensor(made);
}

/**
 * Row `pos` of each of the cache's N matrices: ResourceScatterNdUpdate in place where the cache is a
 * donated state's variable, else a copy with that row replaced.
 */
function cacheWrite({ inputs, backend }: KernelCall<CacheWriteInputs>): tf.TensorInfo {
  const { binding } = backend;
  const [count, , width] = inputs.cache.shape;
  const [cache, rows, pos] = [inputs.cache, inputs.rows, inputs.pos].map((t) => backend.idOf(t));
  const own = binding.trace?.ownVariable(cache);
  const [done] = compose(binding, (ops) => {
    const matrices = Int32Array.from({ length: count }, (_, n) => n);
    const zeros = ops.constant(INT32, [count], new Int32Array(count));
    const places = ops.typed("AddV2", INT32, zeros, ops.reshape(pos, INT32, []));
    const indices = ops.stack([ops.constant(INT32, [count], matrices), places], INT32, 1);
    const updates = ops.reshape(rows, FLOAT, [count, width]);
    if (own === undefined) {
      return [ops.run("TensorScatterUpdate", [cache, indices, updates], [
        attribute.type("T", FLOAT),
        attribute.type("Tindices", INT32),
      ])];
    }
    return binding.updateVariables("ResourceScatterNdUpdate", [own], {
      attributes: [
        attribute.type("T", FLOAT),
        attribute.type("Tindices", INT32),
        attribute.bool("use_locking", false),
      ],
      inputs: [indices, updates],
    }).map((made) => ops.own(made));
  });
  return backend.createOutputTensor(done);
}

/** Registers the kernels. */
export function registerNnKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(ADAM_STEP, () => adamStep);
  replaceKernel(SUM_ROWS, () => sumRows);
  replaceKernel(LEAKY_GATE, () => leakyGate);
  replaceKernel(CROSS_ENTROPY, () => crossEntropy);
  replaceKernel("BitwiseAnd", () => bitwiseAnd);
  replaceKernel(CACHE_WRITE, () => cacheWrite);
  refuseCacheGradient();
}
