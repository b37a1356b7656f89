/**
 * Drawing pictures scale by scale: as many passes of the transformer as there are scales, each over
 * the places of the scales so far, all codes of its own scale drawn at once.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../engine/mod.ts";
import { categorical, fold, type Key } from "../../../random/mod.ts";
import type { Labels } from "../../common/conditioning.ts";
import type { SampleContext, SampleRequest, TensorRecord } from "../../family.ts";
import { type FamilyProgram, reads } from "../../common/programs.ts";
import { scaleLogits } from "./prior.ts";
import { tablesOf, toPictures, vectorsOf } from "./tokeniser.ts";
import { type ScaleSetting, type State, tokeniserOf } from "./train.ts";

type Inputs = {
  readonly rows_B: tf.Tensor1D;
  readonly labels?: Labels;
  /** Codes of the scales before, int32 [B, T_{<s}]; none before the first. */
  readonly codes_BT?: tf.Tensor2D;
};

/** Codes of the scales up to `s`, those of `s` drawn: int32 [B, T_{≤s}]. */
function nextScale(
  state: State,
  { rows_B, labels, codes_BT }: Inputs,
  { s, key, setting }: { s: number; key: Key; setting: ScaleSetting },
): tf.Tensor2D {
  const [batch] = rows_B.shape;
  const tables = tablesOf(state.books);
  const logits = scaleLogits(state.ema.prior, { codes_BT, tables, batch, labels }, { s, setting });
  const logits_BPK = tf.div(logits[s], setting.config.temperature);
  const [, places, K] = logits_BPK.shape as [number, number, number];
  // Place i of row r draws as row r·places + i of the scale's key.
  const first_B1 = tf.mul(tf.reshape(rows_B, [-1, 1]), tf.scalar(places, "int32"));
  const rows_N = tf.reshape(tf.add(first_B1, tf.range(0, places, 1, "int32")), [-1]);
  const drawn_N = categorical(fold(key, s), tf.reshape(logits_BPK, [-1, K]), {
    rows_B: rows_N,
  });
  const drawn_BP = tf.reshape(drawn_N, [batch, places]) as tf.Tensor2D;
  return (codes_BT === undefined ? drawn_BP : tf.concat([codes_BT, drawn_BP], 1)) as tf.Tensor2D;
}

/** A program a scale, `scale_0` …, and `paint`, which turns codes into pictures. */
export function scalePrograms(setting: ScaleSetting): Readonly<Record<string, FamilyProgram>> {
  return {
    ...Object.fromEntries(setting.scales.map((_, s) => [
      `scale_${s}`,
      reads<State, Inputs>((state, inputs, key) => ({
        codes_BT: nextScale(state, inputs, { s, key, setting }),
      })),
    ])),
    paint: reads<State, { codes_BT: tf.Tensor2D }>((state, { codes_BT }) => {
      const tokeniser = tokeniserOf(state);
      return { x_BHWC: toPictures(tokeniser, vectorsOf(tokeniser, codes_BT, setting), setting) };
    }),
  };
}

/** The driver's `sample`. */
export function drawScales(
  state: TensorRecord,
  { rows_B, key, labels }: SampleRequest,
  { context, setting }: { context: SampleContext; setting: ScaleSetting },
): tf.Tensor4D {
  let codes: TensorRecord = {};
  setting.scales.forEach((_, s) => {
    const next = context.run(`scale_${s}`, state, { rows_B, labels, ...codes }, key);
    disposeTree(codes);
    codes = next;
  });
  const { x_BHWC } = context.run("paint", state, codes, key);
  disposeTree(codes);
  return x_BHWC as tf.Tensor4D;
}
