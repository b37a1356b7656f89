/**
 * A program that uses splats with helper threads, here or in a worker, and then has nothing left to do:
 * it must end by itself. Run by splats_test.ts.
 * @module
 */
import { openSplats } from "../../src/kernels/mod.ts";
import { camera, frame, gaussians } from "./scenes.ts";

/** Draws until all helpers are up; then says how much is covered. */
async function use(): Promise<string> {
  const splats = openSplats({ threads: 3 }), { form, parameters } = gaussians(1, { count: 500 });
  const asked = { ...frame(64, 64), cameras: camera(1, { height: 64, width: 64 }) };
  let covered = 0;
  for (const end = Date.now() + 500; Date.now() < end;) {
    const { alpha } = splats.render(parameters, form, asked);
    covered = alpha.reduce((sum, value) => sum + value, 0);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return covered.toFixed(3);
}

const scope = globalThis as unknown as {
  readonly name?: string;
  postMessage?(said: string): void;
  close(): void;
};
if (scope.name === "splats") {
  scope.postMessage!(await use());
  scope.close();
} else if (Deno.args[0] === "worker") {
  const worker = new Worker(import.meta.url, { type: "module", name: "splats" });
  worker.onmessage = ({ data }) => console.log(data);
} else if (Deno.args[0] === "ended-worker") {
  const worker = new Worker(import.meta.url, { type: "module", name: "splats" });
  worker.onmessage = ({ data }) => {
    console.log(data);
    worker.terminate();
  };
} else console.log(await use());
