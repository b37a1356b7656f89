/**
 * A model that judges answers beside the rule: another run's, whose weights are held here.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import type { DecoderParameters } from "../../../../backbones/mod.ts";
import { disposeTree, mapTree } from "../../../../engine/mod.ts";
import type { TokenJudge } from "../../../../subject/mod.ts";
import type { FamilyProgram } from "../../../common/programs.ts";
import type { HostContext, LanguageContext, TensorRecord } from "../../../family.ts";
import { parameterShapes, treeOf } from "../../checkpoint/mod.ts";
import { type Setting, type State, weightsOf } from "../../model.ts";
import { requireTokenizer } from "../../outside/fit.ts";
import { initHead } from "../reward/head.ts";
import { JUDGE, judgedOf, judgeProgram, tokenJudge } from "../reward/judge.ts";

/** The role of the run. */
export const JUDGE_ROLE = "reward";

/** Zeros of a decoder's shapes. */
export function zerosOf({ shape }: Pick<Setting, "shape">): DecoderParameters {
  const zeros = [...parameterShapes(shape)].map(([path, size]) =>
    [path, tf.zeros([...size])] as const
  );
  return treeOf(new Map(zeros)) as DecoderParameters;
}

/** Own handles of weights: what made them on the way is freed. */
export function ownTree<T extends TensorRecord>(make: () => T): T {
  return tf.tidy(() => mapTree(make(), (leaf) => tf.clone(leaf)) as tf.TensorContainer) as T;
}

/** The setting of what judges. @throws Error where none is given */
function judging({ judge }: Setting): Setting {
  if (judge === undefined) throw new Error(`nothing is given in the role ${JUDGE_ROLE}`);
  return judge;
}

/** A place for its weights. */
export function placeOfJudge(setting: Setting): TensorRecord {
  const own = judging(setting), { shape, attributes } = own;
  const head = initHead(shape.width, judgedOf(own).length, attributes !== undefined);
  return { params: zerosOf(own), head } as TensorRecord;
}

/**
 * The weights of the run in the role `reward`.
 * @throws DataError where it knows the tokens of another tokenizer
 */
export async function heldJudge(
  { engine, needed }: HostContext,
  { own, setting }: { readonly own: State; readonly setting: Setting },
): Promise<TensorRecord> {
  const given = needed?.[JUDGE_ROLE];
  if (given === undefined) throw new Error(`nothing is given in the role ${JUDGE_ROLE}`);
  const state = await given.state() as unknown as State;
  const { name } = setting.tokenizer;
  await requireTokenizer(own, state, { engine, what: "the judge's weights", name });
  const held = ownTree(() =>
    ({ params: weightsOf(state, judging(setting)), head: state.head! }) as TensorRecord
  );
  disposeTree(state);
  return held;
}

/** Programs that it is asked by. */
export function judgePrograms({ judge }: Setting): Readonly<Record<string, FamilyProgram>> {
  return judge === undefined ? {} : { [JUDGE]: judgeProgram(judge) };
}

/** It, asked. */
export function judgeOf(
  held: TensorRecord,
  { context, setting }: { readonly context: LanguageContext; readonly setting: Setting },
): TokenJudge {
  return tokenJudge(held, { context, setting: judging(setting) });
}
