/**
 * A document as a line of JSON: what the pipeline reads, keeps between passes and gives.
 * @module
 */
import { chatText } from "../../data/text/mod.ts";
import type { Document, DocumentMessage, Provenance } from "../stage.ts";

type Messages = readonly DocumentMessage[];

/** Parts of a dialogue, in the order of a line's keys. */
const DIALOGUE = ["messages", "prompt", "chosen", "rejected"] as const;

/** A document with all that came with it. It has a text, or parts of a dialogue. */
export interface Row {
  readonly text?: string;
  readonly messages?: Messages;
  /** Of a preference: the messages before the answers, and the two answers. */
  readonly prompt?: Messages;
  readonly chosen?: Messages;
  readonly rejected?: Messages;
  /** By which an exact rule judges an answer. */
  readonly facts?: unknown;
  readonly labels?: Readonly<Record<string, number>>;
  readonly from: Provenance;
}

/** The key of `from` that names the stages which rewrote a document. */
export const REWRITTEN = "rewritten";

/** What stages see of a row. */
export function documentOf({ text, messages, prompt, chosen, from, labels }: Row): Document {
  const said = messages ?? [...prompt ?? [], ...chosen ?? []];
  return {
    text: text ?? chatText(said),
    from,
    ...(messages !== undefined && { messages }),
    ...(labels !== undefined && { labels }),
  };
}

/** A row as a line, without its end. Its keys have one order, so that equal rows are equal bytes. */
export function lineOf(row: Row): string {
  const { text, messages, prompt, chosen, rejected, facts, labels, from } = row;
  return JSON.stringify({ text, messages, prompt, chosen, rejected, facts, labels, from });
}

/** The row of a line. */
export function rowOf(line: string): Row {
  return JSON.parse(line);
}

/**
 * A row with its text rewritten, and the stage named in where it came from. Of a dialogue each message
 * is rewritten alone, so that who said what stays as it is.
 * @param rewrite the text of one message, as the stage rewrites it
 */
export async function rewritten(
  row: Row,
  { text, stage, rewrite }: {
    readonly text: string;
    readonly stage: string;
    readonly rewrite: (text: string) => Promise<string> | string;
  },
): Promise<Row> {
  const before = row.from[REWRITTEN];
  const from = { ...row.from, [REWRITTEN]: before === undefined ? stage : `${before} ${stage}` };
  if (row.text !== undefined) return { ...row, text, from };
  const parts: { [part in typeof DIALOGUE[number]]?: Messages } = {};
  for (const part of DIALOGUE) {
    const messages = row[part];
    if (messages === undefined) continue;
    parts[part] = await Promise.all(
      messages.map(async (one) => ({ ...one, content: await rewrite(one.content) })),
    );
  }
  return { ...row, ...parts, from };
}
