/**
 * Figures of a real checkpoint: SmolLM2-135M-Instruct scored here and by transformers with
 * lm-evaluation-harness, both reading the same GGUF file.
 * @module
 */
import { fromFileUrl, join, resolve } from "@std/path";
import { namedFile } from "../../../families/language/checkpoint/mod.ts";
import { log } from "../../../numeric/mod.ts";
import { heldOut, openText } from "../../peers/language/text.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, lastWords } from "../process.ts";
import type { CheckpointJob, CheckpointScores, OwnScores } from "./checkpoint_work.ts";

const group = "language";
const CHECKPOINT = "smollm2-135m-instruct";
const WORK = "src/proof/figures/language/checkpoint_work.ts";
const PEER = fromFileUrl(new URL("../../../../tests/peers/smollm2_peer.py", import.meta.url));
const TASKS = fromFileUrl(new URL("../../../metrics/text/tasks/built_in/", import.meta.url));
/** Names a Python with tests/peers/requirements_language.txt. */
const PYTHON = "LIKENESS_LANGUAGE_PYTHON";
/** Documents, characters of each, tokens of a window, documents of a task. */
const SIZE = { documents: 8, characters: 4096, context: 1024, limit: 40 } as const;

/** Both sides' scores. */
interface Scored {
  readonly ours: OwnScores;
  readonly theirs: CheckpointScores;
  readonly bytes: number;
}

async function theirScores(
  python: string,
  job: Omit<CheckpointJob, "checkpoint" | "cache"> & { readonly gguf: string },
): Promise<CheckpointScores | string> {
  return await inTempFolder(async (folder) => {
    const file = join(folder, "job.json");
    await Deno.writeTextFile(file, JSON.stringify(job));
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: [PEER, file],
      env: { HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", DISABLE_MULTIPROC: "1" },
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (!success) return `lm-evaluation-harness: ${text(stderr).split("\n").slice(-3).join(" | ")}`;
    return JSON.parse(text(stdout).split("\n").at(-1)!) as CheckpointScores;
  });
}

/** Scores on both sides, once for all figures; or why there are none. */
async function scored({ once, note, run }: FigureContext): Promise<Scored | string> {
  return await once("smollm2", async () => {
    const python = Deno.env.get(PYTHON);
    if (!python) {
      return `${PYTHON} names no Python with tests/peers/requirements_language.txt installed`;
    }
    note(`scoring ${CHECKPOINT} here and by lm-evaluation-harness: some minutes a side`);
    const cache = resolve(".likeness/cache");
    const texts = (await heldOut(await openText("speeches"))).slice(0, SIZE.documents)
      .map((text) => text.slice(0, SIZE.characters));
    const asked = {
      context: SIZE.context,
      limit: SIZE.limit,
      texts,
      tasks: ["faces_age", "faces_expression", "faces_cloze", "faces_say"],
      folder: TASKS,
    };
    const gguf = await namedFile(CHECKPOINT, { say: note });
    const ours = await inTempFolder(async (folder): Promise<OwnScores | string> => {
      const file = join(folder, "job.json");
      await Deno.writeTextFile(file, JSON.stringify({ ...asked, checkpoint: CHECKPOINT, cache }));
      const ran = await run(["run", "-A", WORK, file]);
      return ran.code === 0
        ? JSON.parse(ran.stdout.trim().split("\n").at(-1)!) as OwnScores
        : lastWords(ran);
    });
    if (typeof ours === "string") return ours;
    const theirs = await theirScores(python, { ...asked, gguf });
    if (typeof theirs === "string") return theirs;
    const encoder = new TextEncoder();
    return { ours, theirs, bytes: texts.reduce((n, text) => n + encoder.encode(text).length, 0) };
  });
}

const bitsOf = ({ rolling }: CheckpointScores, bytes: number) =>
  -rolling.reduce((sum, one) => sum + one, 0) / log(2) / bytes;

/** Values of tasks on both sides: those that count answers, or the others. */
export function taskDifferences(
  { ours, theirs }: Pick<Scored, "ours" | "theirs">,
  counts: boolean,
): { readonly name: string; readonly ours: number; readonly theirs: number }[] {
  return Object.entries(theirs.tasks).flatMap(([task, values]) =>
    Object.entries(values).flatMap(([name, value]) => {
      const own = ours.tasks[task]?.[name];
      // What they give no error of, or name beside the metrics, isn't compared.
      if (typeof value !== "number" || !name.includes(",")) return [];
      if (/^(acc|acc_norm|acc_mutual_info|exact_match)(_stderr)?,/.test(name) !== counts) return [];
      return [{
        name: `${task} ${name}`,
        ours: typeof own === "number" ? own : NaN,
        theirs: value,
      }];
    })
  );
}

function figure(
  name: string,
  { read, ...rest }: Pick<Figure, "about" | "unit" | "target"> & {
    readonly read: (scored: Scored) => Measured;
  },
): Figure {
  return {
    group,
    name,
    ...rest,
    cost: "long",
    command: `deno task figures ${group}/${name} --measure`,
    async measure(context) {
      const found = await scored(context);
      if (typeof found === "string") return { value: null, reason: found };
      const { engine, machineClass } = found.ours;
      const measured = read(found);
      return {
        ...measured,
        detail: { ...measured.detail, ...SIZE, versions: found.theirs.versions },
        source: { engine, machineClass },
      };
    },
  };
}

const about = `SmolLM2-135M-Instruct (Q4_1): `;

/** See the module. */
export const smollm2Figures: readonly Figure[] = [
  figure("smollm2-bits-from-transformers", {
    about: `${about}bits a byte of held-out speeches here, away from those that transformers and ` +
      "lm-evaluation-harness give of the same file and texts",
    unit: "bits a byte",
    target: { is: "<=", value: 0.001 },
    read: ({ ours, theirs, bytes }) => {
      const [here, there] = [bitsOf(ours, bytes), bitsOf(theirs, bytes)];
      return { value: Math.abs(here - there), detail: { here, there, bytes } };
    },
  }),
  figure("smollm2-bits", {
    about: `${about}bits a byte of held-out speeches; 1.03 was measured with transformers`,
    unit: "bits a byte",
    target: { is: "<=", value: 1.035 },
    read: ({ ours, theirs, bytes }) => ({
      value: bitsOf(ours, bytes),
      detail: { there: bitsOf(theirs, bytes), bytes },
    }),
  }),
  figure("tasks-counts-from-lm-eval", {
    about:
      `${about}values of the built-in tasks that count answers, and their errors, that aren't ` +
      "exactly lm-evaluation-harness'",
    unit: "values",
    target: { is: "=", value: 0 },
    read: (scored) => {
      const all = taskDifferences(scored, true);
      if (all.length === 0) return { value: null, reason: "no value of a task was compared" };
      // Errors are roots: to rounding.
      const differ = all.filter(({ ours, theirs }) =>
        !(Math.abs(ours - theirs) <= 1e-12 * Math.max(1, Math.abs(theirs)))
      );
      return { value: differ.length, detail: { compared: all.length, differ } };
    },
  }),
  figure("tasks-means-from-lm-eval", {
    about: `${about}largest relative difference of a task's mean (perplexity, bits a byte) from ` +
      "lm-evaluation-harness'",
    unit: "relative",
    target: { is: "<=", value: 1e-6 },
    read: (scored) => {
      const all = taskDifferences(scored, false);
      if (all.length === 0) return { value: null, reason: "no mean of a task was compared" };
      const worst = Math.max(
        ...all.map(({ ours, theirs }) => Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs))),
      );
      return Number.isFinite(worst)
        ? { value: worst, detail: { all } }
        : { value: null, reason: "a mean is missing here" };
    },
  }),
];
