/**
 * Attributes that an answer is asked to have, as a dialogue says them: a system message of one fixed
 * form. Models are conditioned by it, asked by it, and judged against it (SteerLM: Dong et al. 2023,
 * arXiv:2310.05344).
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { Message } from "../chat.ts";

/** Whole numbers by the attributes' names. */
export type Attributes = Readonly<Record<string, number>>;

const BEGIN = "Attributes: ", END = ".";
const NAME = /^[a-z][a-z_]*$/;
const FORM = /^Attributes: ([a-z][a-z_]* -?\d+(?:, [a-z][a-z_]* -?\d+)*)\.$/;

/**
 * Attributes in words: "Attributes: helpful 4, correct 3."
 * @throws DataError for none, a name that is no word of small letters, or a value that is not whole
 */
export function attributesText(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) throw new DataError("attributes: none is asked for");
  for (const [name, value] of entries) {
    if (!NAME.test(name)) {
      throw new DataError(`attributes: ${JSON.stringify(name)} is no word of small letters`);
    }
    if (!Number.isSafeInteger(value)) {
      throw new DataError(`attributes: ${name} is ${value}; a whole number was expected`);
    }
  }
  return BEGIN + entries.map(([name, value]) => `${name} ${value + 0}`).join(", ") + END;
}

/** The attributes that a text states; null where it isn't of the form. */
export function attributesIn(text: string): Attributes | null {
  const found = FORM.exec(text);
  if (found === null) return null;
  return Object.fromEntries(
    found[1].split(", ").map((pair) => {
      const [name, value] = pair.split(" ");
      return [name, Number(value)];
    }),
  );
}

const isAsking = ({ role, content }: Message) =>
  role === "system" && attributesIn(content.split("\n")[0]) !== null;

/** The attributes that a dialogue asks for; null where it asks for none. */
export function askedIn([first]: readonly Message[]): Attributes | null {
  return first !== undefined && isAsking(first) ? attributesIn(first.content.split("\n")[0]) : null;
}

/** A dialogue without what it asks for. */
export function withoutAsking(messages: readonly Message[]): Message[] {
  const [first, ...rest] = messages;
  if (first === undefined || !isAsking(first)) return [...messages];
  const [, ...lines] = first.content.split("\n");
  return lines.length === 0 ? rest : [{ ...first, content: lines.join("\n") }, ...rest];
}

/** A dialogue that asks for these attributes and no others, in the first line of its system message. */
export function askingFor(messages: readonly Message[], attributes: Attributes): Message[] {
  const plain = withoutAsking(messages), text = attributesText(attributes);
  const [first, ...rest] = plain;
  if (first?.role !== "system") return [{ role: "system", content: text }, ...plain];
  return [{ ...first, content: `${text}\n${first.content}` }, ...rest];
}
