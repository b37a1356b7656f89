/**
 * Personal data in texts, by exact patterns: addresses of mail and of machines, telephone and card
 * numbers. What is found is replaced by the name of what it was, or the document is dropped.
 *
 * Patterns find forms, not people: names, streets and numbers without a form stay.
 * @module
 */
import { z } from "zod";
import { type Decision, defineStage } from "../stage.ts";

/** What is looked for, in this order: what one has replaced another doesn't see. */
const KINDS = ["email", "card", "ip", "phone"] as const;
type KindOfData = typeof KINDS[number];

const config = z.strictObject({
  kinds: z.array(z.enum(KINDS)).min(1).default([...KINDS]).describe("what is looked for"),
  most: z.int().min(0).optional().describe(
    "finds in a document above which it is dropped; left out: none is",
  ),
});
type Config = z.output<typeof config>;

/** The Luhn check (ISO/IEC 7812-1): whether the last digit is that of the others. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]), twice = 2 * digit;
    sum += i % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 === 0;
}

/** Of the numbers that cards may have: 13 to 19 digits with a first one of 2 to 6, and Luhn's check. */
function isCard(found: string): boolean {
  const digits = found.replaceAll(/\D/g, "");
  return digits.length >= 13 && digits.length <= 19 && /^[2-6]/.test(digits) && isLuhn(digits);
}

/** An IPv4 address with no part above 255, or an IPv6 address as RFC 4291 writes it. */
function isIp(found: string): boolean {
  if (!found.includes(":")) return found.split(".").every((part) => Number(part) <= 255);
  const halves = found.split("::"), parts = found.split(":").filter((part) => part !== "");
  return halves.length === 2 ? parts.length <= 7 : halves.length === 1 && parts.length === 8;
}

/** 10 to 15 digits (E.164), not a date and not a part of a longer number. */
function isPhone(found: string): boolean {
  const digits = found.replaceAll(/\D/g, "");
  if (/^\d{4}[-. ]\d{2}[-. ]\d{2}\b/.test(found)) return false;
  return digits.length >= 10 && digits.length <= 15 && (found.startsWith("+") || /\D/.test(found));
}

/** Pattern and check of each kind. */
const PATTERNS: { readonly [kind in KindOfData]: readonly [RegExp, (found: string) => boolean] } = {
  // The dot-atom of RFC 5321 and a name with a dot (RFC 1035 labels).
  email: [
    /(?<![\w.+%-])[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\b/g,
    () => true,
  ],
  card: [/(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]*\d)/g, isCard],
  ip: [
    /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:]))/g,
    isIp,
  ],
  phone: [
    /(?<![\w.])(?:\+\d{10,15}|(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?)?\d{2,4}(?:[ .-]\d{2,4}){1,4})(?!\w|[.-]\d)/g,
    isPhone,
  ],
};

/** A text with what was found replaced by its kind, and how often each was found. */
export function redacted(
  text: string,
  kinds: readonly KindOfData[] = KINDS,
): { text: string; found: Readonly<Partial<Record<KindOfData, number>>> } {
  const found: Partial<Record<KindOfData, number>> = {};
  let now = text;
  for (const kind of KINDS.filter((kind) => kinds.includes(kind))) {
    const [pattern, holds] = PATTERNS[kind];
    now = now.replace(pattern, (match) => {
      if (!holds(match)) return match;
      found[kind] = (found[kind] ?? 0) + 1;
      return `<${kind.toUpperCase()}>`;
    });
  }
  return { text: now, found };
}

/** The stage. */
export const pii = defineStage<Config>({
  name: "pii",
  about: "replaces addresses of mail and machines, telephone and card numbers by their kinds",
  papers: [],
  config,
  limits: { most: "most" },
  make: ({ kinds, most }) =>
    Promise.resolve({
      name: "pii",
      kind: "map" as const,
      decide({ text }): Decision {
        const { text: now, found } = redacted(text, kinds);
        const total = Object.values(found).reduce((sum, n) => sum + n, 0);
        const values = { ...found, finds: total };
        if (most !== undefined && total > most) {
          return { keep: false, why: "pii: finds", value: total, limit: most, values };
        }
        return { keep: true, text: now, values };
      },
    }),
});
