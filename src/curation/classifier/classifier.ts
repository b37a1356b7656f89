/**
 * A quality classifier that is trained on the spot: good texts are named, the others are named too or
 * drawn from the documents themselves, as Brown et al. 2020 (arXiv:2005.14165, appendix A) set curated
 * text against raw pages. A fifth of both is held out; what the scores are worth on it is told.
 * @module
 */
import { z } from "zod";
import { fixed } from "../../base/text/mod.ts";
import { DataError } from "../../base/mod.ts";
import { isFile, namedTexts } from "../named_texts.ts";
import { type CorpusStage, type Decision, defineStage, type Document } from "../stage.ts";
import { paretoOf, uniformOf } from "./draw.ts";
import { featuresOf } from "./features.ts";
import { type Labelled, type Logistic, probability, trainLogistic } from "./logistic.ts";
import { type ScoreQuality, scoreQuality } from "./quality_of_scores.ts";

const DOCUMENTS = "documents";

const names = (about: string) =>
  z.array(z.string().min(1)).min(1).describe(
    `${about}: splits of the data (test, judge), or files`,
  );

const config = z.strictObject({
  positive: names("good texts").default(["judge"]),
  negative: names(`other texts, or "${DOCUMENTS}", a draw of those that come to the stage`)
    .default([DOCUMENTS]),
  texts: z.int().min(10).default(4000).describe("texts of each kind that it is trained on at most"),
  keep: z.enum(["threshold", "pareto"]).default("threshold").describe(
    "texts of a score from `least` on; or, the higher the score the likelier, by a Pareto draw",
  ),
  least: z.number().min(0).max(1).default(0.5).describe("of threshold: least score"),
  alpha: z.number().positive().default(9).describe("of pareto: the law's exponent"),
  bits: z.int().min(8).max(24).default(18).describe("features are hashed to 2^bits places"),
  steps: z.int().min(1).max(10_000).default(100).describe("steps of training, over all texts each"),
  decay: z.number().min(0).max(0.1).default(1e-4).describe("weight of the squared weights"),
  seed: z.int().min(0).default(1).describe("of draws"),
});

type Config = z.infer<typeof config>;

/** Texts of the smallest draws: a sample that hangs on no order. */
class Sample {
  readonly #most: number;
  readonly #seed: number;
  #kept: { draw: number; text: string }[] = [];

  constructor({ texts, seed }: Pick<Config, "texts" | "seed">) {
    this.#most = texts;
    this.#seed = seed;
  }

  add(text: string): void {
    this.#kept.push({ draw: uniformOf(text, this.#seed), text });
    if (this.#kept.length >= 2 * this.#most) this.#cut();
  }

  #cut(): void {
    this.#kept.sort((a, b) => a.draw - b.draw || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
    this.#kept.length = Math.min(this.#kept.length, this.#most);
  }

  /** The sample, in the order of draws. */
  texts(): string[] {
    this.#cut();
    return this.#kept.map(({ text }) => text);
  }
}

async function sampleOf(texts: AsyncIterable<string>, config: Config): Promise<string[]> {
  const sample = new Sample(config);
  for await (const text of texts) sample.add(text);
  return sample.texts();
}

/** A fifth of each class is held out: those of the smallest draws. */
function divided(texts: readonly string[], positive: boolean, bits: number) {
  const all = texts.map((text): Labelled => ({ features: featuresOf(text, bits), positive }));
  const held = Math.floor(all.length / 5);
  return { held: all.slice(0, held), trained: all.slice(held) };
}

/** A classifier, and what its scores are worth. */
export interface TrainedClassifier {
  readonly model: Logistic;
  readonly quality: ScoreQuality;
}

/**
 * Trains on four fifths of both classes, and judges by the rest.
 * @throws DataError where a class has fewer than ten texts
 */
export function trainClassifier(
  { positive, negative }: {
    readonly positive: readonly string[];
    readonly negative: readonly string[];
  },
  config: Config,
): TrainedClassifier {
  for (const [kind, { length }] of Object.entries({ positive, negative })) {
    if (length < 10) {
      throw new DataError(
        `classifier: ${length} ${kind} texts are too few to learn from; 10 are least`,
      );
    }
  }
  const good = divided(positive, true, config.bits), bad = divided(negative, false, config.bits);
  const model = trainLogistic([...good.trained, ...bad.trained], config);
  const quality = scoreQuality(
    [...good.held, ...bad.held].map(({ features, positive }) => ({
      score: probability(model, features),
      positive,
    })),
  );
  return { model, quality };
}

const NAME = "classifier", SCORE = `${NAME}: score`;

function decided({ text }: Document, model: Logistic, config: Config): Decision {
  const value = probability(model, featuresOf(text, config.bits)), values = { [SCORE]: value };
  const limit = config.keep === "threshold" ? config.least : 1 - paretoOf(text, config);
  return value >= limit
    ? { keep: true, values }
    : { keep: false, why: SCORE, value, limit, values };
}

/** See the module. */
export const classifier = defineStage<Config>({
  name: NAME,
  about: "keeps texts that a classifier, trained on the spot, takes for good ones",
  papers: ["arXiv:2005.14165"],
  config,
  limits: { least: "least" },
  async content({ positive, negative }, { path, files }) {
    const named = [...positive, ...negative].filter(isFile)
      .map((name) => ({ name, path: path(name) }));
    return named.length === 0 ? undefined : await files(named);
  },
  make(config, context): Promise<CorpusStage<Sample>> {
    const fromDocuments = config.negative.includes(DOCUMENTS);
    const others = config.negative.filter((name) => name !== DOCUMENTS);
    return Promise.resolve({
      name: NAME,
      kind: "corpus" as const,
      begin: () => new Sample(config),
      see(sample, { text }) {
        if (fromDocuments) sample.add(text);
      },
      async settle(sample) {
        for await (const text of namedTexts(others, context)) sample.add(text);
        const positive = await sampleOf(namedTexts(config.positive, context), config);
        const { model, quality } = trainClassifier({ positive, negative: sample.texts() }, config);
        const { texts, accuracy, auc, brier, calibrationError } = quality;
        context.say?.(
          `${NAME}: on ${texts} texts held out accuracy ${
            fixed(accuracy, 3)
          }, area under the curve ` +
            `${fixed(auc, 3)}, Brier ${fixed(brier, 3)}, calibration error ${
              fixed(calibrationError, 3)
            }`,
        );
        return (document) => decided(document, model, config);
      },
    });
  },
});
