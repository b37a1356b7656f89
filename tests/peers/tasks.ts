/**
 * Tasks against lm-evaluation-harness itself, which has to be installed: the golden file made anew, and
 * both asking one served model (tests/protocols/external/served.ts), here by `external`'s client, there
 * by `local-completions`. `deno task peers:tasks [--python PATH]`
 */
import { parseArgs } from "@std/cli/parse-args";
import { fromFileUrl, join } from "@std/path";
import {
  openServer,
  servedLanguage,
  tokensOfServer,
} from "../../src/protocols/external/openai/mod.ts";
import { readDocuments } from "../../src/metrics/text/tasks/documents.ts";
import { readTask } from "../../src/metrics/text/tasks/read.ts";
import { runTask } from "../../src/metrics/text/tasks/run.ts";
import { serve } from "../protocols/external/served.ts";

const help = `Scores tasks here and by lm-evaluation-harness 0.4.13, and compares.

  --python PATH   a Python with lm_eval[api]==0.4.13; default: python3
  --help`;

const folder = fromFileUrl(new URL("../golden/tasks/", import.meta.url));
const files = join(folder, "files");
/** Tasks that a model without a chat template can do. */
const names = ["choices", "letters", "cloze", "whole", "written", "several"];
const window = 400;
/** Numbers agree to this, relative to their size where that is above 1. */
const tolerance = 1e-6;

const offline = { HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", DISABLE_MULTIPROC: "1" };

async function run(python: string, args: string[], cwd: string): Promise<void> {
  const { code, stderr } = await new Deno.Command(python, {
    args,
    cwd,
    env: { ...offline, OPENAI_API_KEY: "none" },
    stdout: "null",
    stderr: "piped",
  }).output().catch((error) => {
    throw new Error(`${python} doesn't start: ${error.message}; give --python PATH`);
  });
  if (code === 0) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").slice(-6).join("\n");
  throw new Error(`${python} ${args[0]} failed; is lm_eval[api]==0.4.13 there?\n${said}`);
}

type Values = Record<string, number | string>;

/** What lm-evaluation-harness gives on a served model. */
async function theirs(python: string, { url, out }: { url: string; out: string }) {
  const script = `
import json, sys, lm_eval
from lm_eval.tasks import TaskManager
found = lm_eval.simple_evaluate(
    model="local-completions",
    model_args="model=bigram,base_url=${url}/completions,tokenizer_backend=remote,"
    "num_concurrent=4,max_length=${window}",
    tasks=${JSON.stringify(names)},
    task_manager=TaskManager(include_path=".", include_defaults=False),
    log_samples=False,
)
json.dump(found["results"], open(sys.argv[1], "w"), default=str)
`;
  await run(python, ["-c", script, out], files);
  return JSON.parse(await Deno.readTextFile(out)) as Record<string, Values>;
}

/** What the same tasks give here. */
async function ours(url: string): Promise<Record<string, Values>> {
  const server = openServer({ url, concurrency: 4, retries: 2, timeout: 60, kept: null });
  const tokens = await tokensOfServer(server, { model: "bigram" });
  const how = { model: "bigram", api: "completions", window, seed: 0 } as const;
  const language = servedLanguage({ ...how, tokens, server });
  const read = (file: string) => Deno.readFile(join(files, file));
  const all: Record<string, Values> = {};
  for (const name of names) {
    const task = await readTask(`${name}.yaml`, read);
    const splits: Record<string, ReturnType<typeof readDocuments>> = {};
    for (const [split, parts] of Object.entries(task.files)) {
      const read = parts.map(async ({ file }) =>
        readDocuments(await Deno.readFile(join(files, file)), file)
      );
      splits[split] = (await Promise.all(read)).flat();
    }
    const found = await runTask(task, splits, { language, limit: null, chat: false });
    all[name] = Object.fromEntries(found.flatMap(({ metric, filter, value, stderr }) => [
      [`${metric},${filter}`, value],
      [`${metric}_stderr,${filter}`, stderr ?? "N/A"],
    ]));
  }
  server.close();
  return all;
}

/** Rows of a table; the last column says whether both agree. */
function compared(
  here: Values,
  there: Values,
): [string, number | string, number | string, boolean][] {
  return Object.entries(there)
    .filter(([name]) => name.includes(",") && name !== "alias")
    .map(([name, value]) => {
      const own = here[name] ?? "none";
      // Errors that they don't give are given here.
      const same = value === "N/A" || (typeof value === "number" && typeof own === "number" &&
        Math.abs(own - value) <= tolerance * Math.max(1, Math.abs(value)));
      return [name, own, value, same];
    });
}

const flags = parseArgs(Deno.args, {
  string: ["python"],
  boolean: ["help"],
  default: { python: "python3" },
});
const python = String(flags.python);
if (flags.help) {
  console.log(help);
  Deno.exit(0);
}
const scratch = await Deno.makeTempDir();
const server = serve();
let differ = 0;
try {
  const again = join(scratch, "golden.json");
  await run(python, [join(folder, "make_tasks.py"), again], folder);
  const [kept, made] = await Promise.all(
    [join(folder, "golden.json"), again].map(async (path) =>
      JSON.parse(await Deno.readTextFile(path))
    ),
  );
  const same = JSON.stringify(kept.runs) === JSON.stringify(made.runs);
  if (!same) differ++;
  console.log(`golden file: ${same ? "the same again" : "another; see tests/golden/tasks"}`);
  const there = await theirs(python, { url: server.url, out: join(scratch, "results.json") });
  const here = await ours(server.url);
  for (const name of names) {
    for (const [metric, own, value, agrees] of compared(here[name], there[name])) {
      if (!agrees) differ++;
      console.log(`${agrees ? "same  " : "DIFFER"} ${name} ${metric}: ${own} here, ${value} there`);
    }
  }
} finally {
  await server.close();
  await Deno.remove(scratch, { recursive: true });
}
if (differ > 0) {
  console.error(`${differ} numbers differ`);
  Deno.exit(1);
}
