/**
 * A program that was written down, and its calls.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { flopsApart } from "../../tfjs/flops.ts";
import {
  fillTree,
  type Slot,
  templateOf,
  tensorsOf,
  type TensorTree,
  type Tree,
} from "../../tree.ts";
import { submit, type WebgpuBackend } from "../backend.ts";
import { expectFaults } from "../device/faults.ts";
import { Buffers, bytesOf, copyBuffer } from "./buffers.ts";
import { type Body, type Call, type Leaf, type Result, shared, tensorOver } from "./call.ts";
import { bind, type Bound, encode } from "./dispatch.ts";
import { type Place, type Recorded, type Recorder, sameRecord, TENSOR_USAGE } from "./recorder.ts";
import { areOwn, leavesOf, linesOf, type ProgramRun, settle, type Settled } from "./results.ts";

/** Dispatches between two submissions: the device starts while later ones are still recorded. */
const CHUNK = 512;

/** See the module. */
export class Recording {
  readonly #backend: WebgpuBackend;
  readonly #recorder: Recorder;
  readonly #buffers: Buffers;
  #recorded: Recorded | undefined;
  /** Tensors that are no argument: held, so that their buffers stay. */
  #outside: readonly object[] = [];
  #results!: readonly string[];
  #trees!: readonly [Tree<Slot>, Tree<Slot>];
  #settled!: Settled;
  /** Each of the two: which set of the state's buffers is read. */
  readonly #bound: [Bound[]?, Bound[]?] = [];
  /** Floating-point operations of a call. */
  flops = 0;

  private constructor(place: Place, call: Call, donate: boolean) {
    this.#backend = place.backend;
    this.#recorder = place.recorder;
    this.#buffers = new Buffers(place, call, donate);
  }

  /**
   * Runs a program and writes it down.
   * @returns no recording where it can't be run again from what was written
   */
  static make(
    place: Place,
    body: Body,
    { call, donate }: { call: Call; donate: boolean },
  ): { recording?: Recording; result: Result; flops: number } {
    const recording = new Recording(place, call, donate);
    try {
      const [sound, result] = recording.#first(body, call);
      if (sound) return { recording, result, flops: recording.flops };
      recording.dispose();
      return { result, flops: recording.flops };
    } catch (error) {
      recording.dispose();
      throw error;
    }
  }

  #first(body: Body, call: Call): [boolean, Result] {
    const backend = this.#backend, recorder = this.#recorder, buffers = this.#buffers;
    buffers.load(call);
    const { result: [state, outputs], ...run } = this.#run(body, true);
    const states = tensorsOf(state).length;
    this.#trees = [templateOf(state), templateOf(outputs, states)];
    this.#recorded = run.recorded;
    this.#results = linesOf(backend, run);
    const sound = run.recorded.obstacle === undefined && areOwn(backend, run);
    if (!sound) return [false, this.#deliver(call, leavesOf(backend, run), run.found)];
    this.#outside = [...run.recorded.outside];
    for (const id of this.#outside) backend.incRef(id);
    this.#settled = settle({ backend, recorder }, run, { buffers, states });
    const { written, copies, leaves } = this.#settled;
    // What this first run left in buffers that have others' place from now on.
    for (const [from, to] of [...written, ...copies]) copyBuffer(backend, from, to);
    return [true, this.#deliver(call, leaves, run.found)];
  }

  /**
   * Runs the program once more, on another batch, key and step, and compares.
   * @returns whether it did the same, so that it may be run from what is written
   */
  verify(body: Body, call: Call): [boolean, Result] {
    this.#buffers.load(call);
    const run = this.#run(body, false);
    const same = run.recorded.obstacle === undefined &&
      sameRecord(run.recorded, this.#recorded!) &&
      linesOf(this.#backend, run).join() === this.#results.join();
    const delivered = this.#deliver(call, leavesOf(this.#backend, run), run.found);
    if (!same) this.dispose();
    return [same, delivered];
  }

  /** A call: no more than the commands. */
  call(call: Call): Result {
    const backend = this.#backend, buffers = this.#buffers;
    const { dispatches, copies, leaves } = this.#settled;
    buffers.load(call);
    const place = (buffer: GPUBuffer) => buffers.place(buffer);
    const bound = this.#bound[buffers.phase] ??= bind(backend.device, dispatches, place);
    for (let at = 0; at < bound.length; at += CHUNK) {
      if (at > 0) submit(backend);
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      encode(backend.commandEncoder!, bound.slice(at, at + CHUNK));
    }
    for (const [from, to] of copies) copyBuffer(backend, place(from), place(to));
    if (this.#recorded!.faults) expectFaults(backend);
    return this.#deliver(call, leaves, []);
  }

  /** Gives all buffers back; tensors that were handed out keep their numbers. */
  dispose(): void {
    this.#buffers.dispose();
    const recorded = this.#recorded;
    for (const { bindings } of recorded?.dispatches ?? []) {
      for (const { buffer } of bindings.slice(1, -1)) {
        if (recorded!.label(buffer)?.startsWith("c")) this.#recorder.drop(buffer);
      }
    }
    for (const id of this.#outside) this.#backend.disposeData(id);
  }

  /** The program itself, on tensors over this recording's buffers. */
  #run(body: Body, keep: boolean): ProgramRun & { readonly result: [TensorTree, TensorTree] } {
    const given = this.#buffers.arguments;
    const tensors = given.map((argument) => tensorOver(this.#backend, argument.buffer, argument));
    const standing = new Map(tensors.map(({ dataId }, i) => [dataId, i]));
    try {
      let run: { result: [TensorTree, TensorTree]; recorded: Recorded };
      this.flops = flopsApart(() => {
        const buffers = given.map(({ buffer }) => buffer);
        run = this.#recorder.record(() => body(tensors), { arguments: buffers, keep });
      });
      const found = [...tensorsOf(run!.result[0]), ...tensorsOf(run!.result[1])];
      return { ...run!, found, standing };
    } finally {
      tf.dispose(tensors);
    }
  }

  /** Tensors for the caller, who gave `call`; `found` are the program's own, no longer needed. */
  #deliver(call: Call, leaves: readonly Leaf[], found: readonly tf.Tensor[]): Result {
    const backend = this.#backend, buffers = this.#buffers;
    const copied = (buffer: GPUBuffer, leaf: Leaf) => {
      const own = backend.bufferManager.acquireBuffer(bytesOf(leaf.shape), TENSOR_USAGE);
      copyBuffer(backend, buffer, own);
      return tensorOver(backend, own, leaf);
    };
    const delivered = leaves.map((leaf, i): tf.Tensor => {
      const { source, shape, dtype } = leaf;
      if (source.kind === "argument") {
        const given = call.tensors[source.at];
        const { resource } = backend.tensorMap.get(given.dataId);
        // A state's buffer is written again; only a leaf that stays where it is may go on in it.
        const stays = i === source.at && buffers.stays(i);
        return resource && this.#recorder.isHeld(resource) && !stays
          ? copied(resource, leaf)
          : shared(backend, given, leaf);
      }
      if (source.kind === "state") return tensorOver(backend, buffers.next(source.at), leaf);
      if (source.kind === "host") {
        return tf.engine().makeTensorFromTensorInfo(
          { ...backend.makeTensorInfo(shape, dtype, source.values.slice()), dtype },
        );
      }
      return copied(buffers.place(source.buffer), leaf);
    });
    tf.dispose(found as tf.Tensor[]);
    const result = this.#trees.map((tree) => fillTree(tree, (at) => delivered[at])) as Result;
    if (buffers.donate) {
      const known = leaves.some(({ source }) => source.kind === "state");
      const { states } = buffers;
      buffers.handOut(known ? delivered.slice(0, states).map((t) => t.dataId) : []);
      for (const t of call.tensors.slice(0, states)) if (!t.isDisposed) t.dispose();
    }
    submit(backend);
    return result;
  }
}
