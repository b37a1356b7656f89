/** A network's gradient against its own differences. */
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, type TensorTree } from "../../src/engine/tree.ts";
import { valueAndGrad } from "../../src/nn/mod.ts";
import { normal } from "../../src/random/key.ts";
import { key } from "../families/small.ts";
import { value, values } from "../families/on_engine.ts";
import { close } from "../law.ts";

/** Every leaf of `params` moved along a random direction, so that layers that start at zero take part. */
export function awake<P>(params: P, by = 0.1): P {
  return moved(params, by, "wake");
}

function moved<P>(params: P, by: number, name: string): P {
  return mapTree(
    params as TensorTree,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key(name, path), leaf.shape), by)),
  ) as P;
}

/**
 * That the gradient is the loss's slope along a random direction of all parameters, and that every
 * parameter has a part in it.
 * @param options.step the longer of two moves; Richardson's mean of the two leaves h⁴ of truncation
 *   and the rounding of the loss over h
 * @param options.tolerance of the slope, relative where it is above 1
 */
export async function assertGradient<P extends TensorTree>(
  { params, loss, step, tolerance }: {
    /** Called anew for each evaluation. */
    params: () => P;
    loss: (params: P) => tf.Scalar;
    step: number;
    tolerance: number;
  },
): Promise<void> {
  const paths: string[] = [];
  const slopes = await values(() => {
    const { grads } = valueAndGrad((p: P) => ({ loss: loss(p) }), params());
    return tf.stack(
      leaves(grads as TensorTree).map(([path, g]) => {
        paths.push(path);
        return tf.sum(tf.mul(g, normal(key("direction", path), g.shape)));
      }),
    );
  });
  assertEquals(paths.filter((_, i) => slopes[i] === 0), [], "no gradient reaches these");
  const slope = slopes.reduce((a, b) => a + b, 0);
  const at = (h: number) => value(() => loss(moved(params(), h, "direction")));
  const quotient = async (h: number) => (await at(h) - await at(-h)) / (2 * h);
  const estimate = (4 * await quotient(step / 2) - await quotient(step)) / 3;
  close(slope, estimate, tolerance * Math.max(1, Math.abs(slope)), "slope");
}
