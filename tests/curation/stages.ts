/** Stages made for tests, and documents. @module */
import type {
  CorpusStage,
  Decision,
  Document,
  MapStage,
  StageContext,
  StageDefinition,
} from "../../src/curation/stage.ts";

/** A document of a text. */
export const documentOf = (text: string, index = 0): Document => ({
  text,
  from: { dataset: "tests", index },
});

/** A context whose texts are given by name. */
export function contextOf(texts: Readonly<Record<string, readonly string[]>> = {}): StageContext {
  return {
    cache: ".",
    async *texts(of) {
      if (texts[of] === undefined) throw new Error(`no texts are called ${of}`);
      yield* texts[of];
    },
  };
}

// deno-lint-ignore no-explicit-any -- each has settings of its own
type Any = StageDefinition<any>;

/** A stage that looks at one document at a time, by its defaults and the settings given. */
export async function mapStage(definition: Any, settings: object = {}): Promise<MapStage> {
  const usual = definition.config.parse({});
  return await definition.make({ ...usual, ...settings }, contextOf()) as MapStage;
}

/** What a stage that sees all documents decides of each. */
export async function decisionsOf(
  definition: Any,
  documents: readonly string[],
  { settings = {}, context = contextOf() }: {
    readonly settings?: object;
    readonly context?: StageContext;
  } = {},
): Promise<Decision[]> {
  const config = definition.config.parse(settings);
  const stage = await definition.make(config, context) as CorpusStage;
  const state = stage.begin();
  for (const [i, text] of documents.entries()) await stage.see(state, documentOf(text, i), i);
  const decide = await stage.settle(state);
  return documents.map((text, i) => decide(documentOf(text, i), i));
}

/** The texts that such a stage keeps, as it rewrites them. */
export async function keptBy(...asked: Parameters<typeof decisionsOf>): Promise<string[]> {
  const [, documents] = asked;
  return (await decisionsOf(...asked)).flatMap((decision, i) =>
    decision.keep ? [decision.text ?? documents[i]] : []
  );
}
