/**
 * How a judge is asked which of two answers is better, and what its words mean. Each pair is shown in both
 * orders, since judges prefer the answer that stands first or second (Zheng et al. 2023,
 * arXiv:2306.05685); verdicts that change with the order are a tie.
 * @module
 */
import type { Message } from "../../data/text/mod.ts";

/** What a judge says of two answers as they were shown. */
export type Said = "first" | "second" | "tie";

const ORDER =
  "Two answers to the last message of a conversation follow. Say which is better: more correct, more " +
  "helpful, no longer than needed. Length and flattery are no merit. Reply with one word: A, B or tie.";

/** The question, as the one message of a chat. */
export function questionOf(
  prompt: readonly Message[],
  { first, second }: { readonly first: string; readonly second: string },
): string {
  const said = prompt.map(({ role, content }) => `${role}: ${content}`).join("\n");
  return `${ORDER}\n\n[Conversation]\n${said}\n\n[A]\n${first}\n\n[B]\n${second}\n\n[Better]`;
}

/** What a judge's words say; null where they say none of the three. */
export function saidIn(words: string): Said | null {
  const plain = words.replace(/["'*[\]().:]/g, " ").trim();
  if (/\btie\b/i.test(plain)) return "tie";
  // A small "a" within a sentence is an article.
  const found = /\b([AB])\b/.exec(plain)?.[1] ?? /^[ab]$/.exec(plain)?.[0].toUpperCase();
  if (found === undefined) return null;
  return found === "A" ? "first" : "second";
}

/** A pair shown in both orders: what was said where our own answer stood first, and second. */
export interface BothOrders {
  readonly ownFirst: Said | null;
  readonly ownSecond: Said | null;
}

/** 1 where both orders say that our own is better, 0 where both say the other, else ½. */
export function pointsOf({ ownFirst, ownSecond }: BothOrders): number {
  if (ownFirst === "first" && ownSecond === "second") return 1;
  return ownFirst === "second" && ownSecond === "first" ? 0 : 0.5;
}

/** Numbers of many pairs, by name. */
export function numbersOf(pairs: readonly BothOrders[]): Record<string, number> {
  const all = pairs.flatMap(({ ownFirst, ownSecond }) => [ownFirst, ownSecond]);
  const share = (wanted: readonly (Said | null)[]) =>
    all.filter((one) => wanted.includes(one)).length / all.length;
  const decided = all.filter((one) => one === "first" || one === "second");
  const points = pairs.map(pointsOf);
  return {
    pairs: pairs.length,
    "win rate": points.reduce((sum, one) => sum + one, 0) / pairs.length,
    ties: points.filter((one) => one === 0.5).length / pairs.length,
    "said tie": share(["tie"]),
    "said nothing that was asked": share([null]),
    // ½ of a judge that doesn't look at the order.
    ...(decided.length > 0 && {
      "preferred the first": decided.filter((one) => one === "first").length / decided.length,
    }),
  };
}
