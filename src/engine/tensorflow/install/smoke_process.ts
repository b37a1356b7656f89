/**
 * Runs the smoke test in a process of its own and says what it came to.
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Stage } from "./smoke.ts";
import { asInstalled } from "../../../base/mod.ts";
import { failure } from "../../../install/mod.ts";

/** What a library that passed says of itself. */
export interface SmokeResult {
  /** TensorFlow's version. */
  readonly version: string;
  /** What it computes on, as the engine names it. */
  readonly device: string;
}

/** How the process is started. Tests give another program. */
export interface SmokeOptions {
  readonly program?: string;
  /** Milliseconds until it counts as hanging. The first use of a GPU may compile for a minute. */
  readonly limit?: number;
}

/** Lines of standard error that are shown with a failure. */
const lastWords = 6;

/**
 * Loads the library, opens the engine on it, and checks a product and a convolution's gradients.
 * @throws EngineError naming the stage that failed, with the library's last words
 */
export async function smokeTest(
  library: string,
  options: SmokeOptions = {},
): Promise<SmokeResult> {
  const { program = fromFileUrl(new URL("./smoke.ts", import.meta.url)), limit = 300_000 } =
    options;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", asInstalled, program, library],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limit);
  const { stdout, stderr, signal, code } = await child.output();
  clearTimeout(timer);
  const stages = stagesIn(new TextDecoder().decode(stdout));
  const words = new TextDecoder().decode(stderr).split("\n").filter((line) => line.trim() !== "")
    .slice(-lastWords).map((line) => `\n  ${line}`).join("");
  const failed = stages.find((s) => s.stage === "failed");
  const [load, open] = ["load", "open"].map((name) => stages.find((s) => s.stage === name));
  if (failed?.stage === "failed") throw unfit(library, failed.message + words);
  const computed = stages.some((s) => s.stage === "gradient");
  if (!computed || code !== 0 || load?.stage !== "load" || open?.stage !== "open") {
    const reached = stages.at(-1)?.stage ?? "start";
    const how = late
      ? `hung for ${limit / 1000} s`
      : signal === null
      ? `ended with exit code ${code}`
      : `crashed with ${signal}`;
    const hint = signal === "SIGILL"
      ? "; this processor lacks an instruction that the build uses (AVX?)"
      : "";
    throw unfit(library, `it ${how} after the stage \`${reached}\`${hint}${words}`);
  }
  return { version: load.version, device: open.device };
}

function unfit(library: string, why: string): Error {
  return failure(`${library} is there but does not pass its smoke test: ${why}`);
}

/** The JSON lines among what was printed; the library may print too. */
function stagesIn(text: string): Stage[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value = JSON.parse(line);
      return typeof value?.stage === "string" ? [value as Stage] : [];
    } catch {
      return [];
    }
  });
}
