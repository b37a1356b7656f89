/**
 * Errors that only the device can see: kernels note them in one number there, and the next read
 * brings it along.
 * @module
 */
import { flat, type Program, type TensorInfo, type WebgpuBackend } from "../backend.ts";

/** What a kernel may note, by its code; the smallest code stays. */
const FAULTS: Readonly<Record<number, string>> = {
  [-1]: "categorical: a row of logits holds NaN or +∞, or nothing but −∞",
  [-2]: "a segment's number is beyond the number of segments",
};

interface Noted {
  readonly fault: TensorInfo;
  pending: boolean;
}

const noted = new WeakMap<WebgpuBackend, Noted>();

function noteOf(backend: WebgpuBackend): Noted {
  let note = noted.get(backend);
  if (note === undefined) {
    note = { fault: backend.makeTensorInfo([1], "int32", Int32Array.of(0)), pending: false };
    noted.set(backend, note);
  }
  return note;
}

/** A thread an element. */
function program(threads: number, code: number): Program {
  return {
    variableNames: ["checked"],
    uniforms: "total : i32, limit : i32",
    shaderKey: `recordFaults${code}`,
    ...flat(threads),
    outputShape: [1],
    atomic: true,
    getUserCode: () => `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let found = checked[index];
  if (${code === -1 ? "found < 0" : "found >= uniforms.limit"}) { atomicMin(&result[0], ${code}); }
}
`,
  };
}

function record(
  backend: WebgpuBackend,
  checked: TensorInfo,
  { code, limit }: { code: number; limit: number },
): void {
  const note = noteOf(backend);
  const total = checked.shape.reduce((n, d) => n * d, 1);
  if (total === 0) return;
  backend.runWebGPUProgram(program(total, code), [checked], "int32", [
    { type: "int32", data: [total] },
    { type: "int32", data: [limit] },
  ], note.fault);
  note.pending = true;
}

/** Notes draws of −1. */
export function recordFaults(backend: WebgpuBackend, draws: TensorInfo): void {
  record(backend, draws, { code: -1, limit: 0 });
}

/** Notes segment numbers of `limit` or more. */
export function recordSegments(backend: WebgpuBackend, names: TensorInfo, limit: number): void {
  record(backend, names, { code: -2, limit });
}

/** Whether these are the numbers that kernels note faults in. */
export function isFault(backend: WebgpuBackend, { dataId }: TensorInfo): boolean {
  return noted.get(backend)?.fault.dataId === dataId;
}

/** Kernels that note faults are about to run again without being asked for one by one. */
export function expectFaults(backend: WebgpuBackend): void {
  noteOf(backend).pending = true;
}

/** The number that kernels note faults in, if any may have since it was last taken. */
export function takeFault(backend: WebgpuBackend): TensorInfo | undefined {
  const note = noted.get(backend);
  if (!note?.pending) return undefined;
  note.pending = false;
  return note.fault;
}

/** Sets the number back, once a fault was reported; programs may hold its buffer. */
export function clearFault(backend: WebgpuBackend): void {
  const note = noted.get(backend);
  const buffer = note && backend.tensorMap.get(note.fault.dataId).resource;
  if (buffer) backend.device.queue.writeBuffer(buffer, 0, Int32Array.of(0));
}

/**
 * Turns a code that was read, and isn't 0, into an error.
 * @throws RangeError always
 */
export function throwFault(code: number): never {
  throw new RangeError(
    `${FAULTS[code] ?? `fault ${code}`}; found by what ran on the device since the last read`,
  );
}
