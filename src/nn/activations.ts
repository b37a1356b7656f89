/**
 * Elementwise activations, with their own gradients where that saves work. The gradients are made
 * of differentiable operations on the inputs, so second derivatives work.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { customOp } from "./custom.ts";
import { after } from "./order.ts";
import { engineKernel } from "./engine_kernels.ts";
import { LEAKY_GATE } from "../engine/tfjs/mod.ts";

/** An elementwise function with its derivative. */
function activation(f: (x: tf.Tensor) => tf.Tensor, derivative: (x: tf.Tensor) => tf.Tensor) {
  return customOp({ forward: f, backward: (dy, [x]) => [tf.mul(dy, derivative(x))] });
}

/** silu′ = σ(1 + x(1 − σ)) */
const siluOp = activation(
  (x) => tf.mul(x, tf.sigmoid(x)),
  (x) => {
    const s = tf.sigmoid(x);
    return tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s))));
  },
);

/** Swish x·σ(x). Elfwing et al. 2018; Ramachandran et al. 2017. */
export function silu<T extends tf.Tensor>(x: T): T {
  return siluOp(x) as T;
}

/** silu(x)·y, whose gradient computes silu again: x and y are all that is kept for it. */
const gatedOp = customOp({
  forward: (x, y) => tf.mul(tf.mul(x, tf.sigmoid(x)), y),
  backward: (dz, [kept, y]) => {
    const x = after(kept, dz), s = tf.sigmoid(x);
    const slope = tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s))));
    return [tf.mul(tf.mul(dz, y), slope), tf.mul(dz, tf.mul(x, s))];
  },
});

/**
 * silu(x)·y. Shazeer 2020 (arXiv:2002.05202).
 * @param options `again`: whether the gradient computes silu again, which would else be kept for it
 */
export function gated<T extends tf.Tensor>(
  x: T,
  y: T,
  { again = false }: { readonly again?: boolean } = {},
): T {
  return (again ? gatedOp(x, y) : tf.mul(silu(x), y)) as T;
}

/** 2√(2/π) and the cubic term's share: x·σ(A(x + Bx³)) is the tanh form of GELU. */
const A = 2 * Math.sqrt(2 / Math.PI);
const B = 0.044715;

/** gelu′ = s + x·s(1 − s)·A(1 + 3Bx²), s = σ(A(x + Bx³)) */
const geluOp = activation(
  (x) => tf.mul(x, tf.sigmoid(tf.mul(x, tf.add(A, tf.mul(A * B, tf.square(x)))))),
  (x) => {
    const square = tf.square(x);
    const s = tf.sigmoid(tf.mul(x, tf.add(A, tf.mul(A * B, square))));
    const slope = tf.add(A, tf.mul(3 * A * B, square));
    return tf.mul(s, tf.add(1, tf.mul(tf.mul(x, tf.sub(1, s)), slope)));
  },
);

/** Gaussian error linear unit, tanh form, written with the logistic function. Hendrycks 2016. */
export function gelu<T extends tf.Tensor>(x: T): T {
  return geluOp(x) as T;
}

/** max(x, 0) */
export function relu<T extends tf.Tensor>(x: T): T {
  return tf.relu(x) as T;
}

/** dy where x > 0, slope·dy elsewhere. Linear in dy, so it is its own derivative there; 0 in x. */
function leakyGate(dy: tf.Tensor, x: tf.Tensor, slope: number): tf.Tensor {
  const gate = tf.customGrad((dy, save) => {
    // x is saved but is no input: its gradient of zeros would cost a pass over it.
    (save as tf.GradSaveFunc)([x]);
    const own = engineKernel(LEAKY_GATE, { dy: dy as tf.Tensor, x }, { slope });
    return {
      value: own?.[0] ??
        tf.where(tf.greater(x, 0), dy as tf.Tensor, tf.mul(slope, dy as tf.Tensor)),
      gradFunc: (ddx: tf.Tensor, [x]: tf.Tensor[]) => leakyGate(ddx, x, slope),
    };
  });
  return gate(dy);
}

/** x for x > 0, slope·x elsewhere. */
export function leakyRelu<T extends tf.Tensor>(x: T, slope = 0.2): T {
  const op = customOp({
    forward: (x) => tf.leakyRelu(x, slope),
    backward: (dy, [x]) => [leakyGate(dy, x, slope)],
  });
  return op(x) as T;
}

/** ln(1 + eˣ) as relu(x) − ln σ(|x|): no overflow, nothing lost in either tail. */
const softplusOp = activation(
  (x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  (x) => tf.sigmoid(x),
);

/** ln(1 + eˣ), finite and exact in both tails. */
export function softplus<T extends tf.Tensor>(x: T): T {
  return softplusOp(x) as T;
}

/** ln σ(x) = −softplus(−x). */
export function logSigmoid<T extends tf.Tensor>(x: T): T {
  return tf.neg(softplus(tf.neg(x))) as T;
}

/** (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) as 2σ(2x) − 1: absolute error 2⁻²³; a fifth of tf.tanh's time. */
export function tanh<T extends tf.Tensor>(x: T): T {
  return tf.sub(tf.mul(2, tf.sigmoid(tf.mul(2, x))), 1) as T;
}

/**
 * ln softmax over the last axis, x − ln Σ exp x. Use it for tf.logSoftmax, whose second
 * derivative is wrong (see engine/gradients.ts; that one can't be mended from outside).
 */
export function logSoftmax<T extends tf.Tensor>(x: T): T {
  return tf.sub(x, tf.logSumExp(x, x.rank - 1, true)) as T;
}
