/**
 * `deno task peers:speed`: the same models in this harness, in PyTorch and in JAX, on this machine.
 * @module
 */
import { join } from "@std/path";
import type { Arguments, Command, Terminal } from "../../cli/mod.ts";
import { chooseEngine } from "../../cli/engine/mod.ts";
import { type EngineName, openEngine } from "../../engine/mod.ts";
import { exitCodes, requireWritable, UsageError } from "../../base/mod.ts";
import { hostProvenance, instructionSet } from "../../record/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import { runCommand } from "./command.ts";
import { type ContenderName, CONTENDERS } from "./contender/contender.ts";
import {
  measureModel,
  type MeasureOptions,
  peakFlops,
  type TimedModel,
  withUtilisation,
} from "./measure.ts";
import { MODEL_NAMES } from "./models.ts";
import { writePeersReport } from "./page/page.ts";
import { type PeerDevice, peersPython } from "./contender/python.ts";
import { isOurs, type PeersReport, REPORT_FILE } from "./page/schema.ts";
import { agreementText, textTable } from "./page/table.ts";

const ENGINES: readonly EngineName[] = ["tensorflow", "webgpu", "wasm"];
const DEFAULT_CONTENDERS: readonly ContenderName[] = [
  "ours",
  "torch-eager",
  "torch-compile",
  "jax",
];
const TURN_SECONDS = 1;
const cores = navigator.hardwareConcurrency;

/** What the command line says of itself. */
export const command: Command = {
  name: "peers:speed",
  summary: "The same models here, in PyTorch and in JAX, in turns on this machine",
  about:
    "Trains and decodes the same models from equal weights on equal numbers in this harness, " +
    "PyTorch (eager and torch.compile) and JAX (jit), one live process each, taking turns, and " +
    "writes step times, ratios with intervals, compile time, peak memory and utilisation as a " +
    "report. The first use makes a Python 3.11 environment in the cache (LIKENESS_CACHE), some 3 GB " +
    "to download. Takes half an hour for all models; leave the machine alone meanwhile.",
  positionals: [],
  options: [
    { name: "models", value: "NAMES", about: `Of ${MODEL_NAMES.join(", ")}. Default: all` },
    {
      name: "contenders",
      value: "NAMES",
      about: `Of ${CONTENDERS.join(", ")}; Default: ${DEFAULT_CONTENDERS.join(",")}`,
    },
    {
      name: "rounds",
      value: "N",
      takes: { kind: "whole", minimum: 1 },
      about: "Turns of each contender. Default: 9",
    },
    { name: "engine", value: "NAME", about: "Engine of `ours`. Default: the best that starts" },
    { name: "device", value: "cpu|cuda", about: "Where all compute. Default: cpu" },
    {
      name: "threads",
      value: "N",
      takes: { kind: "whole", minimum: 1, maximum: cores },
      about: "Processors that each may use. Default: all",
    },
    { name: "size", value: "bench|tiny", about: "tiny only shows that all works. Default: bench" },
    { name: "out", value: "FOLDER", about: "Where the report goes. Default: reports/peers-speed" },
    { name: "install", about: "Only make the Python environment; again is a no-op" },
  ],
  examples: [
    ["deno task peers:speed", "all models, all contenders"],
    ["deno task peers:speed --models unet --contenders ours,torch-eager --rounds 15", "one ratio"],
    ["deno task peers:speed --device cuda --engine tensorflow", "on a GPU"],
  ],
  exits: [
    [exitCodes.pass, "measured"],
    [exitCodes.usage, "wrong options, or no Python"],
    [exitCodes.failed, "a contender failed, or did other work than the rest"],
  ],
  load: () => Promise.resolve({ main }),
};

function chosen<T extends string>(args: Arguments, option: string, known: readonly T[]): T[] {
  const names = args.list(option);
  if (names === undefined) return [...known];
  for (const name of names) {
    if (!known.includes(name as T)) {
      throw new UsageError(
        `--${option}: there is no ${name}${didYouMean(name, known)}; known: ${known.join(", ")}`,
      );
    }
  }
  return names as T[];
}

function oneOf<T extends string>(args: Arguments, option: string, known: readonly T[]): T {
  const [first, ...rest] = args.one(option) === undefined
    ? [known[0]]
    : chosen(args, option, known);
  if (first === undefined || rest.length > 0) throw new UsageError(`--${option} wants one name`);
  return first;
}

/** The engine asked for, or the one that `auto` chooses. */
async function engineOf(args: Arguments, say: (line: string) => void): Promise<EngineName> {
  if (args.one("engine") !== undefined) return oneOf(args, "engine", ENGINES);
  const { name, why } = await chooseEngine();
  say(`engine ${name} (${why})`);
  return name;
}

async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const say = (line: string) => terminal.warn(line);
  const device = oneOf<PeerDevice>(args, "device", ["cpu", "cuda"]);
  if (args.has("install")) {
    terminal.print(`Python with PyTorch and JAX: ${await peersPython(device, say)}`);
    return exitCodes.pass;
  }
  const size = oneOf<PeersReport["size"]>(args, "size", ["bench", "tiny"]);
  const models = chosen(args, "models", MODEL_NAMES);
  const contenders = args.one("contenders") === undefined
    ? [...DEFAULT_CONTENDERS]
    : chosen<ContenderName>(args, "contenders", CONTENDERS);
  const threads = args.whole("threads") ?? cores;
  const rounds = args.whole("rounds") ?? 9;
  const out = args.one("out") ?? "reports/peers-speed";
  await requireWritable(join(out, REPORT_FILE));
  const own = contenders.some((name) => isOurs({ name }));
  const engine = own ? await engineOf(args, say) : "wasm";
  if (engine !== "tensorflow" && contenders.includes("ours-xla")) {
    throw new UsageError(`ours-xla: engine ${engine} has no XLA; use --engine tensorflow`);
  }
  const python = contenders.some((name) => !isOurs({ name }))
    ? await peersPython(device, say)
    : null;
  const startedAt = new Date().toISOString();
  const provenance = {
    ...await hostProvenance(args.line.replace(/^likeness/, "deno task")),
    instructionSet: await instructionSet(),
  };
  const folder = await Deno.makeTempDir({ prefix: "peers-" });
  const options: MeasureOptions = {
    engine,
    device,
    threads,
    python,
    size,
    contenders,
    rounds,
    turnSeconds: TURN_SECONDS,
    folder,
    say,
  };
  const measured: TimedModel[] = [];
  let report: PeersReport;
  try {
    // Draws what all start from; the same bits on every machine.
    const { engine: drawing } = await openEngine("wasm");
    for (const name of models) {
      measured.push(await measureModel(drawing, name, options));
      const [shown] = withUtilisation(measured.slice(-1), peakFlops(measured));
      for (const line of textTable(shown)) terminal.print(line);
      terminal.print(`  ${agreementText(shown)}\n`);
    }
    const peak = peakFlops(measured);
    report = {
      version: 1,
      size,
      startedAt,
      finishedAt: new Date().toISOString(),
      engine: own ? engine : null,
      device,
      threads,
      rounds,
      peakFlops: peak,
      provenance,
      models: withUtilisation(measured, peak),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  terminal.print(`report: ${await writePeersReport(report, out)}`);
  return report.models.every(sound) ? exitCodes.pass : exitCodes.failed;
}

/** Whether every contender was measured and did the same work. */
function sound({ contenders, disagreement }: PeersReport["models"][number]): boolean {
  return contenders.every((c) => !("failed" in c)) && (disagreement ?? 0) <= 1;
}

if (import.meta.main) runCommand(command);
