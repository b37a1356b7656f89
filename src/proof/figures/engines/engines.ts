/**
 * Figures of the engines: compiled steps compared with what a user would run instead, the cost of a
 * call, whether memory grows, and how long the set-up takes.
 * @module
 */
import { join } from "@std/path";
import { MODEL_NAMES } from "../../peers/models.ts";
import type { Figure, FigureContext } from "../figure.ts";
import {
  type Comparison,
  type Contender,
  measureSpeed,
  type PeersReport,
  speedFigure,
} from "../peer_speed.ts";
import { lastWords, likeness, root } from "../process.ts";

const group = "engines";
const repeat = (name: string, measure = true) =>
  `deno task figures engines/${name}${measure ? " --measure" : ""}`;

/** Models of pictures and symbols; those of text are figures of the group `language`. */
const MODELS = MODEL_NAMES.filter((name) => !name.startsWith("language-"));

/** The published report, made again: all models and contenders, for all figures that read it. */
function report(context: FigureContext): Promise<PeersReport | string> {
  return measureSpeed(context, {
    models: MODEL_NAMES,
    out: join(root, "reports", "peers-speed"),
    note: "running peers:speed for all models: half an hour; leave the machine alone",
  });
}

function comparison(
  name: string,
  about: string,
  { target, ...compared }: Comparison & { readonly target: number },
): Figure {
  return speedFigure({ group, report }, {
    name,
    about,
    target: { is: "<=", value: target },
    ...compared,
  });
}

const training = ({ task, name }: { readonly task: string; readonly name: string }) =>
  task === "train" && MODELS.includes(name);
const named = (name: string) => (model: { readonly name: string }) => model.name === name;
const time = ({ median }: Contender) => median;

const comparisons: readonly Figure[] = [
  comparison(
    "step-over-pytorch-eager",
    "Median time of a compiled training step over eager PyTorch's, in the worst model",
    { models: training, against: ["torch-eager"], of: time, target: 1 },
  ),
  comparison(
    "step-over-best",
    "Median time of a compiled training step over the best of PyTorch eager, torch.compile and " +
      "JAX, in the worst model",
    { models: training, against: ["torch-eager", "torch-compile", "jax"], of: time, target: 1.15 },
  ),
  comparison(
    "memory-over-pytorch",
    "Peak resident memory of training over the smaller of PyTorch eager and torch.compile, the " +
      "libraries included, in the worst model",
    {
      models: training,
      against: ["torch-eager", "torch-compile"],
      of: ({ memory }) => memory.steady,
      target: 1.3,
    },
  ),
  ...[1, 8].map((batch) =>
    comparison(
      `decode-${batch}-over-pytorch`,
      `Median time of a token with a KV cache at batch ${batch} over the best of PyTorch eager and ` +
        "torch.compile",
      {
        models: named(`decode-${batch}`),
        against: ["torch-eager", "torch-compile"],
        of: time,
        target: 0.8,
      },
    )
  ),
];

/** What `measured.ts` says. */
interface Told<T> {
  readonly engine: string;
  readonly machineClass: string;
  readonly measured: T;
}

async function toldBy<T>(
  { once, run }: FigureContext,
  what: "dispatch" | "growth",
): Promise<Told<T> | string> {
  return await once(`engine ${what}`, async () => {
    const ran = await run(["run", "-A", "src/proof/figures/engines/measured.ts", what]);
    return ran.code === 0 ? JSON.parse(ran.stdout) as Told<T> : lastWords(ran);
  });
}

type Dispatch = Readonly<Record<string, { readonly median: number; readonly all: number[] }>>;
type Growth = readonly { step: number; tensors: number; residentBytes: number }[];

function short<T>(
  name: string,
  what: "dispatch" | "growth",
  figure: Pick<Figure, "about" | "unit" | "target"> & { readonly of: (measured: T) => number },
): Figure {
  const { of, ...rest } = figure;
  return {
    group,
    name,
    ...rest,
    cost: "short",
    command: repeat(name, false),
    async measure(context) {
      const found = await toldBy<T>(context, what);
      if (typeof found === "string") return { value: null, reason: found };
      const { engine, machineClass, measured } = found;
      return {
        value: of(measured),
        detail: { measured: measured as unknown },
        source: { engine, machineClass },
      };
    },
  };
}

const inProcess: readonly Figure[] = [
  short<Dispatch>("dispatch-microseconds", "dispatch", {
    about: "Time of a compiled step of 16 scalar arguments and one sum, median of 15 × 400 calls",
    unit: "µs",
    target: { is: "<", value: 100 },
    of: (measured) => measured[16].median,
  }),
  short<Dispatch>("dispatch-microseconds-a-handle", "dispatch", {
    about: "What each further argument adds: from 116 to 516 scalar arguments",
    unit: "µs",
    target: { is: "<=", value: 1 },
    of: (measured) => (measured[516].median - measured[116].median) / 400,
  }),
  short<Growth>("growth-tensors", "growth", {
    about: "Tensors more after 5,000 steps of a small VAE than after the first",
    unit: "tensors",
    target: { is: "=", value: 0 },
    of: (read) => read[read.length - 1].tensors - read[0].tensors,
  }),
  short<Growth>("growth-megabytes", "growth", {
    about: "Resident memory more after step 5,000 of a small VAE than after step 1,000 (a state " +
      "leaked a step would be some 2,000 MB; the runtime's own heap moves by a few)",
    unit: "MB",
    target: { is: "<=", value: 5 },
    of: (read) => {
      const at = (step: number) => read.find((r) => r.step === step)!.residentBytes;
      return (at(5000) - at(1000)) / 1e6;
    },
  }),
];

const setup: Figure = {
  group,
  name: "setup-seconds",
  about: "`deno task engine:tensorflow` with an empty cache: download, check, unpack, smoke test",
  unit: "s",
  target: { is: "<", value: 180 },
  cost: "long",
  command: repeat("setup-seconds"),
  async measure({ run, note }) {
    const cache = await Deno.makeTempDir({ prefix: "figures-setup-" });
    try {
      note("installing TensorFlow into an empty cache: 274 MB to download");
      const ran = await run(likeness("engine", "tensorflow", "--install", "--json"), {
        env: { LIKENESS_CACHE: cache, LIKENESS_TENSORFLOW: "", LIKENESS_TENSORFLOW_DEVICE: "" },
      });
      if (ran.code !== 0) return { value: null, reason: lastWords(ran) };
      const said = JSON.parse(ran.stdout.trim().split("\n").at(-1)!) as {
        seconds: { total: number };
        downloaded: number;
      };
      return {
        value: said.seconds.total,
        detail: { seconds: said.seconds, downloadedBytes: said.downloaded },
        source: { engine: "tensorflow" },
      };
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
};

/** See the module. */
export const engines: readonly Figure[] = [...comparisons, ...inProcess, setup];
