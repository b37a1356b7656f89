/**
 * Entry of a Deno Worker.
 * @module
 */
import type { FromWorker, ToWorker } from "./messages.ts";
import { TaskServer } from "../serve.ts";

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let server: TaskServer | null = null;

scope.onmessage = ({ data }) => {
  if (data.kind === "settings") {
    // Shared memory, since a worker in a step hears no message.
    const flag = data.stop === null ? null : new Int32Array(data.stop);
    server = new TaskServer(data.settings, {
      stopped: () => flag !== null && Atomics.load(flag, 0) !== 0,
      post: (message) => scope.postMessage(message),
    });
  } else if (data.kind === "task") {
    void server!.serve(data.task);
  }
};
