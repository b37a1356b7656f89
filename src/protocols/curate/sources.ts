/**
 * Documents that are curated, as the pipeline reads them: training splits of data, or what another run
 * made of them.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Row, Source } from "../../curation/pipeline/mod.ts";
import type { Batch, Dataset, Split } from "../../data/mod.ts";
import { chatsOf, type MadeDocument } from "../../data/text/mod.ts";
import { bytesOfRow, stringsOf, type TextSet } from "../../kinds/text/mod.ts";
import { kindOf } from "../../kinds/mod.ts";

/** Documents that are read together. */
const TOGETHER = 64;

/** Data with the name that they have in where documents come from. */
export interface NamedData {
  readonly name: string;
  readonly dataset: Dataset<"text">;
}

/** Data that are texts, as such. @throws DataError where they are of another kind */
export function requireTexts(dataset: Dataset): Dataset<"text"> {
  if (dataset.sample.kind === "text" && !("length" in dataset.sample)) {
    return dataset as Dataset<"text">;
  }
  const { unit } = kindOf(dataset.sample);
  throw new DataError(
    `curate takes texts; ${dataset.name} holds ${unit.many}: name a dataset of texts`,
  );
}

/** What a document is made of, by which those of several sources have to agree. */
type Form = "a text" | "a dialogue" | "a preference";

function formOf({ given = {} }: Dataset): Form {
  if ("chosen" in given && "rejected" in given && "prompt" in given) return "a preference";
  return "messages" in given ? "a dialogue" : "a text";
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The rows of a batch of samples. @param factors those whose labels are kept */
function rowsOfBatch(
  { samples, labels, given = {} }: Batch<"text">,
  { name, form, factors, from }: {
    readonly name: string;
    readonly form: Form;
    readonly factors: readonly string[];
    readonly from: number;
  },
): Row[] {
  const set = (part: string) => given[part] as TextSet | undefined;
  const chats = (part: string) => form === "a text" ? undefined : set(part) && chatsOf(set(part)!);
  const parts = form === "a preference"
    ? { prompt: chats("prompt"), chosen: chats("chosen"), rejected: chats("rejected") }
    : { messages: chats("messages") };
  const facts = set("facts") && stringsOf(set("facts")!);
  return Array.from({ length: samples.count }, (_, i) => ({
    ...(form === "a text" ? { text: decoder.decode(bytesOfRow(samples as TextSet, i)) } : {}),
    ...Object.fromEntries(
      Object.entries(parts).flatMap(([part, found]) => found ? [[part, found[i]]] : []),
    ),
    ...(facts && { facts: JSON.parse(facts[i]) }),
    ...(factors.length > 0 && {
      labels: Object.fromEntries(factors.map((factor) => [factor, labels[factor][i]])),
    }),
    from: { dataset: name, index: from + i },
  }));
}

/**
 * The training splits of data, one after the other. Labels that not all of them have are left out.
 * @throws DataError where their documents are of several forms
 */
export function sourceOf(data: readonly NamedData[]): Source {
  const forms = data.map(({ dataset }) => formOf(dataset));
  const other = forms.findIndex((form) => form !== forms[0]);
  if (other >= 0) {
    throw new DataError(
      `curate: a document of ${data[0].name} is ${forms[0]} and one of ${data[other].name} is ` +
        `${forms[other]}; curate them in runs of their own`,
    );
  }
  const factors = data[0].dataset.factors.map(({ name }) => name).filter((name) =>
    data.every(({ dataset }) => dataset.factors.some((factor) => factor.name === name))
  );
  const sizes = data.map(({ dataset }) => dataset.size("train"));
  const count = sizes.reduce((sum, n) => sum + n, 0);
  return {
    count,
    async *rows(from) {
      let before = 0;
      for (const [i, { name, dataset }] of data.entries()) {
        for (let at = Math.max(0, from - before); at < sizes[i]; at += TOGETHER) {
          const indices = Uint32Array.from(
            { length: Math.min(TOGETHER, sizes[i] - at) },
            (_, j) => at + j,
          );
          const batch = await dataset.read("train", indices);
          yield rowsOfBatch(batch, { name, form: forms[i], factors, from: at });
        }
        before += sizes[i];
      }
    },
  };
}

/** What another run made; it says itself where its documents came from. */
export function sourceOfMade(documents: readonly MadeDocument[], label: string): Source {
  const rows = documents.map((document, index): Row => ({
    ...document,
    from: { dataset: label, index, ...document.from as Partial<Row["from"]> },
  }));
  return {
    count: rows.length,
    async *rows(from) {
      for (let at = from; at < rows.length; at += TOGETHER) yield rows.slice(at, at + TOGETHER);
    },
  };
}

/** The texts of a split, one after the other. */
export async function* textsOfSplit(
  dataset: Dataset<"text">,
  split: Split,
): AsyncGenerator<string> {
  for (let at = 0; at < dataset.size(split); at += TOGETHER) {
    const length = Math.min(TOGETHER, dataset.size(split) - at);
    const { samples } = await dataset.read(split, Uint32Array.from({ length }, (_, i) => at + i));
    yield* stringsOf(samples as TextSet);
  }
}
