/**
 * One operation as conformance tests it.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import type { Plain } from "./reference.ts";

/** One operation under test. */
export interface Case {
  readonly op: string;
  /** Shapes of its inputs. */
  readonly inputs: readonly (readonly number[])[];
  /** Where inputs are drawn: "any" ±, "positive" above ¼, "unit" within (−0.9, 0.9). Default any. */
  readonly domain?: "any" | "positive" | "unit";
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly reference: (...inputs: Plain[]) => Plain;
  /**
   * Piecewise constant or whole-number operations have no gradient to check; those that are
   * differentiable `once` no second derivative.
   */
  readonly differentiable?: boolean | "once";
}
