/**
 * Entry of a worker process: JSON lines in, JSON lines out, over its wire.
 * @module
 */
import type { FromWorker, ToWorker } from "./messages.ts";
import { TaskServer } from "../serve.ts";
import { openOutput, wireFlag } from "./wire.ts";
import type { ReaderStart } from "./wire_reader.ts";

/** Serves tasks until the launcher is gone. */
function main(): void {
  const onWire = Deno.args.includes(wireFlag);
  // Ctrl-C reaches the whole group; the launcher alone decides what it means.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => {});
  const send = openOutput(onWire);
  const post = (message: FromWorker) => {
    try {
      send(JSON.stringify(message) + "\n");
    } catch (error) {
      // The launcher is gone: the reader ends this process.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
  if (!onWire) {
    // Standard output is the wire: what libraries print must not get between the messages.
    console.log =
      console.info =
      console.debug =
      console.warn =
        console.error;
  }
  const stop = new SharedArrayBuffer(4), flag = new Int32Array(stop);
  let server: TaskServer | null = null;
  let last = Promise.resolve();
  const reader = new Worker(new URL("./wire_reader.ts", import.meta.url), { type: "module" });
  reader.onmessage = ({ data: message }: MessageEvent<ToWorker>) => {
    if (message.kind === "settings") {
      server = new TaskServer(message.settings, {
        stopped: () => Atomics.load(flag, 0) !== 0,
        post,
      });
    } else if (message.kind === "task") {
      last = last.then(() => server!.serve(message.task));
    }
  };
  reader.postMessage({ onWire, stop } satisfies ReaderStart);
}

if (import.meta.main) main();
