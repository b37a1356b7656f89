/**
 * Figures of LoRA: a real checkpoint's adapter trained here and by PEFT, each in a process of its own.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { namedFile } from "../../../families/language/checkpoint/mod.ts";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, lastJson, runProgram } from "../process.ts";
import { loraJob, type LoraSide, SIZE } from "./lora_job.ts";

const group = "lifecycle";
const name = "lora-smollm2-memory-over-peft";
const CHECKPOINT = "smollm2-135m-instruct";
/** Names a Python with tests/peers/requirements_lifecycle.txt. */
const PYTHON = "LIKENESS_LANGUAGE_PYTHON";
const WORK = "src/proof/figures/lifecycle/lora_work.ts";
const PEER = fromFileUrl(new URL("../../../../tests/peers/lora_peer.py", import.meta.url));

const STEPS = 100;
/** Both have to train the same: the first loss, before any step, to this share of it. */
const FIRST = 1e-3;
const THREADS = 2;

/** Both sides, one after the other. */
export async function bothSides(
  steps: number,
  { note, run }: Pick<FigureContext, "note" | "run">,
): Promise<{ readonly ours: LoraSide; readonly theirs: LoraSide } | string> {
  const python = Deno.env.get(PYTHON);
  if (!python) {
    return `${PYTHON} names no Python with tests/peers/requirements_lifecycle.txt installed`;
  }
  const gguf = await namedFile(CHECKPOINT, { say: note });
  return await inTempFolder(async (folder) => {
    const file = join(folder, "job.json");
    await Deno.writeTextFile(file, JSON.stringify(loraJob({ gguf, threads: THREADS, steps })));
    const told = (who: string) => ({ note: (text: string) => note(`${who}: ${text}`) });
    const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", WORK, file];
    const ours = lastJson<LoraSide>(await run(args, told("here")));
    if (typeof ours === "string") return ours;
    const theirs = lastJson<LoraSide>(
      await runProgram(python, [PEER, file], {
        env: { OMP_NUM_THREADS: String(THREADS), HF_HUB_OFFLINE: "1" },
        ...told("PEFT"),
      }),
    );
    return typeof theirs === "string" ? `PEFT: ${theirs}` : { ours, theirs };
  });
}

const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);

/** The figure of what both sides did. */
export function measuredOf(
  { ours, theirs }: { readonly ours: LoraSide; readonly theirs: LoraSide },
): Measured {
  const side = ({ before, peak, whole, seconds, losses, trained }: LoraSide) => ({
    "MiB before": mebibytes(before),
    "peak MiB while it trains": mebibytes(peak),
    "peak MiB with loading": mebibytes(whole),
    seconds,
    trained,
    first: losses[0],
    last: losses.at(-1),
  });
  const detail = {
    here: side(ours),
    there: side(theirs),
    steps: ours.losses.length,
    ...SIZE,
    versions: theirs.versions,
  };
  const apart = Math.abs(ours.losses[0] - theirs.losses[0]) / Math.abs(theirs.losses[0]);
  if (!(apart <= FIRST) || ours.trained !== theirs.trained) {
    const reason = ours.trained === theirs.trained
      ? `first losses are ${apart} apart, more than ${FIRST}`
      : `${ours.trained} numbers are trained here, ${theirs.trained} there`;
    return { value: null, reason, detail };
  }
  return {
    value: ours.peak / theirs.peak,
    detail,
    source: { engine: ours.engine ?? null, machineClass: ours.machineClass },
  };
}

/** See the module. */
export const loraFigures: readonly Figure[] = [{
  group,
  name,
  about: `Most memory that ${STEPS} LoRA steps on SmolLM2-135M take here, over PEFT's: rank ` +
    `${SIZE.rank} beside queries and values, ${SIZE.batch} rows of ${SIZE.context} tokens, AdamW, ` +
    "float32, two cores, no gradient checkpointing; the model is counted, its loading isn't",
  unit: "×",
  target: { is: "<=", value: 1 },
  cost: "long",
  command: `deno task figures ${group}/${name} --measure`,
  async measure(context) {
    const found = await bothSides(STEPS, context);
    return typeof found === "string" ? { value: null, reason: found } : measuredOf(found);
  },
}];
