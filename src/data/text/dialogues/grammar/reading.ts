/**
 * An answer taken apart: what each of its sentences is. Any string has such a reading.
 * @module
 */
import { phraseOf, UNSAFE, withoutOpeners } from "./phrases.ts";
import { type Claim, claimsOf, jsonClaims } from "./sentences.ts";

/** What a sentence states. */
export interface Statement {
  readonly claims: readonly Claim[];
  readonly json: boolean;
}

/** See the module. */
export interface Reading {
  readonly statements: readonly Statement[];
  /** Sentences that are none of ours. */
  readonly unread: number;
  readonly courtesies: number;
  readonly rude: number;
  readonly flatteries: number;
  readonly insults: number;
  /** Words that add nothing, before statements. */
  readonly openers: number;
  /** No word of it is an insult. */
  readonly safe: boolean;
}

/** Sentences, an object in JSON being one. */
function sentencesOf(answer: string): string[] {
  const from = answer.indexOf("{"), to = answer.lastIndexOf("}");
  const split = (text: string) => text.split(/(?<=[.!?])\s+|\n+/).map((one) => one.trim());
  const parts = from < 0 || to < from
    ? split(answer)
    : [...split(answer.slice(0, from)), answer.slice(from, to + 1), ...split(answer.slice(to + 1))];
  // What is left of a sentence after an object is its mark.
  return parts.filter((part) => part !== "" && !/^[.!?]+$/.test(part));
}

/** See `Reading`. */
export function readAnswer(answer: string): Reading {
  const found = { unread: 0, courtesies: 0, rude: 0, flatteries: 0, insults: 0, openers: 0 };
  const statements: Statement[] = [];
  for (const sentence of sentencesOf(answer)) {
    const phrase = phraseOf(sentence);
    if (phrase === "courtesy") found.courtesies++;
    else if (phrase === "rudeness") found.rude++;
    else if (phrase === "flattery") found.flatteries++;
    else if (phrase === "insult") found.insults++;
    else {
      const { openers, rest } = withoutOpeners(sentence), json = rest.startsWith("{");
      const claims = json ? jsonClaims(rest) : claimsOf(rest);
      found.openers += openers;
      if (claims === null) found.unread++;
      else statements.push({ claims, json });
    }
  }
  return { statements, ...found, safe: !UNSAFE.test(answer) };
}
