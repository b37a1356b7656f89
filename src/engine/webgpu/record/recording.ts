/**
 * A program that was written down, and its calls. It has buffers of its own for its arguments; a
 * donated state has two sets, which take turns: a step reads one and writes the other.
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
import { sizeOf } from "../../values.ts";
import { submit, type WebgpuBackend } from "../backend.ts";
import {
  type Body,
  type Call,
  isNumeric,
  type Kind,
  type Leaf,
  type Result,
  shared,
  type Source,
  tensorOver,
} from "./call.ts";
import { bind, type Bound, type Dispatch, encode } from "./dispatch.ts";
import { expectFaults } from "../device/faults.ts";
import { type Recorded, type Recorder, sameRecord, TENSOR_USAGE } from "./recorder.ts";

/** What a recording is made with. */
export interface Place {
  readonly backend: WebgpuBackend;
  readonly recorder: Recorder;
}

/** An argument's buffer. */
interface Argument extends Kind {
  readonly buffer: GPUBuffer;
  /** Whose numbers are in it: tensors don't change. */
  last?: object;
}

/** Dispatches between two submissions: the device starts while later ones are still recorded. */
const CHUNK = 512;

function bytesOf(shape: readonly number[]): number {
  return 4 * sizeOf(shape);
}

/** See the module. */
export class Recording {
  readonly #backend: WebgpuBackend;
  readonly #recorder: Recorder;
  readonly #donate: boolean;
  readonly #arguments: readonly Argument[];
  readonly #states: number;
  #recorded: Recorded | undefined;
  /** Tensors that are no argument: held, so that their buffers stay. */
  #outside: readonly object[] = [];
  #results!: readonly string[];
  #leaves: readonly Leaf[] = [];
  #trees!: readonly [Tree<Slot>, Tree<Slot>];
  #dispatches: readonly Dispatch[] = [];
  /** By state leaf: the buffer that its next value is written to; its own where it stays. */
  #next: GPUBuffer[] = [];
  /** Copies at a run's end, of next values that no dispatch of the program's own writes. */
  #copies: (readonly [from: GPUBuffer, to: GPUBuffer])[] = [];
  /** Each of the two: which set of the state's buffers is read. */
  readonly #bound: [Bound[]?, Bound[]?] = [];
  readonly #other = new Map<GPUBuffer, GPUBuffer>();
  /** Data of the state that was handed out last. */
  #handed: readonly object[] = [];
  #phase: 0 | 1 = 0;
  /** Floating-point operations of a call. */
  flops = 0;

  private constructor({ backend, recorder }: Place, call: Call, donate: boolean) {
    this.#backend = backend;
    this.#recorder = recorder;
    this.#donate = donate;
    this.#states = call.states;
    this.#arguments = call.tensors.map(({ shape, dtype }) => ({
      buffer: recorder.hold(bytesOf(shape)),
      dtype,
      shape,
    }));
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
    this.#load(call);
    const { result, recorded } = this.#run(body, { phase: 0, keep: true });
    const found = [...tensorsOf(result[0]), ...tensorsOf(result[1])];
    this.#trees = [templateOf(result[0]), templateOf(result[1], tensorsOf(result[0]).length)];
    this.#recorded = recorded;
    this.#results = this.#linesOf(found, recorded);
    const sound = recorded.obstacle === undefined && found.every((t) => this.#isOwn(t, recorded));
    if (!sound) return [false, this.#deliver(call, found.map((t) => this.#leafOf(t)), found)];
    this.#outside = [...recorded.outside];
    for (const id of this.#outside) this.#backend.incRef(id);
    const written = this.#settle(found, tensorsOf(result[0]).length);
    // What this first run left in buffers that have others' place from now on.
    for (const [from, to] of written) this.#copy(from, to);
    for (const [from, to] of this.#copies) this.#copy(from, to);
    return [true, this.#deliver(call, this.#leaves, found)];
  }

  /**
   * Runs the program once more, on another batch, key and step, and compares.
   * @returns whether it did the same, so that it may be run from what is written
   */
  verify(body: Body, call: Call): [boolean, Result] {
    const phase = this.#load(call);
    const { result, recorded } = this.#run(body, { phase, keep: false });
    const found = [...tensorsOf(result[0]), ...tensorsOf(result[1])];
    const same = recorded.obstacle === undefined && sameRecord(recorded, this.#recorded!) &&
      this.#linesOf(found, recorded).join() === this.#results.join();
    const leaves = found.map((t) => this.#leafOf(t));
    const delivered = this.#deliver(call, leaves, found);
    if (!same) this.dispose();
    return [same, delivered];
  }

  /** A call: no more than the commands. */
  call(call: Call): Result {
    const backend = this.#backend;
    const phase = this.#load(call);
    const place = (buffer: GPUBuffer) => this.#place(buffer, phase);
    const bound = this.#bound[phase] ??= bind(backend.device, this.#dispatches, place);
    for (let at = 0; at < bound.length; at += CHUNK) {
      if (at > 0) submit(backend);
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      encode(backend.commandEncoder!, bound.slice(at, at + CHUNK));
    }
    for (const [from, to] of this.#copies) this.#copy(place(from), place(to));
    if (this.#recorded!.faults) expectFaults(backend);
    return this.#deliver(call, this.#leaves, [], phase);
  }

  /** Gives all buffers back; tensors that were handed out keep their numbers. */
  dispose(): void {
    this.#rescue(this.#handed);
    const buffers = new Set([...this.#arguments.map(({ buffer }) => buffer), ...this.#next]);
    for (const buffer of buffers) this.#recorder.drop(buffer);
    const recorded = this.#recorded;
    for (const { bindings } of recorded?.dispatches ?? []) {
      for (const { buffer } of bindings.slice(1, -1)) {
        if (recorded!.label(buffer)?.startsWith("c")) this.#recorder.drop(buffer);
      }
    }
    for (const id of this.#outside) this.#backend.disposeData(id);
  }

  /** Brings a call's arguments where the program reads them; which set of the state's that is. */
  #load({ tensors }: Call): 0 | 1 {
    const backend = this.#backend;
    const going = this.#donate &&
      this.#handed.length === this.#states && this.#states > 0 &&
      this.#handed.every((dataId, i) => tensors[i].dataId === dataId);
    if (going) {
      // A clone that someone keeps is about to be written over.
      this.#rescue(
        this.#handed.filter((dataId, i) =>
          backend.tensorMap.get(dataId).refCount > 1 && this.#next[i] !== this.#arguments[i].buffer
        ),
      );
    } else {
      this.#rescue(this.#handed);
      this.#phase = 0;
    }
    for (let i = going ? this.#states : 0; i < tensors.length; i++) {
      const argument = this.#arguments[i];
      const { dataId } = tensors[i];
      if (argument.last === dataId) continue;
      this.#fill(argument, dataId);
      // The state's buffers are written by the steps.
      if (!this.#donate || i >= this.#states) argument.last = dataId;
    }
    return this.#phase;
  }

  #fill({ buffer, dtype }: Argument, dataId: object): void {
    const { values, resource } = this.#backend.tensorMap.get(dataId);
    if (resource) this.#copy(resource, buffer);
    else {
      const numbers = dtype === "float32" ? values as Float32Array : Int32Array.from(values!);
      this.#write(buffer, numbers);
    }
  }

  /** Tensors that were handed out get a buffer of their own. */
  #rescue(handed: readonly object[]): void {
    const { tensorMap, bufferManager } = this.#backend;
    for (const dataId of handed) {
      if (!tensorMap.has(dataId)) continue;
      const data = tensorMap.get(dataId);
      const { resource } = data;
      if (!resource || !this.#recorder.isHeld(resource)) continue;
      data.resource = bufferManager.acquireBuffer(resource.size, TENSOR_USAGE);
      this.#copy(resource, data.resource);
    }
    // Numbers from the host overtake what is not yet sent.
    submit(this.#backend);
  }

  #write(buffer: GPUBuffer, values: Float32Array | Int32Array): void {
    this.#backend.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  }

  #copy(from: GPUBuffer, to: GPUBuffer): void {
    if (from === to) return;
    const backend = this.#backend;
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, from.size);
  }

  /** A buffer as the phase has it: of the state's two sets, the one or the other. */
  #place(buffer: GPUBuffer, phase: 0 | 1): GPUBuffer {
    return phase === 0 ? buffer : this.#other.get(buffer) ?? buffer;
  }

  /** The program itself, on tensors over this recording's buffers. */
  #run(body: Body, { phase, keep }: { phase: 0 | 1; keep: boolean }) {
    const buffers = this.#arguments.map(({ buffer }) => this.#place(buffer, phase));
    const tensors = this.#arguments.map((argument, i) =>
      tensorOver(this.#backend, buffers[i], argument)
    );
    this.#standing = new Map(tensors.map(({ dataId }, i) => [dataId, i]));
    try {
      let run: { result: [TensorTree, TensorTree]; recorded: Recorded };
      this.flops = flopsApart(() => {
        run = this.#recorder.record(() => body(tensors), { arguments: buffers, keep });
      });
      return run!;
    } finally {
      tf.dispose(tensors);
    }
  }

  /** Arguments by the stand-ins of the last run. */
  #standing = new Map<object, number>();

  /** Whether a result can be had again from the record: computed, constant, or an argument. */
  #isOwn(t: tf.Tensor, recorded: Recorded): boolean {
    const { resource } = this.#backend.tensorMap.get(t.dataId);
    return isNumeric(t) &&
      (!resource || this.#standing.has(t.dataId) || recorded.label(resource) !== undefined);
  }

  /** What results are, to compare two runs. */
  #linesOf(found: readonly tf.Tensor[], recorded: Recorded): string[] {
    return found.map(({ dataId, shape, dtype }) => {
      const { values, resource } = this.#backend.tensorMap.get(dataId);
      const what = resource
        ? recorded.label(resource) ?? `o${(dataId as { id: number }).id}`
        : `h${values}`;
      return `${dtype}${shape} ${this.#standing.get(dataId) ?? what}`;
    });
  }

  /** A result as it is right after the program itself ran. */
  #leafOf({ dataId, shape, dtype }: tf.Tensor): Leaf {
    const { values, resource } = this.#backend.tensorMap.get(dataId);
    const at = this.#standing.get(dataId);
    const source: Source = at !== undefined
      ? { kind: "argument", at }
      : resource
      ? { kind: "left", buffer: resource }
      : {
        kind: "host",
        values: dtype === "float32" ? Float32Array.from(values!) : Int32Array.from(values!),
      };
    return { shape, dtype, source };
  }

  /**
   * Decides where results are found from now on, and gives the next state's leaves buffers that no
   * other recording writes.
   * @returns what has to be copied once, as the run so far wrote elsewhere
   */
  #settle(found: readonly tf.Tensor[], nextStates: number): [GPUBuffer, GPUBuffer][] {
    const { dispatches, label } = this.#recorded!;
    const renamed = new Map<GPUBuffer, GPUBuffer>();
    const paired = this.#donate && nextStates === this.#states &&
      this.#arguments.slice(0, this.#states).every(({ shape, dtype }, i) =>
        `${shape}` === `${found[i].shape}` && dtype === found[i].dtype
      );
    this.#leaves = found.map((t, i): Leaf => {
      const leaf = this.#leafOf(t);
      const { source } = leaf;
      if (!paired || i >= nextStates) return leaf;
      if (source.kind === "argument" && source.at === i) {
        this.#next[i] = this.#arguments[i].buffer;
        return leaf;
      }
      const own = this.#recorder.hold(bytesOf(t.shape));
      this.#next[i] = own;
      const computed = source.kind === "left" &&
        /^\d/.test(label(source.buffer) ?? "") && !renamed.has(source.buffer);
      if (computed) renamed.set(source.buffer, own);
      else this.#copies.push([this.#constantOf(source), own]);
      return { ...leaf, source: { kind: "state", at: i } };
    });
    const name = (buffer: GPUBuffer) => renamed.get(buffer) ?? buffer;
    this.#copies = this.#copies.map(([from, to]) => [name(from), to]);
    this.#leaves = this.#leaves.map((leaf) =>
      leaf.source.kind === "left"
        ? { ...leaf, source: { kind: "left", buffer: name(leaf.source.buffer) } }
        : leaf
    );
    this.#dispatches = dispatches.map((dispatch) => ({
      ...dispatch,
      bindings: dispatch.bindings.map((binding) => ({ ...binding, buffer: name(binding.buffer) })),
    }));
    this.#next.forEach((next, i) => {
      const { buffer } = this.#arguments[i];
      if (next === buffer) return;
      this.#other.set(buffer, next);
      this.#other.set(next, buffer);
    });
    return [...renamed];
  }

  /** A buffer with the numbers of a next state that the program doesn't compute itself. */
  #constantOf(source: Source): GPUBuffer {
    if (source.kind === "left") return source.buffer;
    if (source.kind === "host") {
      const buffer = this.#recorder.hold(4 * source.values.length);
      this.#write(buffer, source.values);
      return buffer;
    }
    return this.#arguments[source.at].buffer;
  }

  /** Tensors for the caller, who gave `call`; `found` are the program's own, no longer needed. */
  #deliver(
    call: Call,
    leaves: readonly Leaf[],
    found: readonly tf.Tensor[],
    phase: 0 | 1 = this.#phase,
  ): Result {
    const backend = this.#backend;
    const place = (buffer: GPUBuffer) => this.#place(buffer, phase);
    const copied = (buffer: GPUBuffer, leaf: Leaf) => {
      const own = backend.bufferManager.acquireBuffer(bytesOf(leaf.shape), TENSOR_USAGE);
      this.#copy(buffer, own);
      return tensorOver(backend, own, leaf);
    };
    const delivered = leaves.map((leaf, i): tf.Tensor => {
      const { source, shape, dtype } = leaf;
      if (source.kind === "argument") {
        const given = call.tensors[source.at];
        const { resource } = backend.tensorMap.get(given.dataId);
        // A state's buffer is written again; only a leaf that stays where it is may go on in it.
        const stays = i === source.at && this.#next[i] === this.#arguments[i].buffer;
        return resource && this.#recorder.isHeld(resource) && !stays
          ? copied(resource, leaf)
          : shared(backend, given, leaf);
      }
      if (source.kind === "state") {
        return tensorOver(backend, place(this.#next[source.at]), leaf);
      }
      if (source.kind === "host") {
        return tf.engine().makeTensorFromTensorInfo(
          { ...backend.makeTensorInfo(shape, dtype, source.values.slice()), dtype },
        );
      }
      return copied(place(source.buffer), leaf);
    });
    tf.dispose(found as tf.Tensor[]);
    const result = this.#trees.map((tree) => fillTree(tree, (at) => delivered[at])) as Result;
    if (this.#donate) {
      const known = leaves.some(({ source }) => source.kind === "state");
      this.#handed = known ? delivered.slice(0, this.#states).map((t) => t.dataId) : [];
      this.#phase = known ? phase === 0 ? 1 : 0 : 0;
      for (const t of call.tensors.slice(0, this.#states)) if (!t.isDisposed) t.dispose();
    }
    submit(backend);
    return result;
  }
}
