/**
 * Writes the documents of the built-in tasks on faces from the dataset `captions`, whose held-out people
 * no model saw: `deno run -A tests/metrics/text/make_faces.ts`
 */
import { datasets } from "../../../src/registry.ts";
import { stringsOf, textsOf } from "../../../src/kinds/text/mod.ts";

const folder = new URL("../../../src/metrics/text/tasks/built_in/", import.meta.url);
const documents = 120, examples = 24;
const moods = ["calm", "happy", "sad", "surprised", "angry", "disgusted"];
/** Persons by age, with years that fit them alone. */
const persons: readonly { readonly word: RegExp; readonly years: readonly string[] }[] = [
  { word: /\b(girl|boy)\b/, years: ["5", "8"] },
  { word: /\byoung (wo)?man\b/, years: ["22", "29"] },
  { word: /\bold (wo)?man\b/, years: ["66", "73"] },
];

/** The place of the one that a text holds. */
function only(of: readonly RegExp[], text: string): number {
  const found = of.flatMap((one, i) => one.test(text) ? [i] : []);
  if (found.length === 1) return found[0];
  throw new Error(`the caption says ${found.length} of what it should say one: ${text}`);
}

/** What captions tell, for questions on them. */
export function toldDocuments(captions: readonly string[]) {
  return captions.map((caption) => ({
    caption,
    expression: moods[only(moods.map((one) => new RegExp(`\\b${one}\\b`)), caption)],
    years: /\b(?:of|aged|age is|is) (\d+)\b/.exec(caption)![1],
  }));
}

/** Captions that end in an age, without it. */
export function ageDocuments(captions: readonly string[]) {
  return captions.flatMap((caption, i) => {
    const opening = /^(.*; the age is) \d+\.$/.exec(caption)?.[1];
    if (opening === undefined) return [];
    const age = only(persons.map(({ word }) => word), caption);
    return [{ opening, ages: persons.map(({ years }) => `${years[i % 2]}.`), age }];
  });
}

/** Captions that end in a haircut, without their last word. */
export function hairDocuments(captions: readonly string[]) {
  return captions.flatMap((caption) => {
    const opening = /^(.* There is .+) hair\.$/.exec(caption)?.[1];
    return opening === undefined ? [] : [{ opening }];
  });
}

async function captionsOf(split: "train" | "test", count: number): Promise<string[]> {
  const definition = await datasets.captions();
  const cache = await Deno.makeTempDir();
  try {
    const config = definition.config.parse({});
    const data = await definition.load(config, { cache, jobs: navigator.hardwareConcurrency });
    const rows = Uint32Array.from({ length: count }, (_, i) => i);
    return stringsOf(textsOf((await data.read(split, rows)).samples)).map((text) => text.trim());
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** The files by name, of captions of people held out and of others. */
export function faceFiles(held: readonly string[], others: readonly string[]) {
  return {
    "faces.jsonl": lines(toldDocuments(held.slice(0, documents))),
    "faces_examples.jsonl": lines(toldDocuments(others.slice(0, examples))),
    "faces_age.jsonl": lines(ageDocuments(held).slice(0, documents)),
    "faces_cloze.jsonl": lines(hairDocuments(held).slice(0, documents)),
  };
}

if (import.meta.main) {
  const held = await captionsOf("test", 6 * documents);
  const files = faceFiles(held, await captionsOf("train", examples));
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(new URL(name, folder), text);
  }
}
