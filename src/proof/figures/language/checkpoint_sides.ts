/**
 * A named checkpoint scored here and, at the same time, by transformers with lm-evaluation-harness;
 * both read the same GGUF file.
 * @module
 */
import { fromFileUrl, join, resolve } from "@std/path";
import { namedFile } from "../../../families/language/checkpoint/mod.ts";
import type { FigureContext } from "../figure.ts";
import { inTempFolder, lastJson, runProgram } from "../process.ts";
import type { CheckpointJob, CheckpointScores, OwnScores } from "./checkpoint_work.ts";

const WORK = "src/proof/figures/language/checkpoint_work.ts";
const PEER = fromFileUrl(new URL("../../../../tests/peers/smollm2_peer.py", import.meta.url));
/** Names a Python with tests/peers/requirements_language.txt. */
const PYTHON = "LIKENESS_LANGUAGE_PYTHON";
const OFFLINE = { HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", DISABLE_MULTIPROC: "1" };

/** Both sides' scores. */
export interface Scored {
  readonly ours: OwnScores;
  readonly theirs: CheckpointScores;
}

/** Why the scores of two sides can't be compared; null: they can. */
export function sidesFault({ ours, theirs }: Scored): string | null {
  if (ours.prefix === theirs.prefix) return null;
  return `a text begins after token ${ours.prefix} here, after ${theirs.prefix} there`;
}

/** Scores on both sides; or why there are none. */
export async function bothSides(
  asked: Omit<CheckpointJob, "cache">,
  { note, run }: Pick<FigureContext, "note" | "run">,
): Promise<Scored | string> {
  const python = Deno.env.get(PYTHON);
  if (!python) {
    return `${PYTHON} names no Python with tests/peers/requirements_language.txt installed`;
  }
  const gguf = await namedFile(asked.checkpoint, { say: note });
  return await inTempFolder(async (folder) => {
    const file = join(folder, "job.json");
    const job: CheckpointJob & { readonly gguf: string } = {
      ...asked,
      cache: resolve(".likeness/cache"),
      gguf,
    };
    await Deno.writeTextFile(file, JSON.stringify(job));
    const [ours, theirs] = (await Promise.all([
      run(["run", "-A", WORK, file], { note: (text) => note(`here: ${text}`) }),
      runProgram(python, [PEER, file], {
        // Threads of PyTorch that wait busily take the processors from the other side.
        env: { ...OFFLINE, OMP_WAIT_POLICY: "PASSIVE", TQDM_DISABLE: "1" },
        note: (text) => note(`lm-evaluation-harness: ${text}`),
      }),
    ])).map((ran) => lastJson<unknown>(ran)) as [OwnScores | string, CheckpointScores | string];
    if (typeof ours === "string") return ours;
    if (typeof theirs === "string") return `lm-evaluation-harness: ${theirs}`;
    return sidesFault({ ours, theirs }) ?? { ours, theirs };
  });
}
