/**
 * Copies the records that figures of suites read from a store into the tree:
 * `deno run -A src/proof/figures/suites/keep.ts [--out DIR] [SUITE …]`.
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { exitCodes, UsageError } from "../../../base/mod.ts";
import { runProgram } from "../../../base/program/mod.ts";
import { defaultOut } from "../../../record/mod.ts";
import { figuresFolder } from "../figures.ts";
import { type MeasuredSuite, planOf } from "./figures_of_suite.ts";
import { keepRecords } from "./small_records.ts";

/** The suites whose records are kept. */
const suites: readonly MeasuredSuite[] = [
  { group: "image-families", suite: "faces-quick", engine: "tensorflow" },
  { group: "image-families", suite: "faces-32", engine: "tensorflow" },
  { group: "scenes", suite: "scenes-quick", engine: "wasm" },
  { group: "lifecycle", suite: "lifecycle", engine: "tensorflow" },
];

if (import.meta.main) runProgram(main);

async function main(): Promise<number> {
  let code: number = exitCodes.pass;
  const args = parseArgs(Deno.args, { string: ["out"] });
  const names = args._.map(String);
  for (const name of names) {
    if (suites.some(({ suite }) => suite === name)) continue;
    throw new UsageError(
      `no records of ${name} are kept; of ${suites.map(({ suite }) => suite).join(", ")} are`,
    );
  }
  for (const of of suites) {
    if (names.length > 0 && !names.includes(of.suite)) continue;
    const plan = await planOf(of);
    const out = String(args.out ?? defaultOut);
    const kept = plan === null
      ? []
      : await keepRecords({ ...of, out, figures: figuresFolder, plan });
    console.log(`${of.suite}: ${kept.length} of ${plan?.length ?? 0} records kept`);
    if (names.length > 0 && kept.length === 0) code = exitCodes.failed;
  }
  return code;
}
