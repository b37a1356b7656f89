/**
 * Copies the records that the figures of the image families read from a store into the tree:
 * `deno run -A src/proof/figures/image_families/keep.ts [--out DIR] [SUITE …]`.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { exitCodes } from "../../../base/mod.ts";
import { runProgram } from "../../../base/program/mod.ts";
import { defaultOut } from "../../../record/mod.ts";
import { figuresFolder } from "../figures.ts";
import { planOf } from "./image_families.ts";
import { keepRecords } from "./small_records.ts";

if (import.meta.main) runProgram(main);

async function main(): Promise<number> {
  let code: number = exitCodes.pass;
  const args = parseArgs(Deno.args, { string: ["out"] });
  const suites = args._.length > 0 ? args._.map(String) : ["faces-quick", "faces-32"];
  for (const suite of suites) {
    const plan = await planOf(suite);
    const out = String(args.out ?? defaultOut);
    const kept = plan === null
      ? []
      : await keepRecords({ out, figures: figuresFolder, suite, plan });
    console.log(`${suite}: ${kept.length} of ${plan?.length ?? 0} records kept`);
    if (kept.length === 0) code = exitCodes.failed;
  }
  return code;
}
