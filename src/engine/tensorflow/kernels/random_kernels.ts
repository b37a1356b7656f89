/**
 * The random kernels of `random/kernels.ts` as TensorFlow ops. Words come from TensorFlow's own
 * Philox where the counter runs on from one start (its counter's lowest word is our block number),
 * and from integer arithmetic where each row has a counter of its own. Normals are computed in
 * float64 and rounded, so they differ from the host's by a rounding at most.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import {
  PHILOX_CATEGORICAL,
  PHILOX_FOLD,
  PHILOX_NORMAL,
  PHILOX_UNIFORM,
} from "../../../random/host/mod.ts";
import type { KernelCall as AnyKernelCall, ReplaceKernel } from "../../tfjs/registry.ts";
import { sizeOf } from "../../values.ts";
import type { TensorflowBackend } from "../backend.ts";
import type { Id, Ops } from "./ops.ts";
import { compose } from "./ops.ts";
import { attribute, DTYPE } from "../capi/types.ts";

type KernelCall<Inputs, Attributes = Record<string, never>> = AnyKernelCall<
  Inputs,
  Attributes,
  TensorflowBackend
>;

const { UINT64, UINT32, INT32, DOUBLE, FLOAT } = DTYPE;
/** `Algorithm.PHILOX` of TensorFlow's stateless ops. */
const PHILOX = 1;
/** Counter words of a fold; see `random/draws.ts`. */
const FOLD = 0x666f6c64n;
const NUMBER = 0n;
const STRING = 1n;
const LOW = 0xffffffffn;
const MULTIPLIERS = [0xd2511f53n, 0xcd9e8d57n] as const;
const WEYL = [0x9e3779b9n, 0xbb67ae85n] as const;

/** A key int32 [2] as one uint64 [1]. */
function keyOf(ops: Ops, key: Id): Id {
  return ops.reshape(ops.bitcast(key, INT32, UINT64), UINT64, [1]);
}

/** `count` words from TensorFlow's generator, as uint32 or int32. */
function stream(
  ops: Ops,
  { key, counter }: { key: Id; counter: Id },
  { count, dtype }: { count: number; dtype: number },
): Id {
  return ops.run("StatelessRandomUniformFullIntV2", [
    ops.ints(count),
    key,
    counter,
    ops.int(PHILOX),
  ], [attribute.type("dtype", dtype), attribute.type("Tshape", INT32)]);
}

/** The counter whose 32-bit words are `low` = [0, 1] and `high` = [2, 3]. */
function counterOf(ops: Ops, low: Id, high: bigint): Id {
  return ops.stack([low, ops.uint64(high)], UINT64, 0);
}

function xor(ops: Ops, ...xs: Id[]): Id {
  return xs.reduce((a, b) => ops.typed("BitwiseXor", UINT64, a, b));
}

/**
 * Blocks with counters [block, row, 0, 0]: ten rounds in uint64, where products of 32-bit words are
 * exact.
 * @param key int32 [2]
 * @param rows uint64 [B, 1]; `blocks` uint64 [1, N]
 * @returns four words, uint64 [B, N] each
 */
function rowBlocks(ops: Ops, key: Id, { rows, blocks }: { rows: Id; blocks: Id }): Id[] {
  const low = ops.uint64(LOW);
  const half = ops.uint64(32n);
  const both = ops.bitcast(key, INT32, UINT64);
  let k0 = ops.typed("BitwiseAnd", UINT64, both, low);
  let k1 = ops.typed("RightShift", UINT64, both, half);
  // Both begin as [B, N].
  const none = ops.typed("Mul", UINT64, rows, ops.typed("Mul", UINT64, blocks, ops.uint64(0n)));
  let c0 = ops.typed("AddV2", UINT64, none, blocks);
  let c1 = ops.typed("AddV2", UINT64, none, rows);
  let c2 = none;
  let c3 = none;
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [c0, c2].map((c, i) =>
      ops.typed("Mul", UINT64, c, ops.uint64(MULTIPLIERS[i]))
    );
    const [h0, h1] = [p0, p1].map((p) => ops.typed("RightShift", UINT64, p, half));
    const [l0, l1] = [p0, p1].map((p) => ops.typed("BitwiseAnd", UINT64, p, low));
    [c0, c1, c2, c3] = [xor(ops, h1, c1, k0), l1, xor(ops, h0, c3, k1), l0];
    if (round === 9) break;
    [k0, k1] = [k0, k1].map((k, i) =>
      ops.typed("BitwiseAnd", UINT64, ops.typed("AddV2", UINT64, k, ops.uint64(WEYL[i])), low)
    );
  }
  return [c0, c1, c2, c3];
}

/** int32 rows [B] as uint64 [B, 1]; negative ones as their unsigned bits. */
function rowNumbers(ops: Ops, rows: Id, count: number): Id {
  const unsigned = ops.cast(ops.bitcast(rows, INT32, UINT32), UINT32, UINT64);
  return ops.reshape(unsigned, UINT64, [count, 1]);
}

function countTo(n: number): BigUint64Array {
  return BigUint64Array.from({ length: n }, (_, i) => BigInt(i));
}

/** How many words a draw takes, and for which rows. */
interface Draw {
  readonly key: Id;
  readonly rows: Id | undefined;
  /** Rows, 1 where all is one row. */
  readonly count: number;
  /** Numbers a row. */
  readonly width: number;
}

/** The first `width` words of each row: uint32 [count, width]. */
function words(ops: Ops, { key, rows, count, width }: Draw): Id {
  if (rows === undefined) {
    const counter = counterOf(ops, ops.uint64(0n), 0n);
    const drawn = stream(ops, { key: keyOf(ops, key), counter }, { count: width, dtype: UINT32 });
    return ops.reshape(drawn, UINT32, [1, width]);
  }
  const blocks = Math.ceil(width / 4);
  const four = rowBlocks(ops, key, {
    rows: rowNumbers(ops, rows, count),
    blocks: ops.constant(UINT64, [1, blocks], countTo(blocks)),
  });
  const all = ops.reshape(
    ops.cast(ops.stack(four, UINT64, 2), UINT64, UINT32),
    UINT32,
    [count, 4 * blocks],
  );
  return blocks * 4 === width
    ? all
    : ops.slice(all, UINT32, { begin: [0, 0], size: [count, width] });
}

/** (bits ≫ 8)·2⁻²⁴ */
function uniforms(ops: Ops, draw: Draw): Id {
  const eight = ops.constant(UINT32, [], Uint32Array.of(8));
  const high = ops.typed("RightShift", UINT32, words(ops, draw), eight);
  const scale = ops.constant(FLOAT, [], Float32Array.of(2 ** -24));
  return ops.typed("Mul", FLOAT, ops.cast(high, UINT32, FLOAT), scale);
}

/** Box–Muller in float64: radius √(−2 ln((b + ½)·2⁻³²)) and angle 2π·b·2⁻³² of neighbours. */
function normals(ops: Ops, draw: Draw): Id {
  const { count, width } = draw;
  const pairs = Math.ceil(width / 2);
  const bits = ops.cast(words(ops, { ...draw, width: 2 * pairs }), UINT32, DOUBLE);
  const paired = ops.reshape(bits, DOUBLE, [count, pairs, 2]);
  const [even, odd] = [0, 1].map((i) =>
    ops.slice(paired, DOUBLE, { begin: [0, 0, i], size: [count, pairs, 1] })
  );
  const unit = ops.typed(
    "Mul",
    DOUBLE,
    ops.typed("AddV2", DOUBLE, even, ops.double(0.5)),
    ops.double(2 ** -32),
  );
  const log = ops.typed("Log", DOUBLE, unit);
  const radius = ops.typed("Sqrt", DOUBLE, ops.typed("Mul", DOUBLE, log, ops.double(-2)));
  const angle = ops.typed("Mul", DOUBLE, odd, ops.double(2 * Math.PI * 2 ** -32));
  const [x, y] = ["Cos", "Sin"].map((f) =>
    ops.cast(
      ops.typed("Mul", DOUBLE, radius, ops.typed(f, DOUBLE, angle)),
      DOUBLE,
      FLOAT,
    )
  );
  const both = ops.run("ConcatV2", [x, y, ops.int(2)], [
    attribute.int("N", 2),
    attribute.type("T", FLOAT),
    attribute.type("Tidx", INT32),
  ]);
  const all = ops.reshape(both, FLOAT, [count, 2 * pairs]);
  return 2 * pairs === width ? all : ops.slice(all, FLOAT, { begin: [0, 0], size: [count, width] });
}

function checkedKey({ inputs, backend }: KernelCall<{ key: tf.TensorInfo }, unknown>): Id {
  const { key } = inputs;
  if (key.dtype !== "int32" || sizeOf(key.shape) !== 2) {
    throw new Error(`a key is int32 [2]; found ${key.dtype} [${key.shape}]`);
  }
  return backend.idOf(key);
}

/** Runs a composition with one result, as a kernel returns it. */
function result(backend: TensorflowBackend, body: (ops: Ops) => Id): tf.Tensor {
  return backend.createOutputTensor(compose(backend.binding, (ops) => [body(ops)])[0]);
}

function drawKernel(draw: (ops: Ops, from: Draw) => Id) {
  return (
    call: KernelCall<{ key: tf.TensorInfo; rows?: tf.TensorInfo }, { shape: number[] }>,
  ): tf.TensorInfo => {
    const { inputs, attrs, backend } = call;
    const key = checkedKey(call);
    const rows = inputs.rows === undefined ? undefined : backend.idOf(inputs.rows);
    const count = rows === undefined ? 1 : attrs.shape[0];
    const width = sizeOf(attrs.shape) / Math.max(1, count);
    return result(
      backend,
      (ops) => ops.reshape(draw(ops, { key, rows, count, width }), FLOAT, attrs.shape),
    );
  };
}

/** The first two words of a fold's block, int32 [2]. */
function foldBlock(ops: Ops, key: Id, { low, kind }: { low: Id; kind: bigint }): Id {
  const counter = counterOf(ops, low, kind | FOLD << 32n);
  return stream(ops, { key: keyOf(ops, key), counter }, { count: 2, dtype: INT32 });
}

function foldKernel(
  call: KernelCall<{ key: tf.TensorInfo; data?: tf.TensorInfo }, { text?: string }>,
): tf.TensorInfo {
  const { inputs, attrs, backend } = call;
  const key = checkedKey(call);
  return result(backend, (ops) => {
    if (inputs.data !== undefined) {
      const data = ops.reshape(backend.idOf(inputs.data), INT32, []);
      const low = ops.cast(ops.bitcast(data, INT32, UINT32), UINT32, UINT64);
      return foldBlock(ops, key, { low, kind: NUMBER });
    }
    const text = attrs.text ?? "";
    // Units are chained through the cipher: [h0 ⊕ unit, h1], the length last.
    let h = ops.uint64(0n);
    for (let i = 0; i < text.length; i++) {
      const low = xor(ops, h, ops.uint64(BigInt(text.charCodeAt(i))));
      const next = foldBlock(ops, key, { low, kind: STRING });
      h = ops.bitcast(next, INT32, UINT64);
    }
    return foldBlock(ops, key, { low: h, kind: STRING + 1n + BigInt(text.length) });
  });
}

/**
 * Inverts the distribution function of softmax(logits) in float64, as `categoricalDraw` does. Logits
 * that have no softmax (NaN, +∞, all −∞) are an error of the op that checks them; XLA leaves such
 * checks out.
 */
function categoricalKernel(
  call: KernelCall<{ key: tf.TensorInfo; logits: tf.TensorInfo; rows?: tf.TensorInfo }>,
): tf.TensorInfo {
  const { inputs, backend } = call;
  const key = checkedKey(call);
  const [batch, classes] = inputs.logits.shape;
  return result(backend, (ops) => {
    const rows = inputs.rows === undefined
      ? ops.constant(INT32, [batch], Int32Array.from({ length: batch }, (_, i) => i))
      : backend.idOf(inputs.rows);
    const [w0, w1] = rowBlocks(ops, key, {
      rows: rowNumbers(ops, rows, batch),
      blocks: ops.constant(UINT64, [1, 1], countTo(1)),
    });
    // ((w0 ≫ 5)·2²⁶ + (w1 ≫ 6))·2⁻⁵³
    const high = ops.cast(ops.typed("RightShift", UINT64, w0, ops.uint64(5n)), UINT64, DOUBLE);
    const low = ops.cast(ops.typed("RightShift", UINT64, w1, ops.uint64(6n)), UINT64, DOUBLE);
    const whole = ops.typed(
      "AddV2",
      DOUBLE,
      ops.typed("Mul", DOUBLE, high, ops.double(2 ** 26)),
      low,
    );
    const u = ops.typed("Mul", DOUBLE, whole, ops.double(2 ** -53));
    const logits = ops.cast(backend.idOf(inputs.logits), FLOAT, DOUBLE);
    const most = ops.reduce("Max", logits, { dtype: DOUBLE, axis: 1 });
    const weights = ops.typed("Exp", DOUBLE, ops.typed("Sub", DOUBLE, logits, most));
    const sums = ops.run("Cumsum", [weights, ops.int(1)], [
      attribute.type("T", DOUBLE),
      attribute.type("Tidx", INT32),
      attribute.bool("exclusive", false),
      attribute.bool("reverse", false),
    ]);
    const last = ops.slice(sums, DOUBLE, { begin: [0, classes - 1], size: [batch, 1] });
    const total = ops.run("CheckNumerics", [last], [
      attribute.type("T", DOUBLE),
      attribute.string("message", "categorical: a row of logits is NaN, has +∞ or is all −∞"),
    ]);
    // Below the total even where u·total rounds up to it.
    const target = ops.typed(
      "Minimum",
      DOUBLE,
      ops.typed("Mul", DOUBLE, u, total),
      ops.typed("Mul", DOUBLE, total, ops.double(1 - 2 ** -52)),
    );
    // The first class whose sum lies above: as many classes lie before it as have sums that don't.
    const before = ops.cast(ops.typed("LessEqual", DOUBLE, sums, target), DTYPE.BOOL, INT32);
    const count = ops.reduce("Sum", before, { dtype: INT32, axis: 1 });
    return ops.reshape(count, INT32, [batch]);
  });
}

/** Registers the kernels. */
export function registerRandomKernels(replaceKernel: ReplaceKernel): void {
  replaceKernel(PHILOX_FOLD, () => foldKernel);
  replaceKernel(PHILOX_UNIFORM, () => drawKernel(uniforms));
  replaceKernel(PHILOX_NORMAL, () => drawKernel(normals));
  replaceKernel(PHILOX_CATEGORICAL, () => categoricalKernel);
}
