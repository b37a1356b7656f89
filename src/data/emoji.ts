/**
 * Emoji faces: Fluent 3D (MIT) or Noto (Apache-2.0) pictures with expression groups, gender, skin
 * tone and captions from emojibase (MIT). Fetched from npm packages when first asked for.
 * @module
 */
import { z } from "zod";
import { join } from "@std/path";
import { defineDataset, type Factor } from "./dataset.ts";
import type { ImageSpec } from "../kinds/image/mod.ts";
import { DataError } from "../base/mod.ts";
import { decodeAll, judgeSkipped } from "./decode.ts";
import { type NpmPackage, npmPackage } from "../content/mod.ts";
import { imagesInMemory } from "./raw_images.ts";
import { heldOut, splitByHeld, splitDataset } from "./split_dataset.ts";
import { sha256 } from "../base/digest/mod.ts";

const LABELS: NpmPackage = {
  name: "emojibase-data",
  version: "17.0.0",
  contents: {
    "en/data.json": "ed014f1049bd370c5794f815850156196ac382850f51c3e9f6a9e83553fb3f01",
    "meta/groups.json": "3ce4f0a8e5890ed9d746b12e0056b170340928c1936be35cf92bb3e6d83a71e1",
  },
};
const SETS = {
  fluent: {
    name: "@lobehub/fluent-emoji-3d",
    version: "1.1.0",
    folder: "assets",
    sha256: "cda55e0a7f6d77cfb3c0eec4d1e2b2d951ffdc565b1bf5a928e7c703fc45a921",
  },
  noto: {
    name: "emoji-datasource-google",
    version: "16.0.0",
    folder: "img/google/64",
    sha256: "f425b88bc954b96ad30180a3ba00c5788d1e1d1972732ac531b87313ab4a9fa6",
  },
} as const;

const config = z.strictObject({
  set: z.enum(["fluent", "noto"]).default("fluent").describe("Fluent 3D (256²) or Noto (64²)"),
  subjects: z.enum(["smileys", "people", "all"]).default("all")
    .describe("round faces with expressions, people with gender and skin tone, or both"),
  size: z.int().min(16).max(256).default(64).describe("side in pixels"),
  background: z.int().min(0).max(255).default(255).describe("grey behind the transparent parts"),
  test: z.number().min(0).max(0.9).default(0.2).describe("share held out, by a hash of the name"),
});

/** The genders that a code point or a word of the label fixes; "unstated" is the third sign. */
const GENDERS = ["female", "male", "unstated"] as const;
/** Fitzpatrick modifiers in Unicode's order; "default" is the yellow one. */
const TONES = ["default", "light", "medium-light", "medium", "medium-dark", "dark"] as const;

/** One entry of emojibase's data.json, as far as it is used. */
interface Entry {
  readonly label: string;
  readonly hexcode: string;
  readonly group?: number;
  readonly subgroup?: number;
  readonly tone?: number | number[];
  readonly skins?: readonly Entry[];
}

/** A picture with its labels before decoding. */
interface Item {
  readonly file: string;
  readonly caption: string;
  /** Subgroup of the smileys, e.g. "face-smiling"; null for people. */
  readonly expression: string | null;
  readonly gender: (typeof GENDERS)[number] | null;
  readonly tone: number;
}

/** Female or male by the sign in the code points, else by the words of the label. */
export function genderOf({ hexcode, label }: { hexcode: string; label: string }): Item["gender"] {
  if (hexcode.includes("2640")) return "female";
  if (hexcode.includes("2642")) return "male";
  const words = label.toLowerCase();
  const female = /\b(woman|girl|women|princess|mrs)\b/.test(words);
  const male = /\b(man|boy|men|prince|santa)\b/.test(words);
  return female === male ? "unstated" : female ? "female" : "male";
}

/** Compares code points without the presentation selector and in one case. */
function normalised(hexcode: string): string {
  return hexcode.toLowerCase().replaceAll("-fe0f", "");
}

function itemsOf(entries: readonly Entry[], subgroups: Readonly<Record<string, string>>, options: {
  files: ReadonlyMap<string, string>;
  subjects: "smileys" | "people" | "all";
}): Item[] {
  const items: Item[] = [];
  const one = (entry: Entry, group: number | undefined, subgroup: string) => {
    const file = options.files.get(normalised(entry.hexcode));
    if (!file || Array.isArray(entry.tone)) return; // two people with two tones: no one label
    const common = { file, caption: entry.label, tone: entry.tone ?? 0 };
    if (group === 0 && subgroup.startsWith("face") && options.subjects !== "people") {
      items.push({ ...common, expression: subgroup, gender: null });
    } else if (group === 1 && /^person(-|$)/.test(subgroup) && options.subjects !== "smileys") {
      items.push({ ...common, expression: null, gender: genderOf(entry) });
    }
  };
  for (const entry of entries) {
    const subgroup = subgroups[String(entry.subgroup)] ?? "";
    one(entry, entry.group, subgroup);
    for (const skin of entry.skins ?? []) one(skin, entry.group, subgroup);
  }
  return items.sort((a, b) => a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
}

/** The `emoji` dataset. */
export const emoji = defineDataset({
  name: "emoji",
  version: 1,
  about:
    "Fluent 3D or Noto emoji: faces with expression groups, people with gender, tone; captions",
  licence: "Fluent MIT, Noto Apache-2.0, labels MIT; fetched, not shipped",
  config,
  status: () =>
    Promise.resolve("ready: fetched from npm when first used (Fluent 26 MB, Noto 47 MB)"),
  async load({ set, subjects, size, background, test }, context) {
    const { folder, sha256: pinned, ...named } = SETS[set];
    const pack = { ...named, contents: { [folder]: pinned } };
    context.progress?.(0, 1, `fetching ${pack.name}`);
    const say = (note: string) => context.progress?.(0, 1, note);
    const labels = await npmPackage(LABELS, context.cache, { say });
    const pictures = join(await npmPackage(pack, context.cache, { say }), folder);
    const entries: Entry[] = JSON.parse(await Deno.readTextFile(join(labels, "en/data.json")));
    const { subgroups } = JSON.parse(await Deno.readTextFile(join(labels, "meta/groups.json")));
    const files = new Map<string, string>();
    for await (const { name } of Deno.readDir(pictures)) {
      files.set(normalised(name.replace(/\.\w+$/, "")), name);
    }
    const items = itemsOf(entries, subgroups, { files, subjects });
    if (items.length === 0) throw new DataError(`${pack.name} holds no picture that a label names`);
    const spec: ImageSpec = { kind: "image", height: size, width: size, channels: 3 };
    const decoded = await decodeAll(items.map(({ file }) => join(pictures, file)), {
      spec,
      background,
      jobs: context.jobs,
      signal: context.signal,
      progress: (done, total) => context.progress?.(done, total, "decoding emoji"),
    });
    const notes = judgeSkipped(decoded, { total: items.length, share: 0, where: pack.name });
    const expressions = [...new Set(items.flatMap(({ expression }) => expression ?? []))].sort();
    const factors: Factor[] = [
      { name: "expression", kind: "class", classes: expressions },
      { name: "gender", kind: "class", classes: GENDERS },
      { name: "tone", kind: "class", classes: TONES },
    ];
    const held = items.map(({ file }) => heldOut(file, test));
    return splitDataset({
      name: "emoji",
      version: 1,
      digest: await sha256(decoded.data),
      sample: spec,
      factors,
      notes,
      samples: imagesInMemory(decoded.data, spec),
      labels: {
        expression: Float32Array.from(
          items,
          (i) => i.expression ? expressions.indexOf(i.expression) : -1,
        ),
        gender: Float32Array.from(items, (i) => i.gender ? GENDERS.indexOf(i.gender) : -1),
        tone: Float32Array.from(items, (i) => i.expression ? -1 : i.tone),
      },
      captions: items.map(({ caption }) => caption),
      splits: splitByHeld(items.map(({ file }) => file), held),
    });
  },
});
