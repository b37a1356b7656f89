/**
 * Figures of a real checkpoint: SmolLM2-135M-Instruct scored here and by transformers with
 * lm-evaluation-harness, both reading the same GGUF file.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { log } from "../../../numeric/mod.ts";
import { bytesOf, heldOut, openText } from "../../peers/language/text.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder } from "../process.ts";
import { bothSides, type Scored } from "./checkpoint_sides.ts";
import type { CheckpointScores } from "./checkpoint_work.ts";

const group = "language";
const CHECKPOINT = "smollm2-135m-instruct";
/** Tokens that the model sees at once. */
const CONTEXT = 1024;
/** Documents whose likelihood is compared, and the characters of each, from the first on. */
const TEXTS = { documents: 16, characters: 4096, context: CONTEXT } as const;
/** Documents of each task, the first; pages of speeches are cut to so many characters. */
const ASKED = { limit: 16, characters: 2048, context: CONTEXT } as const;
/** Tasks of every kind: choices, a continuation, an answer written out, whole texts. */
const PAGES = "speeches_pages";
const TASKS = ["faces_age", "faces_expression", "faces_cloze", "faces_say", PAGES] as const;
const BUILT_IN = fromFileUrl(new URL("../../../metrics/text/tasks/built_in/", import.meta.url));
const PAGES_YAML = fromFileUrl(new URL(`./${PAGES}.yaml`, import.meta.url));

/** The first held-out speeches, cut. */
async function speeches({ documents, characters }: { documents: number; characters: number }) {
  return (await heldOut(await openText("speeches"))).slice(0, documents)
    .map((text) => text.slice(0, characters));
}

/** Both sides' likelihood of texts, once for the figures of it. */
async function scoredTexts(context: FigureContext): Promise<Scored & { bytes: number } | string> {
  return await context.once("smollm2 texts", async () => {
    const texts = await speeches(TEXTS);
    const none = { tasks: [], folder: ".", limit: 0 };
    const asked = { checkpoint: CHECKPOINT, context: CONTEXT, texts, ...none };
    const found = await bothSides(asked, context);
    return typeof found === "string" ? found : { ...found, bytes: bytesOf(texts) };
  });
}

/** Both sides' values of tasks, once for the figures of them. */
async function scoredTasks(context: FigureContext): Promise<Scored | string> {
  return await context.once("smollm2 tasks", () =>
    inTempFolder(async (folder) => {
      for await (const { name } of Deno.readDir(BUILT_IN)) {
        await Deno.copyFile(join(BUILT_IN, name), join(folder, name));
      }
      await Deno.copyFile(PAGES_YAML, join(folder, `${PAGES}.yaml`));
      const { limit: documents, characters } = ASKED;
      const pages = (await speeches({ documents, characters }))
        .map((page) => JSON.stringify({ page }) + "\n");
      await Deno.writeTextFile(join(folder, `${PAGES}.jsonl`), pages.join(""));
      return await bothSides({
        checkpoint: CHECKPOINT,
        context: CONTEXT,
        texts: [],
        tasks: TASKS,
        folder,
        limit: ASKED.limit,
      }, context);
    }));
}

const bitsOf = ({ rolling }: CheckpointScores, bytes: number) =>
  -rolling.reduce((sum, one) => sum + one, 0) / log(2) / bytes;

/** A number's relative distance from one below 1 in size: its absolute one. */
const apart = (ours: number, theirs: number) =>
  Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));

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

function figure<S extends Scored>(
  name: string,
  { scored, size, read, ...rest }: Pick<Figure, "about" | "unit" | "target"> & {
    readonly scored: (context: FigureContext) => Promise<S | string>;
    readonly size: Readonly<Record<string, number>>;
    readonly read: (scored: S) => Measured;
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
        detail: { ...measured.detail, ...size, versions: found.theirs.versions },
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
    scored: scoredTexts,
    size: TEXTS,
    read: ({ ours, theirs, bytes }) => {
      const [here, there] = [bitsOf(ours, bytes), bitsOf(theirs, bytes)];
      return { value: Math.abs(here - there), detail: { here, there, bytes } };
    },
  }),
  figure("smollm2-bits", {
    about: `${about}bits a byte of held-out speeches; 1.03 was measured with transformers`,
    unit: "bits a byte",
    target: { is: "<=", value: 1.035 },
    scored: scoredTexts,
    size: TEXTS,
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
    scored: scoredTasks,
    size: ASKED,
    read: (scored) => {
      const all = taskDifferences(scored, true);
      if (all.length === 0) return { value: null, reason: "no value of a task was compared" };
      // Errors are roots: to rounding.
      const differ = all.filter(({ ours, theirs }) => !(apart(ours, theirs) <= 1e-12));
      return { value: differ.length, detail: { compared: all.length, differ } };
    },
  }),
  figure("tasks-means-from-lm-eval", {
    about: `${about}largest relative difference of a task's mean (perplexity, bits a byte) from ` +
      "lm-evaluation-harness'",
    unit: "relative",
    target: { is: "<=", value: 1e-6 },
    scored: scoredTasks,
    size: ASKED,
    read: (scored) => {
      const all = taskDifferences(scored, false);
      if (all.length === 0) return { value: null, reason: "no mean of a task was compared" };
      const worst = Math.max(
        ...all.map(({ ours, theirs }) => apart(ours, theirs)),
      );
      return Number.isFinite(worst)
        ? { value: worst, detail: { all } }
        : { value: null, reason: "a mean is missing here" };
    },
  }),
];
