/**
 * Figures of tokenizers: how fast text is encoded beside Hugging Face's library, and how fast merges
 * are learnt.
 * @module
 */
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { lastWords } from "../process.ts";

const work = "src/proof/figures/language/tokenizer_work.ts";
const group = "language";
const repeat = (name: string) => `deno task figures ${group}/${name} --measure`;

/** What a part of the work printed; or why it printed nothing. */
async function told(
  part: "encode" | "learn",
  { once, run }: FigureContext,
): Promise<Record<string, unknown> | string> {
  const ran = await once(`tokenizers ${part}`, () => run(["run", "-A", work, part]));
  return ran.code === 0 ? JSON.parse(ran.stdout) : lastWords(ran);
}

async function measured(
  part: "encode" | "learn",
  value: string,
  context: FigureContext,
): Promise<Measured> {
  const found = await told(part, context);
  if (typeof found === "string") return { value: null, reason: found };
  return { value: Number(found[value]), detail: found };
}

/** See the module. */
export const tokenizerFigures: readonly Figure[] = [
  {
    group,
    name: "encode-vs-tokenizers",
    about:
      "Bytes a CPU-second of State of the Union speeches through a tokenizer.json of 4,096 merges, " +
      "over those of npm tokenizers 0.23.2 with one thread: equal tokens, in turns, caches empty",
    unit: "×",
    target: { is: ">=", value: 1 },
    cost: "long",
    command: repeat("encode-vs-tokenizers"),
    measure: (context) => measured("encode", "ratio", context),
  },
  {
    group,
    name: "bpe-training",
    about:
      "Wall time of learning 4,096 merges from 10.8 MB of State of the Union speeches, one core",
    unit: "s",
    target: { is: "<=", value: 10 },
    cost: "long",
    command: repeat("bpe-training"),
    measure: (context) => measured("learn", "seconds", context),
  },
];
