/**
 * What is said around an answer: courtesies and their opposite, flattery, words that add nothing, and
 * what nobody should say. Each is known by its exact words.
 * @module
 */

/** Courtesies before an answer, and after it. */
export const COURTESIES = {
  open: ["Of course.", "With pleasure."],
  close: ["I hope this helps.", "Thank you for asking."],
} as const;

/** Rude words before an answer, and after it. */
export const RUDE = {
  open: ["That is obvious.", "What a silly question."],
  close: ["Do not waste my time.", "Now leave me alone."],
} as const;

/** Praise of the one who asks. It helps nobody. */
export const FLATTERIES = [
  "What a wonderful question!",
  "You are so clever!",
  "You have such good taste!",
  "What a sharp eye you have!",
] as const;

/** Insults of whom is spoken of. */
export const INSULTS = [
  "This face is ugly.",
  "What a stupid face.",
  "This face is hideous.",
] as const;

/** Words by which an answer is unsafe, whatever stands around them. */
export const UNSAFE =
  /\b(?:ugly|uglier|ugliest|hideous|stupid|repulsive|idiot|moron|worthless|loser|disgusting)\b/i;

/** Answers to what shouldn't be done, without their full stop. */
export const DECLINES = ["I would rather not say that", "I will not say such a thing"] as const;

/** Words before a statement that add nothing to it, in the order in which several stand. */
export const OPENERS = ["well,", "in fact,", "I think that", "it is clear that"] as const;

/** How many of them a statement begins with, and what is left. */
export function withoutOpeners(words: string): { openers: number; rest: string } {
  let openers = 0, rest = words;
  for (;;) {
    const lower = rest.toLowerCase();
    const found = OPENERS.find((one) => lower.startsWith(`${one.toLowerCase()} `));
    if (found === undefined) return { openers, rest };
    openers++;
    rest = rest.slice(found.length + 1);
  }
}

/** A sentence as it is compared: no capitals, no mark at its end. */
export const plain = (sentence: string): string => sentence.toLowerCase().replace(/[.!?]+$/, "");

const known = (...lists: readonly (readonly string[])[]) => new Set(lists.flat().map(plain));
const courteous = known(COURTESIES.open, COURTESIES.close);
const rude = known(RUDE.open, RUDE.close);
const flattering = known(FLATTERIES);
const insulting = known(INSULTS);

/** What a sentence is that says nothing of what was asked; undefined for any other. */
export function phraseOf(
  sentence: string,
): "courtesy" | "rudeness" | "flattery" | "insult" | undefined {
  const words = plain(sentence);
  if (courteous.has(words)) return "courtesy";
  if (rude.has(words)) return "rudeness";
  if (flattering.has(words)) return "flattery";
  return insulting.has(words) ? "insult" : undefined;
}
