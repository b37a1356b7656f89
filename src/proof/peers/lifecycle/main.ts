/**
 * `deno task peers:lifecycle`: losses of one step here and in TRL, on the same tensors.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import type { Arguments, Command, Terminal } from "../../../cli/mod.ts";
import { openEngine } from "../../../engine/mod.ts";
import { exitCodes, UsageError } from "../../../base/mod.ts";
import { inTempFolder, lastWords, runProgram } from "../../figures/process.ts";
import { runCommand } from "../command.ts";
import { agreementWithTrl, distance, TOLERANCE } from "./agreement.ts";
import { readGolden } from "./golden.ts";

/** Names a Python with tests/peers/requirements_lifecycle.txt. */
export const PYTHON = "LIKENESS_LANGUAGE_PYTHON";
const SCRIPT = fromFileUrl(new URL("../../../../tests/peers/trl_golden.py", import.meta.url));

/** What the command line says of itself. */
export const command: Command = {
  name: "peers:lifecycle",
  summary: "Losses of fine-tuning and alignment here and in TRL, on the same tensors",
  about:
    "TRL's trainers make a batch of one small model and say the loss of a step and the norm of its " +
    "gradient; the family `language` does the same with the same weights and tokens. Each number may " +
    `be ${TOLERANCE} apart, relative where it is above 1. ${PYTHON} names a Python that has ` +
    "tests/peers/requirements_lifecycle.txt. Takes a minute.",
  positionals: [],
  options: [],
  examples: [[`${PYTHON}=python3 deno task peers:lifecycle`, "all losses"]],
  exits: [
    [exitCodes.pass, "all agree"],
    [exitCodes.regressed, "one of them doesn't"],
    [exitCodes.failed, "TRL couldn't be asked"],
    [exitCodes.usage, "no Python"],
  ],
  load: () => Promise.resolve({ main }),
};

async function main(_args: Arguments, terminal: Terminal): Promise<number> {
  const python = Deno.env.get(PYTHON);
  if (!python) {
    throw new UsageError(
      `${PYTHON} names no Python with tests/peers/requirements_lifecycle.txt installed`,
    );
  }
  return await inTempFolder(async (folder) => {
    const file = join(folder, "trl.json");
    const ran = await runProgram(python, [SCRIPT, file], { env: { HF_HUB_OFFLINE: "1" } });
    if (ran.code !== 0) {
      terminal.print(`TRL: ${lastWords(ran)}`);
      return exitCodes.failed;
    }
    const golden = await readGolden(file), { engine } = await openEngine("wasm");
    const all = await agreementWithTrl(engine, golden);
    const versions = Object.entries(golden.versions).map(([name, version]) => `${name} ${version}`);
    terminal.print(versions.join(", "));
    for (const one of all) {
      const { name, loss, gradientNorm } = one, far = distance(one);
      terminal.print(
        `${name}: ${loss.ours.toFixed(7)} here, ${loss.theirs.toFixed(7)} there; gradient ` +
          `${gradientNorm.ours.toFixed(6)} and ${gradientNorm.theirs.toFixed(6)}` +
          (far <= TOLERANCE ? "" : ": they differ"),
      );
    }
    return all.every((one) => distance(one) <= TOLERANCE) ? exitCodes.pass : exitCodes.regressed;
  });
}

if (import.meta.main) runCommand(command);
