/**
 * The `texts` dataset: the user's own documents.
 * @module
 */
import { basename, join, resolve } from "@std/path";
import { z } from "zod";
import { DataError } from "../../base/mod.ts";
import { sha256Hex } from "../../base/digest/mod.ts";
import { pathTexts } from "../../base/schema/mod.ts";
import { openContents, placed } from "../../content/mod.ts";
import { defineDataset, type LoadContext } from "../dataset.ts";
import { LeftOut, type OnLeftOut, told } from "../folder/left_out.ts";
import { walkFiles } from "../folder/walk.ts";
import { type RawSamples, splitDataset } from "../split_dataset.ts";
import { chatText, MESSAGES } from "./chat.ts";
import { documentFiles, type Documents } from "./files/documents.ts";
import { DOCUMENT, documentSet } from "./in_memory.ts";
import { judgedReading, readAll, type Reading, type TextFile } from "./read_all.ts";
import { ENDINGS, isRead } from "./readers/readers.ts";

/** Raised whenever the same files and settings give other documents. */
const VERSION = 1;
const MB = 1e6;

const config = z.strictObject({
  path: pathTexts().default(".").describe("files or folders, relative to the suite's file"),
  testPath: pathTexts().optional().describe(
    "files or folders that are held out; left out: a share of the documents is",
  ),
  test: z.number().min(0).max(0.9).default(0.1).describe(
    "share of the documents held out, by a hash of their bytes",
  ),
  form: z.enum(["text", "chat"]).default("text").describe(
    "of records: a text each, or a list of messages with `role` and `content`",
  ),
  field: z.string().min(1).optional().describe(
    "of records: the field that is read; default: `text`, of chats `messages`",
  ),
  separator: z.string().regex(/^[^\r\n]*$/, "a line of its own has no line end in it").optional()
    .describe("the line between documents of a text file; left out: a file is one document"),
  mostBytes: z.int().min(1).max(1 << 28).default(1 << 26).describe(
    "bytes of a document at most; larger ones are left out",
  ),
  mostLeftOut: z.number().min(0).max(1).default(0.01).describe(
    "share of documents that can't be used above which it refuses",
  ),
});
type Config = z.output<typeof config>;

/** The files of a split, and what was passed over. */
interface Listing {
  readonly files: readonly TextFile[];
  readonly notes: readonly string[];
}

/** @throws DataError where a path isn't there, or nothing that is read */
async function listed(
  written: string | readonly string[],
  { path, leftOut }: { path: (written: string) => string; leftOut?: OnLeftOut },
): Promise<Listing> {
  const files: TextFile[] = [], notes: string[] = [];
  for (const one of typeof written === "string" ? [written] : written) {
    const root = path(one), stat = await Deno.stat(root).catch(() => null);
    if (stat === null) throw new DataError(`texts: ${one} does not exist (${root})`);
    if (stat.isFile) {
      if (!isRead(root)) {
        throw new DataError(
          `texts: ${one} has an ending that isn't read; these are: ${ENDINGS.join(" ")}, and ` +
            "packed as .gz or .zst",
        );
      }
      files.push({ path: root, name: basename(root) });
      continue;
    }
    const out = new LeftOut(told(root, leftOut)), before = files.length;
    for await (const name of walkFiles(root, { wanted: isRead, leftOut: out })) {
      files.push({ path: join(root, name), name });
    }
    if (files.length === before) {
      const instead = out.count() === 0 ? "it is empty" : `left out: ${out.summary()}`;
      throw new DataError(`texts: ${one} has no file of ${ENDINGS.join(" ")}; ${instead}`);
    }
    notes.push(...out.notes(one));
  }
  return { files, notes };
}

const readOptions = ({ form, field, separator, mostBytes }: Config) => ({
  form,
  field: field ?? (form === "chat" ? MESSAGES : "text"),
  separator,
  mostBytes,
});

/** The documents of files, read once and kept. */
async function documentsOf(
  files: readonly TextFile[],
  { config, context }: { config: Config; context: LoadContext },
): Promise<Documents<Reading>> {
  const options = readOptions(config), contents = openContents(context.cache);
  let digests: (string | null)[];
  try {
    digests = await contents.digests(files.map(({ path }) => path));
  } finally {
    contents.close();
  }
  const sizes = await Promise.all(
    files.map(({ path }) => Deno.stat(path).then(({ size }) => size, () => 0)),
  );
  const total = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / MB);
  const name = sha256Hex(
    JSON.stringify(["texts", VERSION, options, files.map(({ name }, i) => [name, digests[i]])]),
  ).slice(0, 24);
  let bytes = 0;
  return await documentFiles<Reading>({
    name,
    folder: join(context.cache, "texts", name),
    say: (note) => context.progress?.(0, total, note),
    make: (add) =>
      readAll(files, {
        ...options,
        add,
        signal: context.signal,
        onBytes: (read) => {
          const before = Math.floor(bytes / MB);
          bytes += read;
          const done = Math.floor(bytes / MB);
          if (done > before) context.progress?.(Math.min(done, total), total, "reading texts (MB)");
        },
      }),
  });
}

/** Documents of these numbers, in the order of another hash of theirs: see `splitByHeld`. */
function fairly(hashes: Uint32Array, chosen: (i: number) => boolean): Uint32Array {
  const ranks = hashes.map((hash) => Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d));
  return Uint32Array.from([...hashes.keys()].filter(chosen)).sort((a, b) =>
    ranks[a] - ranks[b] || a - b
  );
}

/** The samples of documents, and of chats what is given with them. */
function samplesOf(documents: Documents<Reading>, { form }: Config): {
  samples: RawSamples<"text">;
  given?: { [name: string]: { sample: typeof DOCUMENT; samples: RawSamples<"text"> } };
} {
  const { count } = documents;
  const stored: RawSamples<"text"> = {
    count,
    gather: async (indices) => documentSet(await documents.read(indices)),
  };
  if (form === "text") return { samples: stored };
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  return {
    samples: {
      count,
      gather: async (indices) =>
        documentSet(
          (await documents.read(indices)).map((json) =>
            encoder.encode(chatText(JSON.parse(decoder.decode(json))))
          ),
        ),
    },
    given: { [MESSAGES]: { sample: DOCUMENT, samples: stored } },
  };
}

/** The `texts` dataset. */
export const texts = defineDataset<Config, "text">({
  name: "texts",
  version: VERSION,
  about: "your own texts: files or folders of .txt, .md, .jsonl, .parquet, also as .gz or .zst; " +
    "documents or chats",
  licence: "yours to know",
  config,
  status: () => Promise.resolve("ready: give `path`"),
  outline: ({ form }) => ({
    sample: DOCUMENT,
    ...(form === "chat" && { given: { [MESSAGES]: DOCUMENT } }),
    factors: [],
  }),
  /** The files that a run reads, and on which side of the split they are. */
  async content({ path: written, testPath }, { path, files }) {
    const sides = await Promise.all(
      [written, testPath ?? []].map((paths) => listed(paths, { path })),
    ).catch((error) => {
      if (error instanceof DataError) return null; // `load` tells it
      throw error;
    });
    if (sides === null) return undefined;
    const named = sides.map(({ files }, side) =>
      files.map(({ path, name }) => ({ name: `${side}/${name}`, path }))
    );
    return await files(named.flat(), {
      sides: named.map((files) => files.map(({ name }) => name)),
    });
  },
  async load(config, context) {
    const { path: written, testPath, test, mostLeftOut } = config;
    const path = (one: string) => resolve(placed(context.base, one));
    const all = await listed(written, { path, leftOut: context.leftOut });
    const held = await listed(testPath ?? [], { path, leftOut: context.leftOut });
    const files = [...all.files, ...held.files];
    const documents = await documentsOf(files, { config, context });
    const { about, hashes, digest } = documents;
    for (const { where, why } of about.named) context.leftOut?.(where, why);
    const where = `texts: ${[written, testPath ?? []].flat().join(", ")}`;
    const notes = judgedReading(about, { most: mostLeftOut, where });
    const first = about.counts.slice(0, all.files.length).reduce((sum, n) => sum + n, 0);
    const isHeld = testPath === undefined
      ? (i: number) => hashes[i] < test * 2 ** 32
      : (i: number) => i >= first;
    return splitDataset<"text">({
      name: "texts",
      version: VERSION,
      digest: sha256Hex(`${config.form} ${digest}`),
      sample: DOCUMENT,
      factors: [],
      notes: [...all.notes, ...held.notes, ...notes],
      ...samplesOf(documents, config),
      labels: {},
      splits: { train: fairly(hashes, (i) => !isHeld(i)), test: fairly(hashes, isHeld) },
    });
  },
});
