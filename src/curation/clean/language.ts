/**
 * Which language a document is in, by fastText's identifier of 176 languages (Joulin et al. 2016) in its
 * compressed form, lid.176.ftz, run by `fasttext.wasm.js`. The library is under MIT; the model is under
 * CC-BY-SA-3.0, comes with the library, and is fetched when the stage is first used.
 *
 * datatrove and NeMo Curator ask the model before compression, lid.176.bin (126 MB): its probabilities
 * differ from these by a little, so a document near the limit may fare differently there.
 * @module
 */
import { resolve, toFileUrl } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { type NpmPackage, npmPackage } from "../../content/mod.ts";
import { type Decision, defineStage } from "../stage.ts";

const program = "dist/main/node.mjs";
const pinned: NpmPackage = {
  name: "fasttext.wasm.js",
  version: "1.0.0",
  contents: {
    [program]: "1004b1c42391cf66560be4caeca22320db018481a74c08168276481c76ab364d",
    "dist/core": "7ab26e3705a38caacd1a120d2afc78f9c572627daf27ee6d8fc3068e100d1633",
    "dist/models/language-identification/assets":
      "3abacee2534f4ba46bc04032de832b9ad9f013aeec0950c9d6920993ad3b44c2",
  },
};

const config = z.strictObject({
  languages: z.array(z.string().regex(/^[a-z]{2,3}$/, "a code of ISO 639, as `en`")).min(1)
    .default(["en"]).describe(
      "languages of which one is wanted, as the model codes them: ISO 639-1 where there is such a code",
    ),
  least: z.number().min(0.1).max(1).default(0.65).describe(
    "probability of the likeliest of them below which a document is dropped; 0.65 as in FineWeb, " +
      "0.3 as in NeMo Curator",
  ),
});
type Config = z.output<typeof config>;

/** Pairs of a probability and a label, in memory of the library's own. */
interface Pairs {
  size(): number;
  get(i: number): readonly [number, string];
  delete?(): void;
}

/** What is used of the library. */
interface Library {
  getLIDModel(): Promise<{
    load(): Promise<{ predict(text: string, count: number, least: number): Pairs }>;
  }>;
}

/** Probabilities of a text's likeliest languages, at most so many. */
export type Identifier = (text: string, most: number) => ReadonlyMap<string, number>;

const LABEL = "__label__";
/** Languages that are told of a text: a probability of 0.1 and more is always among them. */
const MOST = 10;

/** Gets library and model. @throws DataError where they can't be had */
export async function openIdentifier(
  cache: string,
  say?: (note: string) => void,
): Promise<Identifier> {
  const folder = await npmPackage(pinned, cache, { alone: true, say });
  const { getLIDModel } = await import(toFileUrl(resolve(folder, program)).href) as Library;
  if (getLIDModel === undefined) throw new DataError(`${folder} has no getLIDModel`);
  const model = await (await getLIDModel()).load();
  return (text, most) => {
    // As fastText's own interfaces do: one line, and its end is a word.
    const pairs = model.predict(`${text.replaceAll("\n", " ")}\n`, most, 0);
    const found = new Map<string, number>();
    for (let i = 0; i < pairs.size(); i++) {
      const [probability, label] = pairs.get(i);
      found.set(label.slice(LABEL.length), probability);
    }
    pairs.delete?.();
    return found;
  };
}

/** The stage. */
export const language = defineStage<Config>({
  name: "language",
  about: "keeps documents in the languages that are wanted, by fastText's lid.176.ftz",
  papers: ["arXiv:1607.01759", "arXiv:1612.03651"],
  config,
  limits: { least: "least" },
  async make({ languages, least }, { cache, say }) {
    const identify = await openIdentifier(cache, say);
    return {
      name: "language",
      kind: "map",
      decide({ text }): Decision {
        const found = identify(text, MOST);
        const value = Math.max(...languages.map((code) => found.get(code) ?? 0));
        const values = { probability: value };
        return value >= least
          ? { keep: true, values }
          : { keep: false, why: "language: probability", value, limit: least, values };
      },
    };
  },
});
