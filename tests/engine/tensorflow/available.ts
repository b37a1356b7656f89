/**
 * The tensorflow engine for tests, where it is installed. Elsewhere tests of it are skipped, the
 * reason printed once a file.
 * @module
 */
import { type Engine, engineStatuses, openEngine } from "../../../src/engine/mod.ts";

const status = (await engineStatuses()).find(({ name }) => name === "tensorflow")!.status;

/** Whether the engine is installed here. */
export const available = status === "ready";

if (!available) console.log(`skipped: engine tensorflow ${status}`);

/** The engine; where it isn't available, an object that no test touches. */
export const engine: Engine = available
  ? (await openEngine("tensorflow")).engine
  : {} as unknown as Engine;

/** A test that needs the engine. */
export function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: !available, fn });
}
