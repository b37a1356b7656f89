/**
 * Entry of a worker process: JSON lines in, JSON lines out, nothing else on standard output.
 * @module
 */
import { lines } from "./lines.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { TaskServer } from "./serve.ts";

/** Serves tasks from standard input until it ends. */
async function main(): Promise<void> {
  let stopped = false;
  // Ctrl-C reaches the whole group; the launcher alone decides what it means.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => {});
  const post = (message: FromWorker) => {
    const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  };
  // What libraries print must not get between the messages.
  console.log =
    console.info =
    console.debug =
    console.warn =
      console.error;
  let server: TaskServer | null = null;
  let last = Promise.resolve();
  for await (const line of lines(Deno.stdin.readable)) {
    const message = JSON.parse(line) as ToWorker;
    if (message.kind === "settings") {
      server = new TaskServer(message.settings, {
        stopped: () => stopped,
        post,
      });
    } else if (message.kind === "task") {
      last = last.then(() => server!.serve(message.task));
    } else {
      stopped = true;
    }
  }
  Deno.exit(0);
}

if (import.meta.main) await main();
