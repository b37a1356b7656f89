/**
 * Bits a byte of held-out documents: of the run's own data, or of others.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../base/mod.ts";
import type { KindName } from "../../kinds/mod.ts";
import { exp, log } from "../../numeric/mod.ts";
import type { LanguageModel } from "../../subject/mod.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import type { Dataset } from "../../data/mod.ts";
import { rowsRequired } from "../requires.ts";
import { cut, documentsOf, languageOfSubject } from "./documents.ts";
import { otherData, type SettledData, settledData } from "./other_data.ts";
import { ratioError } from "./ratio.ts";
import { splitAtSpaces } from "./tasks/python/mod.ts";

const CHARACTERS = 16_384;

const config = z.strictObject({
  documents: z.int().min(2).default(64).describe("N: documents of the test split, the first"),
  characters: z.int().min(1).default(CHARACTERS).describe("of a document, the first"),
  of: otherData.optional().describe(
    "another dataset, by name or as `data` names one; left out: the run's own",
  ),
});
type Config = z.infer<typeof config>;

/** What texts cost a model. */
export interface TextCost {
  /** −Σ ln p / (ln 2 · bytes). */
  readonly bitsPerByte: number;
  /** Of `bitsPerByte`, over documents: see `ratioError`. */
  readonly stderr: number;
  readonly tokensPerByte: number;
  readonly bitsPerToken: number;
  /** exp(−Σ ln p / words), words parted by spaces, as lm-evaluation-harness counts them. */
  readonly wordPerplexity: number;
  /** exp(−Σ ln p / bytes). */
  readonly bytePerplexity: number;
  readonly bytes: number;
}

const encoder = new TextEncoder();

/**
 * What the texts cost, all together: a byte of a long one counts as much as one of a short.
 * @throws RangeError where they hold no byte
 */
export async function costOf(
  language: Pick<LanguageModel, "rolling">,
  texts: readonly string[],
): Promise<TextCost> {
  const scored = await language.rolling(texts);
  const bytes = texts.map((text) => encoder.encode(text).length);
  const words = texts.reduce((sum, text) => sum + splitAtSpaces(text).length, 0);
  const { ratio, stderr } = ratioError(
    scored.map(({ logProbability }, i) => ({ sum: -logProbability, weight: bytes[i] })),
  );
  const nats = scored.reduce((sum, { logProbability }) => sum - logProbability, 0);
  const tokens = scored.reduce((sum, one) => sum + one.tokens, 0);
  const all = bytes.reduce((sum, n) => sum + n, 0);
  return {
    bitsPerByte: ratio / log(2),
    stderr: stderr / log(2),
    tokensPerByte: tokens / all,
    bitsPerToken: nats / log(2) / tokens,
    wordPerplexity: exp(nats / words),
    bytePerplexity: exp(ratio),
    bytes: all,
  };
}

async function datasetOf(context: EvaluationContext, of: Config["of"]): Promise<Dataset> {
  if (of === undefined) return context.dataset;
  if (context.other === undefined) {
    throw new MetricUnavailable("not-measured", "no other data can be had here: `of` names some");
  }
  return await context.other(settledData(of));
}

/**
 * `bits/byte@N`, or `bits/byte(novel)@N` of other data, with its standard error over documents, and
 * `tokens/byte@N`. Beside it what others count: bits a token, perplexity a word and a byte. Texts are
 * scored by windows of the model's length that share no target (`rollingWindows`).
 */
export const bits: Metric<Config> = defineMetric<Config, KindName>({
  name: "bits",
  version: 1,
  about: "bits a byte of held-out documents, of the run's data or of others",
  papers: ["doi:10.1002/j.1538-7305.1951.tb01366.x", "arXiv:1909.08053"],
  takes: ["text"],
  phase: "quality",
  config,
  settle: async (config, { data }) =>
    config.of === undefined ? config : { ...config, of: await data(config.of) },
  declares({ documents, characters, of }) {
    const cutAt = characters === CHARACTERS ? "" : `-c${characters}`;
    const where = of === undefined ? "" : `(${nameOf(of)})`;
    const common = { metric: "bits", kind: "quality", samples: documents } as const;
    const named = (what: string) => `${what}${where}${cutAt}@${documents}`;
    return [
      { ...common, name: named("bits/byte"), unit: "bits/byte", direction: "lower" },
      { ...common, name: named("tokens/byte"), unit: "tokens/byte", direction: "none" },
    ];
  },
  requires: ({ documents, of }) =>
    of === undefined ? [rowsRequired("test", documents, "documents")] : [],
  async compute(context, options) {
    const language = languageOfSubject(context);
    const dataset = await datasetOf(context, options.of);
    const whole = await documentsOf(dataset, { split: "test", count: options.documents });
    const texts = whole.map((text) => cut(text, options.characters));
    if (texts.every((text) => text === "")) {
      throw new MetricUnavailable(
        "not-measured",
        `the test documents of ${dataset.name} are empty`,
      );
    }
    const cost = await costOf(language, texts);
    const [bitsPerByte, tokensPerByte] = bits.declares(options);
    const { stderr, bitsPerToken, wordPerplexity, bytePerplexity, bytes } = cost;
    return [
      {
        ...bitsPerByte,
        value: cost.bitsPerByte,
        beside: { stderr, bitsPerToken, wordPerplexity, bytePerplexity, bytes },
      },
      { ...tokensPerByte, value: cost.tokensPerByte },
    ];
  },
});

/** What other data are called. */
const nameOf = (of: string | SettledData | { readonly dataset: string }) =>
  typeof of === "string" ? of : of.dataset;
