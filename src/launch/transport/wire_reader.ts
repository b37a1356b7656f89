/**
 * The thread of a worker process that listens to its launcher, so that neither a stop nor the
 * launcher's end has to wait for a step, or for native code, to come back.
 * @module
 */
import type { ToWorker } from "./messages.ts";
import { openInput } from "./wire.ts";

/** What the thread is started with. */
export interface ReaderStart {
  readonly onWire: boolean;
  /** int32 [1], set to 1 on a stop. */
  readonly stop: SharedArrayBuffer;
}

const scope = self as unknown as {
  postMessage(message: ToWorker): void;
  onmessage: ((event: MessageEvent<ReaderStart>) => void) | null;
};

/** Reads until the launcher is gone, and then ends the process: nothing waits for what it does. */
function read({ onWire, stop }: ReaderStart): never {
  const input = openInput(onWire), decoder = new TextDecoder();
  const chunk = new Uint8Array(1 << 16);
  let rest = "";
  for (let size = input.readSync(chunk); size !== null; size = input.readSync(chunk)) {
    const parts = (rest + decoder.decode(chunk.subarray(0, size), { stream: true })).split("\n");
    rest = parts.pop()!;
    for (const line of parts) {
      const message = JSON.parse(line) as ToWorker;
      if (message.kind === "stop") Atomics.store(new Int32Array(stop), 0, 1);
      else scope.postMessage(message);
    }
  }
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("this process has ended");
}

scope.onmessage = ({ data }) => read(data);
