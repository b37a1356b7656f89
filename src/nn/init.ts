/**
 * Initialisers: a key and a shape in, a float32 tensor out.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { type Key, normal, uniform } from "../random/mod.ts";

/** Weights that feed one output, and outputs that one input feeds. */
export interface Fan {
  readonly in: number;
  readonly out: number;
}

/** Fan of a weight [..., in, out]; the leading dimensions are a kernel's window. */
export function fanOf(shape: readonly number[]): Fan {
  if (shape.length < 2) throw new Error(`an initialiser needs [..., in, out], found [${shape}]`);
  const window = shape.slice(0, -2).reduce((n, d) => n * d, 1);
  return { in: window * shape[shape.length - 2], out: window * shape[shape.length - 1] };
}

/**
 * Normal with standard deviation scale·√(2/fan in): keeps the size of signals through rectifiers.
 * He et al. 2015, eq. 10.
 */
export function heNormal(key: Key, shape: readonly number[], scale = 1): tf.Tensor {
  return tf.tidy(() => tf.mul(normal(key, shape), scale * Math.sqrt(2 / fanOf(shape).in)));
}

/** Uniform on ±scale·√(6/(fan in + fan out)). Glorot & Bengio 2010, eq. 16. */
export function glorotUniform(key: Key, shape: readonly number[], scale = 1): tf.Tensor {
  const fan = fanOf(shape);
  const bound = scale * Math.sqrt(6 / (fan.in + fan.out));
  return tf.tidy(() => tf.sub(tf.mul(uniform(key, shape), 2 * bound), bound));
}

/**
 * Orthonormal rows or columns, whichever are fewer, of the matrix [fan in, out], times scale.
 * Saxe et al. 2014. Gram–Schmidt, twice, on a normal matrix.
 */
export function orthogonal(key: Key, shape: readonly number[], scale = 1): tf.Tensor {
  const columns = shape[shape.length - 1];
  const rows = fanOf(shape).in;
  return tf.tidy(() => {
    const wide = columns > rows;
    const [vectors, length] = wide ? [rows, columns] : [columns, rows];
    let basis = tf.zeros([0, length]) as tf.Tensor2D;
    const drawn = normal<tf.Rank.R2>(key, [vectors, length]);
    for (let i = 0; i < vectors; i++) {
      let v = tf.slice2d(drawn, [i, 0], [1, length]);
      // Once leaves errors of the size of the overlaps; twice is enough (Giraud et al. 2005).
      for (let pass = 0; pass < 2 && i > 0; pass++) {
        v = tf.sub(v, tf.matMul(tf.matMul(v, basis, false, true), basis));
      }
      v = tf.div(v, tf.sqrt(tf.sum(tf.square(v))));
      basis = i === 0 ? v : tf.concat2d([basis, v], 0);
    }
    return tf.mul(tf.reshape(wide ? basis : tf.transpose(basis), [...shape]), scale);
  });
}
