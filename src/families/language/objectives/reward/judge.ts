/**
 * A trained judge asked of rows of tokens, in programs of a few fixed shapes, so that what it says of a
 * row hangs on the row alone.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../../engine/mod.ts";
import type { TokenJudge } from "../../../../subject/mod.ts";
import { type FamilyProgram, reads } from "../../../common/programs.ts";
import type { LanguageContext, TensorRecord } from "../../../family.ts";
import { grouped, padded, partsOf, scoreBucket, scoreRows } from "../../decoding/rows.ts";
import { type Setting, type Weights, weightsOf } from "../../model.ts";
import { whole } from "../../sample.ts";

import { judged, type JudgeHead } from "./head.ts";
import { valuesOf } from "./scales.ts";

/** The name of the program. */
export const JUDGE = "judge";

type Judge = Weights & { readonly head: JudgeHead };

/** What a judge says a number of. */
export function judgedOf({ attributes }: Pick<Setting, "attributes">): string[] {
  return attributes?.map(({ name }) => name) ?? ["reward"];
}

/**
 * `judge`: of rows of one text each, the reward, or each attribute in its own unit: [B, A].
 */
export function judgeProgram(setting: Setting): FamilyProgram {
  const { attributes } = setting;
  return reads<Judge, { readonly tokens_BT: tf.Tensor2D }>((state, { tokens_BT }) => {
    const parts = { params: weightsOf(state, setting), head: state.head };
    const found_BA = judged(parts, tokens_BT, setting);
    return {
      judged_BA: attributes === undefined ? found_BA : valuesOf(found_BA, attributes),
    };
  });
}

/** The driver's `judge`. */
export function tokenJudge(
  state: TensorRecord,
  { context, setting }: { readonly context: LanguageContext; readonly setting: Setting },
): TokenJudge {
  return {
    tokenizer: setting.tokenizer,
    context: setting.shape.context,
    ...(setting.template !== undefined && { chatTemplate: setting.template }),
    attributes: judgedOf(setting),
    judge: (rows) => judgeRows(rows, { state, context, setting }),
  };
}

async function judgeRows(
  rows: readonly Int32Array[],
  { state, context, setting }: {
    readonly state: TensorRecord;
    readonly context: LanguageContext;
    readonly setting: Setting;
  },
): Promise<Float32Array> {
  const { shape } = setting, size = judgedOf(setting).length;
  const wrong = rows.find(({ length }) => length < 1 || length > shape.context);
  if (wrong !== undefined) {
    throw new RangeError(
      `a row of ${wrong.length} tokens was to be judged; the model sees at least 1 and at most ` +
        `${shape.context} at once`,
    );
  }
  const found = new Float32Array(rows.length * size);
  const asked = rows.map((row, i) => ({ row, i, bucket: scoreBucket(row.length, shape.context) }));
  const key = context.key();
  for (const group of grouped(asked, ({ bucket }) => String(bucket))) {
    const [{ bucket }] = group, count = scoreRows(bucket, 1);
    for (const part of partsOf(group, count)) {
      const values = padded(part.map(({ row }) => row), { count, width: bucket });
      const tokens_BT = whole(context, values, [count, bucket]);
      const outputs = context.run(JUDGE, state, { tokens_BT }, key);
      const said = await context.read(outputs.judged_BA as tf.Tensor);
      disposeTree({ tokens_BT, ...outputs });
      part.forEach(({ i }, at) => found.set(said.subarray(at * size, (at + 1) * size), i * size));
    }
  }
  key.dispose();
  return found;
}
