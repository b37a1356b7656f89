/**
 * Our filters and MinHash signatures on documents of a file, timed: a line of JSON a command, as
 * tests/peers/curation_peer.py answers them.
 * @module
 */
import process from "node:process";
import { linesOf } from "../../../base/text/mod.ts";
import { minhashSketch } from "../../../curation/dedup/mod.ts";
import { type MapStage, stageOf } from "../../../curation/mod.ts";

const order = ["gopher_repetition", "gopher_quality", "c4_quality", "fineweb_quality"];

/** A command: documents by their numbers. */
interface Command {
  readonly do: "filters" | "minhash" | "quit";
  readonly from: number;
  readonly to: number;
}

async function stages(): Promise<MapStage[]> {
  return await Promise.all(order.map(async (name) => {
    const definition = await stageOf(name);
    return await definition.make(definition.config.parse({}), { cache: "." }) as MapStage;
  }));
}

/** Why a document is dropped by the filters in turn; null: it is kept. */
async function why(filters: readonly MapStage[], whole: string): Promise<string | null> {
  let text = whole;
  for (const stage of filters) {
    const decision = await stage.decide({ text, from: { dataset: "speeches", index: 0 } });
    if (!decision.keep) return decision.why;
    text = decision.text ?? text;
  }
  return null;
}

if (import.meta.main) {
  const texts = JSON.parse(await Deno.readTextFile(Deno.args[0])) as string[];
  const filters = await stages(), sketch = minhashSketch();
  console.log(JSON.stringify({ ready: true, versions: { deno: Deno.version.deno } }));
  for await (const line of linesOf(Deno.stdin.readable)) {
    const command = JSON.parse(line) as Command;
    if (command.do === "quit") break;
    const before = process.cpuUsage(), found: (string | number | null)[] = [];
    for (const text of texts.slice(command.from, command.to)) {
      found.push(command.do === "filters" ? await why(filters, text) : sketch(text).shingles);
    }
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ seconds: (user + system) / 1e6, found }));
  }
}
