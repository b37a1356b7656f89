/**
 * Losses with their own gradients.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { CROSS_ENTROPY } from "../engine/tfjs/mod.ts";
import { customOp } from "./custom.ts";
import { engineKernel } from "./engine_kernels.ts";
import { after } from "./order.ts";

/** Ones at the targets: float32 [N, K]. Cast: tfjs-wasm's float32 oneHot holds an integer's bits. */
function targetRows(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.cast(tf.oneHot(targets as tf.Tensor1D, logits.shape[1]!), "float32");
}

/** d/dlogits of the mean of ln Σ exp(logits) − logits[target]: (softmax − one-hot)/N. */
const crossEntropyOp = customOp({
  forward: (logits, targets) => {
    const chosen = tf.sum(tf.mul(logits, targetRows(logits, targets)), 1);
    return tf.mean(tf.sub(tf.logSumExp(logits, 1), chosen));
  },
  backward: (dy, [logits, targets]) => {
    const excess = tf.sub(tf.softmax(logits), targetRows(logits, targets));
    return [tf.mul(excess, tf.div(dy, logits.shape[0])), tf.zeros(targets.shape)];
  },
});

/**
 * Mean of −ln softmax(logits)[target] over the rows, in nats. Scalar.
 * @param logits_NK float32
 * @param targets_N int32 in [0, K)
 * @throws Error if there isn't one target a row
 */
export function softmaxCrossEntropy(logits_NK: tf.Tensor2D, targets_N: tf.Tensor1D): tf.Scalar {
  if (logits_NK.rank !== 2 || targets_N.rank !== 1 || targets_N.shape[0] !== logits_NK.shape[0]) {
    throw new Error(
      `softmaxCrossEntropy needs logits [N, K] and targets [N], found [${logits_NK.shape}] and ` +
        `[${targets_N.shape}]`,
    );
  }
  return crossEntropyOp(logits_NK, targets_N) as tf.Scalar;
}

/** Each row's number at its target, from a flat copy: one reading a row. [N] */
function atTargets(x_NV: tf.Tensor, targets_N: tf.Tensor): tf.Tensor {
  const [rows, width] = x_NV.shape as [number, number];
  const first_N = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(width, "int32"));
  const at_N = tf.add(first_N, tf.maximum(targets_N, tf.scalar(0, "int32")));
  return tf.gather(tf.reshape(x_NV, [-1]), at_N as tf.Tensor1D);
}

/** 1 where there is a target, 0 where it is negative: float32 [N]. */
function scored(targets_N: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greaterEqual(targets_N, tf.scalar(0, "int32")), "float32");
}

/**
 * ln softmax(logits)[target] a row, 0 where the target is negative: [N].
 * @param logits_NV float32
 * @param targets_N int32 below V
 */
export function targetLogProbabilities(
  logits_NV: tf.Tensor2D,
  targets_N: tf.Tensor1D,
): tf.Tensor1D {
  const log_N = tf.sub(atTargets(logits_NV, targets_N), tf.logSumExp(logits_NV, 1));
  return tf.mul(log_N, scored(targets_N));
}

/** −ln p of each row's class, and softmax − one-hot, by an engine's own kernel where it has one. */
function byKernel(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor[] | undefined {
  const classes = tf.maximum(targets, tf.scalar(0, "int32"));
  return engineKernel(CROSS_ENTROPY, { logits, classes });
}

/** softmax − one-hot, times a row's weight: [N, V]. Its own gradient is that of this composition. */
function excess(logits: tf.Tensor, targets: tf.Tensor, weight_N1: tf.Tensor): tf.Tensor {
  const known = tf.maximum(targets, tf.scalar(0, "int32"));
  return tf.mul(tf.sub(tf.softmax(logits), targetRows(logits, known)), weight_N1);
}

/** `excess`, by an engine's kernel where no gradient can be asked for through it. */
const excessOp = customOp({
  forward: (logits, targets, weight_N1) => {
    const own = byKernel(logits, targets);
    return own === undefined ? excess(logits, targets, weight_N1) : tf.mul(own[1], weight_N1);
  },
  backward: (ddx, [logits, targets, weight_N1]) => {
    // With s the softmax: d(w·s) along ddx is w·s·(ddx − Σ ddx·s); along the weight Σ ddx·(s − one-hot).
    const s = tf.softmax(logits);
    const along = tf.sum(tf.mul(ddx, s), 1, true);
    return [
      tf.mul(weight_N1, tf.mul(s, tf.sub(ddx, along))),
      tf.zeros(targets.shape),
      tf.sum(tf.mul(ddx, excess(logits, targets, tf.onesLike(weight_N1))), 1, true),
    ];
  },
});

/** d/dlogits of Σ (ln Σ exp(logits) − logits[target]): softmax − one-hot, 0 in rows without a target. */
const tokenCrossEntropyOp = customOp({
  forward: (logits, targets) => {
    const own = byKernel(logits, targets);
    return own === undefined
      ? tf.neg(tf.sum(targetLogProbabilities(logits as tf.Tensor2D, targets as tf.Tensor1D)))
      : tf.sum(tf.mul(own[0], scored(targets)));
  },
  backward: (dy, [logits, targets]) => {
    const weight_N1 = tf.reshape(tf.mul(scored(targets), dy), [-1, 1]);
    return [excessOp(logits, targets, weight_N1), tf.zeros(targets.shape)];
  },
});

/**
 * Σ −ln softmax(logits)[target] over the rows whose target isn't negative, in nats. Scalar.
 * @param logits_NV float32
 * @param targets_N int32 below V
 */
export function tokenCrossEntropy(logits_NV: tf.Tensor2D, targets_N: tf.Tensor1D): tf.Scalar {
  return tokenCrossEntropyOp(logits_NV, targets_N) as tf.Scalar;
}

/** −ln softmax(logits)[target] a row, 0 in rows without a target; its gradient as `tokenCrossEntropy`'s. */
const targetNatsOp = customOp({
  forward: (logits, targets) => {
    const own = byKernel(logits, targets);
    return own === undefined
      ? tf.neg(targetLogProbabilities(logits as tf.Tensor2D, targets as tf.Tensor1D))
      : tf.mul(own[0], scored(targets));
  },
  backward: (dy, [logits, targets]) => {
    const weight_N1 = tf.reshape(tf.mul(scored(targets), dy), [-1, 1]);
    return [excessOp(logits, targets, weight_N1), tf.zeros(targets.shape)];
  },
});

/**
 * −ln softmax(logits)[target] a row, 0 where the target is negative: [N], nats.
 * @param logits_NV float32
 * @param targets_N int32 below V
 */
export function targetNats(logits_NV: tf.Tensor2D, targets_N: tf.Tensor1D): tf.Tensor1D {
  return targetNatsOp(logits_NV, targets_N) as tf.Tensor1D;
}

/** Rows of x and the weight of a linear map without a bias, whose results are logits. */
export interface Projection {
  /** float32 */
  readonly x_NW: tf.Tensor2D;
  /** float32 [W, V], or [V, W] where it is `transposed`. */
  readonly weight: tf.Tensor2D;
  readonly transposed: boolean;
  /** Whether no gradient to the weight is asked for: none is made. Default: it is. */
  readonly frozen?: boolean;
}

/** Logits that are made at once: 2 MB of them stay in a processor's cache. */
const LOGITS = 2 ** 19;
/** Fewest rows at once: each time the weight's whole gradient is added to. */
const FEWEST_ROWS = 128;

/** dy·g for a gradient g that was made ahead. */
const aheadOp = customOp({
  forward: (dy, gradient) => tf.mul(gradient, dy),
  backward: () => {
    throw new Error("projectedCrossEntropy has no second derivative in several parts");
  },
});

/** Of some rows: Σ nats over their targets, p·weightᵀ [N, W], and xᵀ·p in the weight's form. */
interface PartNats {
  readonly nats: tf.Tensor;
  readonly mean_NW: tf.Tensor2D;
  /** Left out where the weight is frozen. */
  readonly product?: tf.Tensor2D;
}

/** Rows of a part, with those of x that have a target: others are 0 in `own_NW`. */
interface Part {
  readonly x_NW: tf.Tensor2D;
  readonly own_NW: tf.Tensor2D;
  readonly targets_N: tf.Tensor1D;
  readonly scored_N: tf.Tensor1D;
}

function partNats(
  { x_NW, own_NW, targets_N, scored_N }: Part,
  { weight, transposed, frozen }: Omit<Projection, "x_NW">,
): PartNats {
  const logits_NV = tf.matMul(x_NW, weight, false, transposed) as tf.Tensor2D;
  const p_NV = tf.softmax(logits_NV);
  // ln Σ exp(l) = max l − ln max p, and max p is 1/V at least: no sum of exponentials a second time.
  const normaliser_N = tf.sub(tf.max(logits_NV, 1), tf.log(tf.max(p_NV, 1)));
  const nats_N = tf.sub(normaliser_N, atTargets(logits_NV, targets_N));
  return {
    nats: tf.sum(tf.mul(nats_N, scored_N)),
    mean_NW: tf.matMul(p_NV, weight, false, !transposed),
    ...(!frozen && {
      product: transposed ? tf.matMul(p_NV, own_NW, true) : tf.matMul(own_NW, p_NV, true),
    }),
  };
}

/** Σ nats, and its gradients by x and by the weight: the means under p less what the targets have. */
function natsAndGradients(
  { x_NW, weight, transposed, frozen }: Projection,
  { targets_N, rows }: { readonly targets_N: tf.Tensor1D; readonly rows: number },
): { readonly nats: tf.Tensor; readonly gradients: tf.Tensor[] } {
  const [count, width] = x_NW.shape, vocabulary = weight.shape[transposed ? 0 : 1];
  const scored_N = scored(targets_N) as tf.Tensor1D, scored_N1 = tf.reshape(scored_N, [-1, 1]);
  const own_NW = tf.mul(x_NW, scored_N1) as tf.Tensor2D;
  const parts: PartNats[] = [];
  for (let i = 0; i < Math.ceil(count / rows); i++) {
    const first = i * rows, some = Math.min(rows, count - first);
    const x_RW = tf.slice(x_NW, [first, 0], [some, width]) as tf.Tensor2D;
    parts.push(partNats({
      // Without a weight's gradient parts hang on nothing of each other: an engine that runs what it
      // can at once would have all their logits at once.
      x_NW: frozen && i > 0 ? after(x_RW, parts[i - 1].nats) : x_RW,
      own_NW: tf.slice(own_NW, [first, 0], [some, width]),
      targets_N: tf.slice(targets_N, first, some),
      scored_N: tf.slice(scored_N, first, some),
    }, { weight, transposed, frozen }));
  }
  const sum = (of: (one: PartNats) => tf.Tensor) =>
    parts.slice(1).reduce((total, one) => tf.add(total, of(one)), of(parts[0]));
  const known_N = tf.maximum(targets_N, tf.scalar(0, "int32")) as tf.Tensor1D;
  const vectors_VW = transposed ? weight : tf.transpose(weight);
  const mean_NW = tf.concat(parts.map((one) => one.mean_NW));
  const nats = sum((one) => one.nats);
  const byX = tf.mul(tf.sub(mean_NW, tf.gather(vectors_VW, known_N)), scored_N1);
  if (frozen) return { nats, gradients: [byX] };
  const found_VW = tf.unsortedSegmentSum(own_NW, known_N, vocabulary);
  return {
    nats,
    gradients: [
      byX,
      tf.sub(sum((one) => one.product!), transposed ? found_VW : tf.transpose(found_VW)),
    ],
  };
}

/**
 * `tokenCrossEntropy` of x·weight. Where there are many logits they are made some rows at a time,
 * gradients with them, so that they never are in memory all at once. Hsu et al. 2024, Liger Kernel
 * (arXiv:2410.10989).
 * @param targets_N int32 below V
 * @throws Error for a second derivative in several parts
 */
export function projectedCrossEntropy(map: Projection, targets_N: tf.Tensor1D): tf.Scalar {
  const { x_NW, weight, transposed, frozen = false } = map;
  const rows = Math.max(FEWEST_ROWS, Math.floor(LOGITS / weight.shape[transposed ? 0 : 1]));
  if (x_NW.shape[0] <= rows) {
    return tokenCrossEntropy(tf.matMul(x_NW, weight, false, transposed), targets_N);
  }
  const summed = tf.customGrad((...all) => {
    const [x, own = weight] = all.slice(0, -1) as tf.Tensor2D[];
    const save = all[all.length - 1] as unknown as tf.GradSaveFunc;
    const { nats, gradients } = natsAndGradients({ x_NW: x, weight: own, transposed, frozen }, {
      targets_N,
      rows,
    });
    save(gradients);
    return {
      value: nats,
      // tfjs wants a bare tensor for one input.
      gradFunc: (dy: tf.Tensor, made: tf.Tensor[]) => {
        const found = made.map((gradient) => aheadOp(dy, gradient));
        return frozen ? found[0] : found;
      },
    };
  });
  return (frozen ? summed(x_NW) : summed(x_NW, weight)) as tf.Scalar;
}

/** Logits that are kept for the way back: more than these are made a second time there. */
const KEPT_LOGITS = 2 ** 25;

/** Rows `first` … `first + count − 1` of a projection, and their targets. */
interface Rows {
  readonly first: number;
  readonly count: number;
}

/** Gradients of Σ dy·nats of some rows by x and by the weight. */
function rowGradients(
  { x_NW, weight, transposed }: Projection,
  { targets_N, dy_N, first, count }: Rows & {
    readonly targets_N: tf.Tensor1D;
    readonly dy_N: tf.Tensor1D;
  },
): { readonly x: tf.Tensor2D; readonly weight: tf.Tensor2D } {
  const own_NW = tf.slice(x_NW, [first, 0], [count, x_NW.shape[1]]);
  const own_N = tf.slice(targets_N, first, count);
  const logits_NV = tf.matMul(own_NW, weight, false, transposed);
  const weight_N1 = tf.reshape(tf.mul(scored(own_N), tf.slice(dy_N, first, count)), [-1, 1]);
  const excess_NV = excessOp(logits_NV, own_N, weight_N1) as tf.Tensor2D;
  return {
    x: tf.matMul(excess_NV, weight, false, !transposed),
    weight: transposed ? tf.matMul(excess_NV, own_NW, true) : tf.matMul(own_NW, excess_NV, true),
  };
}

/**
 * `targetNats` of x·weight: [N]. Where there are very many logits they are made some rows at a time and
 * aren't kept; the way back makes them again.
 * @param targets_N int32 below V
 * @throws Error for a second derivative in several parts
 */
export function projectedTargetNats(
  map: Projection,
  targets_N: tf.Tensor1D,
  { kept = KEPT_LOGITS }: { readonly kept?: number } = {},
): tf.Tensor1D {
  const { x_NW, weight, transposed } = map, total = x_NW.shape[0];
  const vocabulary = weight.shape[transposed ? 0 : 1];
  if (total * vocabulary <= kept) {
    return targetNats(tf.matMul(x_NW, weight, false, transposed), targets_N);
  }
  const rows = Math.max(FEWEST_ROWS, Math.floor(LOGITS / vocabulary));
  const parts = Array.from({ length: Math.ceil(total / rows) }, (_, i): Rows => ({
    first: i * rows,
    count: Math.min(rows, total - i * rows),
  }));
  const each = tf.customGrad((...all) => {
    const [x, own] = all as tf.Tensor2D[], save = all[2] as unknown as tf.GradSaveFunc;
    save([x, own]);
    const nats = parts.map(({ first, count }) =>
      targetNats(
        tf.matMul(tf.slice(x, [first, 0], [count, x.shape[1]]), own, false, transposed),
        tf.slice(targets_N, first, count),
      )
    );
    return {
      value: tf.concat(nats),
      gradFunc: (dy: tf.Tensor, [x, own]: tf.Tensor[]) => {
        const projection = { x_NW: x, weight: own, transposed } as Projection;
        const found = parts.map((part) =>
          rowGradients(projection, { ...part, targets_N, dy_N: dy as tf.Tensor1D })
        );
        return [
          tf.concat(found.map((one) => one.x)),
          found.slice(1).reduce<tf.Tensor>((sum, one) => tf.add(sum, one.weight), found[0].weight),
        ];
      },
    };
  });
  return each(x_NW, weight) as tf.Tensor1D;
}
