/**
 * Measures the sanity table of each extractor on the heads and writes it beside this file, from
 * where reports take it:
 *
 *     deno run -A src/proof/sanity/make.ts [--samples 1000] [--cache DIR] [judge lite0]
 *
 * Minutes an extractor. Run it again whenever the heads, an extractor or the table changes.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { heads, headsConfig } from "../../data/heads/mod.ts";
import { openEngine } from "../../engine/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { runProgram } from "../../base/program/mod.ts";
import { hostKey } from "../../random/host/mod.ts";
import { sanityFile } from "../../extractors/sanity/mod.ts";
import { sanityTable } from "./table.ts";
import { openExtractor } from "../../extractors/mod.ts";

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, { string: ["samples", "cache"] });
  const samples = Number(args.samples ?? 1000);
  if (!Number.isInteger(samples) || samples < 100) {
    throw new UsageError(`--samples wants a whole number of at least 100, not ${args.samples}`);
  }
  const config = headsConfig.parse({
    train: 2000,
    test: samples,
    judge: 0,
    // One gender alone must still fill a set.
    judge_test: Math.ceil(2.3 * samples),
  });
  const dataset = await heads.load(config, {
    cache: String(args.cache ?? ".likeness/cache"),
    jobs: navigator.hardwareConcurrency,
  });
  const { engine } = await openEngine("wasm");
  for (const name of args._.length > 0 ? args._.map(String) : ["judge", "lite0"]) {
    const extractor = await openExtractor(name, engine);
    const table = await sanityTable({
      dataset,
      engine,
      extractor,
      key: hostKey(1, "sanity"),
      samples,
      train: 2000,
      progress: (note) => console.error(note),
    });
    const file = sanityFile(extractor.name);
    await Deno.writeTextFile(file, JSON.stringify(table, null, 2) + "\n");
    const fails = table.claims.filter(({ holds }) => !holds);
    console.log(
      `${extractor.name}: ${table.rows.length} sets of ${samples}, ${fails.length} claims fail`,
    );
    for (const { claim } of fails) console.log(`  fails: ${claim}`);
  }
}

if (import.meta.main) runProgram(main);
