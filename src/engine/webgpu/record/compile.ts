/**
 * Programs compiled for WebGPU: run by the package once, written down at the second call, compared at
 * the third, and from then on sent to the device as they were written; see recording.ts.
 * @module
 */
import type { CompileOptions, Program } from "../../engine.ts";
import type { Key } from "../../../random/mod.ts";
import { countOwn } from "../../tfjs/flops.ts";
import { scoped } from "../../tfjs/scoped.ts";
import { InputSignature, StateSignature } from "../../tfjs/signature.ts";
import { fillTree, templateOf, tensorsOf, type TensorTree } from "../../tree.ts";
import { type Body, type Call, recordable, type Result } from "./call.ts";
import type { Place } from "./recorder.ts";
import { Recording } from "./recording.ts";

/** Sets of shapes of one program that are written down; more are run by the package. */
const MOST_SHAPES = 64;

/** What is known of a program with arguments of one set of shapes. */
interface Known {
  calls: number;
  recording?: Recording;
  verified: boolean;
  /** It does other things from call to call, or what can't be written down. */
  eager: boolean;
}

/** See `Engine.compile`. */
export function compile<S extends TensorTree, I extends TensorTree, O extends TensorTree>(
  program: Program<S, I, O>,
  { name, donate = false, reshape = false }: CompileOptions,
  place: Place,
): Program<S, I, O> {
  const eager = scoped(program, { name, donate });
  // The arguments' stand-ins are the recording's, no matter who owns the state.
  const body = scoped(program, { name });
  if (reshape) return eager;
  const shapes = new Map<string, Known>();
  const states = new StateSignature();
  const inputSignature = new InputSignature();
  return (state: S, inputs: I, key: Key): [S, O] => {
    // Within another program that is written down, this one is part of it.
    if (place.recorder.active) return eager(state, inputs, key);
    const stateTensors = tensorsOf(state);
    const [text, given] = inputSignature.of(inputs);
    const signature = `${states.of(state, stateTensors)}|${text}`;
    const call: Call = {
      tensors: [...stateTensors, ...given, key],
      states: stateTensors.length,
    };
    let known = shapes.get(signature);
    if (known === undefined) {
      if (shapes.size === MOST_SHAPES) return eager(state, inputs, key);
      shapes.set(signature, known = { calls: 0, verified: false, eager: false });
    }
    if (known.eager || known.calls++ === 0 || !recordable(place.backend, call)) {
      return eager(state, inputs, key);
    }
    const whole: Body = (tensors) => {
      const trees = [templateOf(state), templateOf(inputs, stateTensors.length)];
      const [s, i] = trees.map((tree) => fillTree(tree, (at) => tensors[at]));
      return body(s as S, i as I, tensors[tensors.length - 1] as Key);
    };
    const [result, flops] = advance(known, { whole, call, donate, place });
    countOwn(flops);
    return result as unknown as [S, O];
  };
}

function advance(
  known: Known,
  { whole, call, donate, place }: { whole: Body; call: Call; donate: boolean; place: Place },
): [Result, flops: number] {
  const { recording } = known;
  if (recording !== undefined && known.verified) return [recording.call(call), recording.flops];
  if (recording !== undefined) {
    const [same, result] = recording.verify(whole, call);
    known.verified = same;
    known.eager = !same;
    if (!same) known.recording = undefined;
    return [result, recording.flops];
  }
  const made = Recording.make(place, whole, { call, donate });
  known.recording = made.recording;
  known.eager = made.recording === undefined;
  return [made.result, made.flops];
}
