/**
 * The smoke test: does TensorFlow compute on this machine? Run as a program in a process of its own,
 * `deno run -A smoke.ts LIBRARY`, so that a crash of the library is a message and not the end of the
 * caller. Each stage that passes is a JSON line on standard output.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../engine.ts";

/** What a stage found; the fields of all stages together are the result. */
export type Stage =
  | { readonly stage: "load"; readonly version: string }
  | { readonly stage: "open"; readonly device: string }
  | { readonly stage: "matmul" }
  | { readonly stage: "gradient" }
  | { readonly stage: "failed"; readonly message: string };

/**
 * A product of matrices and both gradients of a convolution, small whole numbers that float32, TF32
 * and bfloat16 hold exactly, against answers worked out by hand.
 * @throws Error naming the operation with what was expected and what came
 */
export async function compute(engine: Engine, passed: (stage: Stage) => void): Promise<void> {
  await expect(engine, "matmul [2, 3] × [3, 2]", () => {
    const a = engine.tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) as tf.Tensor2D;
    const b = engine.tensor(Float32Array.of(7, 8, 9, 10, 11, 12), [3, 2]) as tf.Tensor2D;
    return tf.matMul(a, b);
  }, [58, 64, 139, 154]);
  passed({ stage: "matmul" });

  // L = Σ w ∘ (x ⋆ f): ∂L/∂f = x ⋆ w, ∂L/∂x = the full convolution of w and f.
  const gradients = () => {
    const x = engine.tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [1, 3, 3, 1]);
    const f = engine.tensor(Float32Array.of(1, -1, 2, 0.5), [2, 2, 1, 1]);
    const w = engine.tensor(Float32Array.of(1, 2, 3, 4), [1, 2, 2, 1]);
    const loss = (x: tf.Tensor, f: tf.Tensor) =>
      tf.sum(tf.mul(w, tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, "valid"))) as tf.Scalar;
    return tf.grads(loss)([x, f]);
  };
  await expect(
    engine,
    "gradient of a 2×2 convolution by its input [1, 3, 3, 1]",
    () => gradients()[0],
    [1, 1, -2, 5, 5.5, -3, 6, 9.5, 2],
  );
  await expect(
    engine,
    "gradient of a 2×2 convolution by its filter [2, 2, 1, 1]",
    () => gradients()[1],
    [37, 47, 67, 77],
  );
  passed({ stage: "gradient" });
}

async function expect(
  engine: Engine,
  what: string,
  ...[body, expected]: [body: () => tf.Tensor, expected: readonly number[]]
): Promise<void> {
  const result = tf.tidy(body);
  const found = [...await engine.read(result)];
  result.dispose();
  const same = found.length === expected.length && found.every((x, i) => x === expected[i]);
  if (!same) throw new Error(`${what} gave ${found.join(", ")} instead of ${expected.join(", ")}`);
}

/** The version that the library says it has, before anything else of it is used. */
function versionOf(library: string): string {
  // Never closed: TensorFlow doesn't bear being unloaded.
  const { symbols } = Deno.dlopen(library, {
    TF_Version: { parameters: [], result: "pointer" },
  });
  const text = symbols.TF_Version();
  return text === null ? "" : Deno.UnsafePointerView.getCString(text);
}

if (import.meta.main) {
  const tell = (stage: Stage) => console.log(JSON.stringify(stage));
  try {
    const [library] = Deno.args;
    tell({ stage: "load", version: versionOf(library) });
    const { openTensorflow } = await import("../engine.ts");
    const engine = await openTensorflow({ library });
    tell({ stage: "open", device: engine.identity.device });
    await compute(engine, tell);
  } catch (error) {
    tell({ stage: "failed", message: (error as Error).message });
    Deno.exit(1);
  }
}
