/**
 * Documents that a run made for others: lines of JSON, one a document, which take the place of a
 * dataset's training split.
 *
 * A line holds a `text`; or `messages`, a dialogue; or `prompt`, `chosen` and `rejected`, lists of
 * messages. Beside that it may hold `facts` (an object by which an answer is judged), `labels` (numbers
 * by name; of a class its number) and `from` (where the document comes from). All lines are of one form.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import type { TextSet } from "../../kinds/text/mod.ts";
import type { Dataset, Factor } from "../dataset.ts";
import type { RawSamples } from "../split_dataset.ts";
import { chatText, type Message, MESSAGES } from "./chat.ts";
import { DOCUMENT, textsInMemory } from "./in_memory.ts";

/** Raised whenever the same lines give other samples. */
const VERSION = 1;

/** A document that a run made. */
export type MadeDocument =
  & {
    readonly facts?: Readonly<Record<string, unknown>>;
    readonly labels?: Readonly<Record<string, number>>;
    readonly from?: Readonly<Record<string, unknown>>;
  }
  & (
    | { readonly text: string }
    | { readonly messages: readonly Message[] }
    | {
      readonly prompt: readonly Message[];
      readonly chosen: readonly Message[];
      readonly rejected: readonly Message[];
    }
  );

/** What may be given with a document, beside its text. */
const GIVEN = [MESSAGES, "prompt", "chosen", "rejected", "facts"] as const;

const isMessages = (value: unknown): value is Message[] =>
  Array.isArray(value) && value.length > 0 &&
  value.every((one) => typeof one?.role === "string" && typeof one?.content === "string");

/** A document's text as samples have it. */
function textOf(line: MadeDocument): string {
  if ("text" in line) return line.text;
  return chatText("messages" in line ? line.messages : [...line.prompt, ...line.chosen]);
}

/** The keys that fix the form of a line. */
function formOf(line: MadeDocument): string {
  const names = ["text", ...GIVEN].filter((name) => Object.hasOwn(line, name));
  return [...names, ...Object.keys(line.labels ?? {}).sort().map((name) => `labels.${name}`)]
    .join(", ");
}

/** What is wrong with a line; null where nothing is. */
function faultOf(line: unknown): string | null {
  if (typeof line !== "object" || line === null || Array.isArray(line)) return "it is no object";
  const { text, messages, prompt, chosen, rejected, labels = {} } = line as Record<string, unknown>;
  const forms = [text !== undefined, messages !== undefined, prompt !== undefined];
  if (forms.filter(Boolean).length !== 1) {
    return "it holds none or several of `text`, `messages` and `prompt`; one was expected";
  }
  if (text !== undefined && typeof text !== "string") return "its `text` is none";
  if (messages !== undefined && !isMessages(messages)) return "its `messages` are none";
  if (prompt !== undefined && ![prompt, chosen, rejected].every(isMessages)) {
    return "its `prompt`, `chosen` and `rejected` aren't all lists of messages";
  }
  const numbers = Object.values(labels as Record<string, unknown>);
  return numbers.every(Number.isFinite) ? null : "its `labels` aren't all finite numbers";
}

/** Reads lines. @throws DataError for what is no such document, or lines of several forms */
export function madeDocuments(bytes: Uint8Array, of: string): MadeDocument[] {
  const lines = new TextDecoder("utf-8", { fatal: true }).decode(bytes).split("\n");
  const found: MadeDocument[] = [];
  lines.forEach((text, i) => {
    if (text === "") return;
    const wrong = (why: string) => new DataError(`${of}, line ${i + 1}: ${why}`);
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch (error) {
      throw wrong(`it is no JSON: ${(error as Error).message}`);
    }
    const fault = faultOf(line);
    if (fault !== null) throw wrong(fault);
    found.push(line as MadeDocument);
    const [first, own] = [found[0], found[found.length - 1]].map(formOf);
    if (first !== own) throw wrong(`it holds ${own}, and the first line ${first}`);
  });
  if (found.length === 0) throw new DataError(`${of} holds no document`);
  return found;
}

/** Documents as lines. */
export function madeLines(documents: readonly MadeDocument[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(documents.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

/** Factors of a dataset, with those that only the lines have. */
function factorsOf(known: readonly Factor[], lines: readonly MadeDocument[]): Factor[] {
  const names = Object.keys(lines[0].labels ?? {});
  const more = names.filter((name) => !known.some((factor) => factor.name === name));
  return [
    ...known,
    ...more.map((name): Factor => {
      const values = lines.map(({ labels }) => labels![name]);
      const [minimum, maximum] = values.reduce(
        ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
        [Infinity, -Infinity],
      );
      return { name, kind: "number", unit: "", minimum, maximum };
    }),
  ];
}

/** What no label tells: of classes −1, of numbers their least. */
const untold = (factor: Factor) => factor.kind === "class" ? -1 : factor.minimum;

/**
 * A dataset of documents with another training split. Its other splits stay as they are: what lines
 * give, and the dataset doesn't, isn't there in them.
 * @param of what the lines are, for messages
 * @throws DataError for lines that are none
 */
export function withTraining(
  dataset: Dataset<"text">,
  bytes: Uint8Array,
  of: string,
): Dataset<"text"> {
  const text = new TextDecoder().decode(bytes);
  const lines = madeDocuments(bytes, of), factors = factorsOf(dataset.factors, lines);
  const samples = textsInMemory(lines.map(textOf));
  const names = GIVEN.filter((name) => Object.hasOwn(lines[0], name));
  const given = new Map<string, RawSamples<"text">>(
    names.map((name) => [
      name,
      textsInMemory(
        lines.map((line) => JSON.stringify((line as Readonly<Record<string, unknown>>)[name])),
      ),
    ]),
  );
  return {
    ...dataset,
    digest: sha256Hex(JSON.stringify(["made", VERSION, dataset.digest, sha256Hex(text)])),
    factors,
    given: { ...dataset.given, ...Object.fromEntries(names.map((name) => [name, DOCUMENT])) },
    notes: [...dataset.notes, `its training split is ${of}: ${lines.length} documents`],
    size: (split) => split === "train" ? lines.length : dataset.size(split),
    async read(split, indices) {
      if (split !== "train") {
        const batch = await dataset.read(split, indices), count = batch.samples.count;
        const labels = Object.fromEntries(
          factors.map((factor) => [
            factor.name,
            batch.labels[factor.name] ?? new Float32Array(count).fill(untold(factor)),
          ]),
        );
        return { ...batch, labels };
      }
      const own = Array.from(indices, (i) => {
        if (Number.isInteger(i) && i >= 0 && i < lines.length) return lines[i];
        throw new RangeError(`${of}: document ${i} was asked for; there are ${lines.length}`);
      });
      const gathered: Record<string, TextSet> = {};
      for (const [name, set] of given) gathered[name] = await set.gather(indices);
      return {
        samples: await samples.gather(indices),
        labels: Object.fromEntries(
          factors.map((factor) => [
            factor.name,
            Float32Array.from(own, ({ labels }) => labels?.[factor.name] ?? untold(factor)),
          ]),
        ),
        ...(names.length > 0 && { given: gathered }),
      };
    },
  };
}
