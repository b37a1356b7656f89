/**
 * What figures of SmolLM2 measure here, in a process of its own: `deno run -A checkpoint_work.ts
 * JOB.json` scores texts and tasks with a named checkpoint and prints one JSON line.
 * @module
 */
import { join } from "@std/path";
import { openEngine } from "../../../engine/mod.ts";
import { language } from "../../../families/language/mod.ts";
import { openCheckpoint } from "../../../families/language/checkpoint/mod.ts";
import type { HostContext } from "../../../families/mod.ts";
import { readDocuments, readTask, runTask } from "../../../metrics/text/tasks/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { machineClass } from "../../../record/mod.ts";
import { runKeys } from "../../../run/mod.ts";
import { compilePrograms, initialState, sampleContext } from "../../../run/model/mod.ts";
import { languageOf } from "../../../subject/mod.ts";

/** What is asked; of both sides. */
export interface CheckpointJob {
  /** A named checkpoint, or its file. */
  readonly checkpoint: string;
  readonly context: number;
  readonly texts: readonly string[];
  readonly tasks: readonly string[];
  /** Folder of the tasks' YAML. */
  readonly folder: string;
  /** Documents of a task, the first. */
  readonly limit: number;
  readonly cache: string;
}

/** What a side found: ln p of each text, and values of tasks by "metric,filter". */
export interface CheckpointScores {
  readonly rolling: readonly number[];
  readonly tasks: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  /** The token before a text that has nothing before it. */
  readonly prefix: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** Ours: also where the file lies, for the other side. */
export interface OwnScores extends CheckpointScores {
  readonly machineClass: string;
  readonly engine: string;
}

/** Tells how far the work is: `RunOptions.note` hears it. */
const note = (text: string) => console.error(`note: ${text}`);

async function score(job: CheckpointJob): Promise<OwnScores> {
  const { engine } = await openEngine("tensorflow");
  const { checkpoint: written, context: length, cache } = job;
  const checkpoint = await openCheckpoint(written, {
    path: (path) => path,
    cache,
    say: note,
  });
  const { tokenizer } = checkpoint.words;
  const config = language.config.parse({ checkpoint: written, context: length });
  const model = language.build(config, {
    sample: { kind: "text", tokenizer, length },
    steps: 0,
    trainSize: 1,
    batch: 1,
    factors: [],
    opened: { tokenizer, checkpoint },
  });
  const programs = compilePrograms(engine, model, { label: "checkpoint" });
  const keys = runKeys(1);
  const state = await model.driver.begin!(initialState(model, keys), { engine } as HostContext);
  const asked = languageOf(model.driver.language!(state, {
    ...sampleContext(engine, programs),
    read: (tensor) => engine.read(tensor),
    key: () => keyTensor(keys.sample),
  }));
  const rolling: number[] = [];
  for (const text of job.texts) {
    const [{ logProbability }] = await asked.rolling([text]);
    note(`${rolling.push(logProbability)} of ${job.texts.length} texts are scored`);
  }
  const tasks: Record<string, Record<string, number | string>> = {};
  const read = (file: string) => Deno.readFile(join(job.folder, file));
  for (const name of job.tasks) {
    note(`task ${name}`);
    const task = await readTask(`${name}.yaml`, read);
    const splits: Record<string, ReturnType<typeof readDocuments>> = {};
    for (const [split, files] of Object.entries(task.files)) {
      splits[split] = (await Promise.all(
        files.map(async ({ file }) => readDocuments(await read(file), file)),
      )).flat();
    }
    const found = await runTask(task, splits, { language: asked, limit: job.limit, chat: false });
    tasks[name] = Object.fromEntries(found.flatMap(({ metric, filter, value, stderr }) => [
      [`${metric},${filter}`, value],
      [`${metric}_stderr,${filter}`, stderr ?? "N/A"],
    ]));
  }
  const { name, versions } = engine.identity;
  return {
    rolling,
    tasks,
    prefix: tokenizer.separator,
    versions,
    engine: `${name} ${versions[name] ?? ""}`,
    machineClass: await machineClass(engine.identity),
  };
}

if (import.meta.main) {
  const job = JSON.parse(await Deno.readTextFile(Deno.args[0])) as CheckpointJob;
  console.log(JSON.stringify(await score(job)));
  Deno.exit(0);
}
