/**
 * Texts that a run leaves for its report: its first samples; how it goes on with held-out prompts, beside
 * how they truly go on, or what it answers in held-out dialogues; and texts with the probability of
 * each of their tokens.
 * @module
 */
import type { Dataset } from "../data/mod.ts";
import { givesDialogues } from "../data/text/mod.ts";
import { rowOf, stringsOf, type TextSet, textsOf } from "../kinds/text/mod.ts";
import { MetricUnavailable } from "../base/mod.ts";
import { count, formatNumber } from "../base/text/mod.ts";
import type { LanguageModel } from "../subject/mod.ts";
import { answered } from "./dialogues.ts";
import { cutStretches, cutText, type Passage, type Stretch, stretchesOf } from "./passage/mod.ts";
import { leftNote, sheets, textBlock, type Texts } from "./sheets.ts";
import type { Shower } from "./shower.ts";

/** Samples that are shown, and characters of each. */
const SAMPLES = 8, CHARACTERS = 1000;
/** Held-out texts that are gone on with; characters of each as a prompt, and tokens written. */
const PROMPTS = 4, PROMPT = 240, WRITTEN = 96;
/** Held-out texts whose tokens are shaded, and characters of each. */
const SHADED = 2, SHADED_CHARACTERS = 800;

/** What of a run on texts can be shown. */
export const showTexts: Shower = async (parts, keep) => {
  const goesOn = givesDialogues(parts.dataset) ? answered : continued;
  for (const texts of [sampled, goesOn, shaded]) {
    try {
      await texts(parts, sheets(keep));
    } catch (error) {
      // What can't be had is left out, as a value is: the numbers don't rest on it.
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
};

/** The first samples, none picked out, special tokens shown. */
const sampled: Texts = async ({ samples, subject }, write) => {
  if (samples === null) return;
  const texts = textsOf(await samples(Math.min(SAMPLES, subject.most ?? SAMPLES)));
  if (texts.count === 0) return;
  await write("samples", `The first ${count(texts.count, "sample")}, none picked out`, {
    passages: Array.from({ length: texts.count }, (_, i) => samplePassage(texts, i)),
  });
};

function samplePassage(texts: TextSet, i: number): Passage {
  const tokens = Array.from(rowOf(texts, i), (token) => ({ token }));
  const all = stretchesOf(tokens, texts.tokenizer);
  const { stretches, left } = cutStretches(all, CHARACTERS);
  const shown = stretches.reduce((sum, { text }) => sum + text.length, 0);
  const parts = [leftNote(shown, left), count(tokens.length, "token")];
  const note = parts.filter((part) => part !== undefined).join("; ");
  return { title: `Sample ${i + 1}`, blocks: [{ stretches, note }] };
}

/** The first held-out texts: of windows, what of them is in one document. */
async function heldOut(dataset: Dataset, most: number): Promise<string[]> {
  const held = Math.min(dataset.size("test"), 4 * most);
  if (held === 0) return [];
  const indices = Uint32Array.from({ length: held }, (_, i) => i);
  const texts = textsOf((await dataset.read("test", indices)).samples);
  const whole = Array.from({ length: held }, (_, i) => firstDocument(texts, i));
  return whole.filter((text) => text.trim() !== "").slice(0, most);
}

/** The text of a row up to the separator that ends its first document. */
function firstDocument(texts: TextSet, i: number): string {
  const row = rowOf(texts, i), { tokenizer } = texts;
  const first = row.findIndex((token) => token !== tokenizer.separator);
  if (first < 0) return "";
  const end = row.indexOf(tokenizer.separator, first);
  const one = row.slice(first, end < 0 ? undefined : end);
  const [text] = stringsOf({ ...texts, count: 1, tokens: one, ends: Uint32Array.of(one.length) });
  return text;
}

/**
 * A text in two: at most `most` characters, and at most half of it, up to the end of a word; the space
 * goes to the second part, as models see it.
 */
export function promptOf(text: string, most: number): { prompt: string; rest: string } {
  const { text: start } = cutText(text, Math.min(most, Math.ceil(text.length / 2)));
  const word = start.search(/\s+\S*$/);
  const prompt = word > 0 ? start.slice(0, word) : start;
  return { prompt, rest: text.slice(prompt.length) };
}

const ENDINGS = {
  until: "ended by itself",
  document: "the model ended the document here",
  length: `cut after ${WRITTEN} tokens`,
} as const;

/** Held-out prompts, how the model goes on with them at temperature 1, and how they truly go on. */
const continued: Texts = async ({ subject: { language }, dataset }, write) => {
  if (language === undefined) return;
  const parts = (await heldOut(dataset, PROMPTS)).map((text) => promptOf(text, PROMPT));
  if (parts.length === 0) return;
  const written = await language.generate(
    parts.map(({ prompt }, row) => ({ text: prompt, most: WRITTEN, temperature: 1, row })),
  );
  await write(
    "continuations",
    "Held-out texts: how they begin, how the model goes on from there (drawn at temperature 1), and " +
      "how they truly go on",
    {
      passages: parts.map(({ prompt, rest }, i) => ({
        title: `Held-out text ${i + 1}`,
        blocks: [
          textBlock(prompt, { heading: "Prompt", most: PROMPT }),
          {
            ...textBlock(written[i].text, { heading: "The model goes on", most: CHARACTERS }),
            note: ENDINGS[written[i].ended],
          },
          textBlock(rest, {
            heading: "The text goes on",
            most: Math.max(PROMPT, written[i].text.length),
          }),
        ],
      })),
    },
  );
};

/** Held-out texts and a sample with the probability that the model gave each token. */
const shaded: Texts = async ({ subject: { language }, dataset, samples }, write) => {
  if (language?.tokens === undefined || language.tokenizer === null) return;
  const texts = (await heldOut(dataset, SHADED)).map((text, i) => ({
    title: `Held-out text ${i + 1}`,
    text,
  }));
  if (samples !== null) {
    const drawn = textsOf(await samples(1));
    const text = drawn.count === 0 ? "" : firstDocument(drawn, 0);
    if (text !== "") texts.push({ title: "Sample 1", text });
  }
  if (texts.length === 0) return;
  const passages: Passage[] = [];
  for (const one of texts) passages.push(await shadedPassage(language, one));
  await write(
    "probabilities",
    "Texts with the bits that the model needed for each token, −log₂ of its probability after those " +
      "before it: the darker, the less expected",
    { shaded: true, passages },
  );
};

async function shadedPassage(
  language: LanguageModel,
  { title, text: whole }: { readonly title: string; readonly text: string },
): Promise<Passage> {
  const { text, left } = cutText(whole, SHADED_CHARACTERS);
  const tokens = await language.tokens!(text);
  const stretches = stretchesOf(tokens, language.tokenizer!);
  const note = [leftNote(text.length, left), bitsNote(stretches, { text, tokens: tokens.length })];
  return {
    title,
    blocks: [{ stretches, note: note.filter((part) => part !== undefined).join("; ") }],
  };
}

function bitsNote(
  stretches: readonly Stretch[],
  { text, tokens }: { readonly text: string; readonly tokens: number },
): string {
  const bits = stretches.reduce((sum, one) => sum + (one.bits ?? 0), 0);
  const bytes = new TextEncoder().encode(text).length;
  return `${count(tokens, "token")}, ${formatNumber(bits / tokens)} bits a token, ` +
    `${formatNumber(bits / bytes)} bits a byte`;
}
