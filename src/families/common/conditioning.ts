/**
 * Class conditions: which factors of the data a model is told, and how. A label of −1 says nothing:
 * every factor has one more row in its table for it, so that one network learns p(x|y) and p(x).
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Factor } from "../../data/mod.ts";
import { fold, type Key, uniform } from "../../random/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { embed, initEmbedding } from "../../nn/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";

/** The setting of families that take conditions. */
export const conditionField = {
  condition: z.array(z.string()).default([])
    .describe("Class factors of the data given to the model, e.g. [gender, expression]"),
};

/** A factor that a model is told. */
export interface Condition {
  readonly name: string;
  readonly classes: number;
}

/** Labels by factor, int32 [B]; −1: not told. */
export type Labels = { readonly [factor: string]: tf.Tensor1D };

/** A table of classes + 1 rows a factor. */
export type ConditionTables = { readonly [factor: string]: { readonly weight: tf.Tensor2D } };

/**
 * The factors that a config names.
 * @throws UsageError for a name that the data doesn't have, or one that is no class
 */
export function conditionsOf(names: readonly string[], factors: readonly Factor[]): Condition[] {
  const known = factors.flatMap((f) => f.kind === "class" ? [f.name] : []);
  return names.map((name) => {
    const factor = factors.find((f) => f.name === name);
    if (factor === undefined || factor.kind !== "class") {
      throw new UsageError(
        `condition: the data has no class factor \`${name}\`${didYouMean(name, known)}\n` +
          `  its class factors: ${known.join(", ") || "none"}`,
      );
    }
    return { name, classes: factor.classes.length };
  });
}

/** Fresh tables of vectors of length `width`. */
export function initConditions(
  key: Key,
  { conditions, width }: { conditions: readonly Condition[]; width: number },
): ConditionTables {
  return Object.fromEntries(conditions.map(({ name, classes }) => [
    name,
    initEmbedding(fold(key, name), { count: classes + 1, width, scale: 1 / Math.sqrt(width) }),
  ]));
}

/** Sum over factors of the vectors of their labels: [B, width]. At least one condition. */
export function embedConditions(
  tables: ConditionTables,
  labels: Labels,
  conditions: readonly Condition[],
): tf.Tensor2D {
  const vectors = conditions.map(({ name, classes }) => {
    const label_B = labels[name];
    // Row `classes` is the one for labels that aren't told.
    const told = tf.greaterEqual(label_B, 0);
    const row_B = tf.where(told, label_B, tf.fill(label_B.shape, classes, "int32"));
    return embed(tables[name], row_B) as tf.Tensor2D;
  });
  return vectors.length === 1 ? vectors[0] : tf.addN(vectors);
}

/**
 * Labels of which a share, all factors of a row at once, is not told: what classifier-free guidance
 * trains on. Ho & Salimans 2022 (arXiv:2207.12598), algorithm 1.
 * @param labels may be left out where there are no conditions; then none are told
 */
export function dropLabels(
  labels: Labels | undefined,
  { conditions, share, key, rows_B }: {
    conditions: readonly Condition[];
    share: number;
    key: Key;
    rows_B: tf.Tensor1D;
  },
): Labels {
  if (conditions.length === 0) return {};
  const kept_B = tf.greaterEqual(
    tf.reshape(uniform(key, [rows_B.shape[0], 1], { rows_B }), [-1]),
    share,
  );
  return Object.fromEntries(conditions.map(({ name }) => [
    name,
    tf.where(kept_B, labels![name], tf.fill(labels![name].shape, -1, "int32")) as tf.Tensor1D,
  ]));
}

/** Labels that say nothing: −1 for each condition and row. */
export function noLabels(conditions: readonly Condition[], count: number): Labels {
  return Object.fromEntries(
    conditions.map(({ name }) => [name, tf.fill([count], -1, "int32") as tf.Tensor1D]),
  );
}
