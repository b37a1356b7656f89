/**
 * The denoising network with all that it is told: the noise level, the labels, and for average
 * velocities how far the step goes.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Denoiser,
  denoiser,
  type DenoiserOptions,
  initDenoiser,
  timeFeatures,
} from "../../../backbones/mod.ts";
import { fold, type Key } from "../../../random/mod.ts";
import {
  type Condition,
  type ConditionTables,
  embedConditions,
  initConditions,
  type Labels,
} from "../conditioning.ts";

/** What fixes the shapes. */
export interface NetworkOptions extends Omit<DenoiserOptions, "condition" | "timeScale"> {
  readonly conditions: readonly Condition[];
  /** Whether it is told a span of time. Default false. */
  readonly span?: boolean;
}

/** Everything that is trained. */
export type Network = {
  readonly denoiser: Denoiser;
  readonly tables?: ConditionTables;
};

/** Length of the vector that labels add up to. */
const LABEL_WIDTH = 64;
/** Sines and cosines of the span. */
const SPAN_FEATURES = 32;
/**
 * Radians over a unit of time, of the fastest sinusoid of times and spans, where spans are told: what
 * learns from its own derivative in time can't have one that is a hundred times the function.
 */
const SPAN_SCALE = 1;

function denoiserOptions({ conditions, span, ...options }: NetworkOptions): DenoiserOptions {
  const condition = (conditions.length > 0 ? LABEL_WIDTH : 0) + (span ? SPAN_FEATURES : 0);
  return {
    ...options,
    condition: condition === 0 ? undefined : condition,
    ...(span ? { timeScale: SPAN_SCALE } : {}),
  };
}

/** Fresh parameters; the output is zero at first. */
export function initNetwork(key: Key, options: NetworkOptions): Network {
  const { conditions } = options;
  return {
    denoiser: initDenoiser(fold(key, "denoiser"), denoiserOptions(options)),
    ...(conditions.length === 0 ? {} : {
      tables: initConditions(fold(key, "labels"), { conditions, width: LABEL_WIDTH }),
    }),
  };
}

/** What the network is given. */
export interface NetworkInput {
  /** Of order one: scaled. */
  readonly x_BHWC: tf.Tensor4D;
  readonly told_B: tf.Tensor1D;
  /** Labels of the conditions. */
  readonly labels: Labels;
  /** How far the step goes, where that is told. */
  readonly span_B?: tf.Tensor1D;
}

/** F: [B, H, W, C]. */
export function network(
  p: Network,
  { x_BHWC, told_B, labels, span_B }: NetworkInput,
  options: NetworkOptions,
): tf.Tensor4D {
  const parts: tf.Tensor2D[] = [];
  if (p.tables !== undefined) parts.push(embedConditions(p.tables, labels, options.conditions));
  if (options.span) parts.push(timeFeatures(span_B!, { width: SPAN_FEATURES, scale: SPAN_SCALE }));
  const condition_BE = parts.length === 0
    ? undefined
    : parts.length === 1
    ? parts[0]
    : tf.concat(parts, 1) as tf.Tensor2D;
  const input = { x_BHWC, time_B: told_B, condition_BE };
  return denoiser(p.denoiser, input, denoiserOptions(options));
}
