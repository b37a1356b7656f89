/**
 * A process that claims a run when it is told to, and keeps it while its standard input is open:
 * `claiming.ts OUT SEED`.
 * @module
 */
import { openStore } from "../../src/record/store.ts";
import { BusyError, RunStatusFile } from "../../src/run/status_file.ts";
import { planned } from "./harness.ts";

if (import.meta.main) {
  const [out, seed] = Deno.args;
  const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const status = new RunStatusFile(openStore(out), planned({ seed: Number(seed) }));
  const input = Deno.stdin.readable.getReader();
  say("ready\n");
  await input.read();
  try {
    await status.claim();
    say("mine\n");
  } catch (error) {
    if (!(error instanceof BusyError)) throw error;
    say("busy\n");
  }
  await input.read();
}
