/**
 * `engine tensorflow --install`: installs the library of the engine `tensorflow`.
 * @module
 */
import type { Installation } from "../../engine/tensorflow/install/mod.ts";
import { type Phase, phases } from "../../install/mod.ts";
import { builds, cacheFolder, deviceOf } from "../../install/tensorflow/mod.ts";
import { exitCodes, UsageError } from "../../base/mod.ts";
import { formatSeconds } from "../../base/text/mod.ts";
import type { Arguments, Terminal } from "../../cli/mod.ts";
import { InstallView } from "./install_view.ts";

/** Options that mean something with `--install` alone. */
const installOnly = ["device", "from"] as const;

/** Throws UsageError where `--install` and its options don't fit together or the engine. */
export function checkInstall(args: Arguments): void {
  const given = installOnly.find((option) => args.one(option) !== undefined) ??
    (args.has("force") ? "force" : undefined);
  if (!args.has("install")) {
    if (given !== undefined) throw new UsageError(`--${given} goes with --install`);
    return;
  }
  const [name] = args.positionals;
  if (name !== "tensorflow") {
    const found = name === undefined ? "no engine was named" : `\`${name}\` was named`;
    throw new UsageError(
      `--install is for the engine tensorflow, the only one that npm doesn't bring; ${found}; ` +
        "write: likeness engine tensorflow --install",
    );
  }
  if (args.has("conformance")) {
    throw new UsageError("--conformance and --install are two things; install first");
  }
}

/** Installs, or finds that nothing is to be done; ends with the smoke test either way. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const { install } = await import("../../engine/tensorflow/install/mod.ts");
  const device = deviceOf(args.one("device") ?? "cpu", "--device");
  const json = args.has("json");
  const view = new InstallView(terminal, json);
  const begun = performance.now();
  let result: Installation;
  try {
    result = await install({
      build: builds[device],
      cache: cacheFolder(),
      from: args.one("from"),
      force: args.has("force"),
      listener: view.listen,
    });
  } finally {
    view.close();
  }
  const total = (performance.now() - begun) / 1000;
  terminal.print(json ? JSON.stringify(outcome(result, total)) : outcomeText(result, total));
  return exitCodes.pass;
}

/** The outcome for programs: seconds by phase and in all, bytes downloaded. */
export function outcome(result: Installation, total: number): Record<string, unknown> {
  const { state, place, smoke, seconds, downloaded } = result;
  return {
    engine: "tensorflow",
    state,
    build: place.device,
    version: smoke.version,
    device: smoke.device,
    library: place.library,
    downloaded,
    seconds: { ...seconds, total },
  };
}

/** The outcome for a person. */
export function outcomeText(result: Installation, total: number): string {
  const { state, place, smoke, seconds } = result;
  const had = state === "already" ? "already installed" : "installed";
  const parts = phases.flatMap((phase: Phase) =>
    seconds[phase] === undefined ? [] : [`${phase} ${formatSeconds(seconds[phase])}`]
  );
  const lines = [
    `TensorFlow ${smoke.version} for ${place.device}: ${had} in ${place.folder}`,
    `  smoke test passed on ${smoke.device}`,
    `  ${formatSeconds(total)} in all: ${parts.join(", ")}`,
  ];
  const gpu = /\b(gpu|cuda|nvidia)\b/i.test(smoke.device);
  if (place.device === "cuda" && !gpu) {
    lines.push("  no GPU was found: this build runs on the CPU here");
  }
  return lines.join("\n");
}
