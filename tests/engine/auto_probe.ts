/** Prints what `auto` opens, as JSON; named engines that can't start are told too. */
import { openEngine } from "../../src/engine/mod.ts";

const { engine, choice } = await openEngine("auto");
const refused: Record<string, string> = {};
for (const name of Deno.args) {
  try {
    await openEngine(name as "wasm");
  } catch (error) {
    refused[name] = `${(error as Error).name}: ${(error as Error).message}`;
  }
}
console.log(JSON.stringify({ name: engine.identity.name, choice, refused }));
