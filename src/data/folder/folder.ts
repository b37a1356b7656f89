/**
 * A folder of the user's own pictures as a dataset: files of any kind that is read, in one of four layouts,
 * decoded once and cached.
 * @module
 */
import { z } from "zod";
import { join, relative } from "@std/path";
import { openContents, placed } from "../../content/mod.ts";
import { defineDataset, type LoadContext } from "../dataset.ts";
import type { ImageSpec } from "../../kinds/image/mod.ts";
import { DataError } from "../../base/mod.ts";
import { decodeAll, judgeSkipped } from "../decode.ts";
import { DECODED_ALIKE, DECODER, DECODINGS } from "../decoding/meaning.ts";
import { sha256 } from "../../base/digest/mod.ts";
import { pathText } from "../../base/schema/mod.ts";
import { imagesInFile } from "../raw_images.ts";
import { splitByHeld, splitDataset } from "../split_dataset.ts";
import { type DecodedAbout, decodedFile } from "./decoded_file.ts";
import { ENDINGS } from "./left_out.ts";
import { LAYOUTS, type Listing, listPictures } from "./layout.ts";

const config = z.strictObject({
  path: pathText().default(".").describe("the folder, relative to the suite's file"),
  layout: z.enum(LAYOUTS).default("plain")
    .describe("plain; classes: a folder a class; celeba: attribute file; ffhq: numbered"),
  size: z.int().min(16).max(256).default(64).describe("side in pixels after a central square crop"),
  channels: z.union([z.literal(1), z.literal(3)]).default(3).describe("1 grey, 3 RGB"),
  decode: z.enum(["viewer", "pil"]).optional().describe(
    `how a file becomes colours; viewer (default): ${DECODINGS.viewer}; pil: ${DECODINGS.pil}. ` +
      `${DECODED_ALIKE}. Samples of \`external\` are read in the same way`,
  ),
  test: z.number().min(0).max(0.9).default(0.1).describe(
    "share held out, by a hash of the file's name",
  ),
  skip: z.number().min(0).max(1).default(0.01).describe(
    "share of unreadable files above which it refuses",
  ),
  minimum: z.int().min(1).default(32).describe("fewest pictures worth training on"),
});
type Config = z.output<typeof config>;

/** Names the decoded bytes, and the files that were skipped, by all that fixes them. */
async function cacheKey(
  { paths }: Listing,
  { config: { size, channels, skip, decode }, cache }: { config: Config; cache: string },
): Promise<string> {
  const contents = openContents(cache);
  try {
    const digests = await contents.digests(paths);
    const files = paths.map((path, i) => [path, digests[i]]);
    const key = { version: DECODER, size, channels, skip, decode, files };
    return (await sha256(JSON.stringify(key))).slice(0, 24);
  } finally {
    contents.close();
  }
}

async function decodedBytes(listing: Listing, { config, spec, context }: {
  config: Config;
  spec: ImageSpec;
  context: LoadContext;
}): Promise<{ path: string; meta: DecodedAbout; spoilt: readonly string[] }> {
  const folder = join(context.cache, "folder");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${await cacheKey(listing, { config, cache: context.cache })}.u8`);
  const total = listing.paths.length, spoilt: string[] = [];
  const meta = await decodedFile(path, async () => {
    const decoded = await decodeAll(listing.paths, {
      spec,
      decoding: config.decode,
      jobs: context.jobs,
      signal: context.signal,
      progress: (done, total) => context.progress?.(done, total, "decoding pictures"),
    });
    const notes = judgeSkipped(decoded, { total, share: config.skip, where: config.path });
    return { ...decoded, notes };
  }, (note) => {
    spoilt.push(note);
    context.progress?.(0, total, note);
  });
  return { path, meta, spoilt };
}

/** The `folder` dataset. */
export const folder = defineDataset({
  name: "folder",
  version: DECODER, // records of other pixels are no records of these
  about:
    "your own pictures: a folder of PNG, JPEG, WebP, TIFF, GIF, AVIF; also CelebA's and FFHQ's " +
    "layouts",
  licence: "yours to know",
  config,
  status: () => Promise.resolve("ready: give `path`"),
  /** The pictures that a run reads, with their sides of the split and their labels. */
  async content(config, { path, files }) {
    const root = path(config.path);
    const listing = await listPictures(root, config).catch((error) => {
      if (error instanceof DataError) return null; // `load` tells it
      throw error;
    });
    if (listing === null) return undefined;
    const { paths, held, factors, labels } = listing;
    return await files(
      paths.map((path) => ({ name: relative(root, path), path })),
      { held, factors, labels: Object.entries(labels).map(([name, of]) => [name, [...of]]) },
    );
  },
  async load(config, context) {
    const root = placed(context.base, config.path);
    const listing = await listPictures(root, { ...config, leftOut: context.leftOut });
    const spec: ImageSpec = {
      kind: "image",
      height: config.size,
      width: config.size,
      channels: config.channels,
    };
    const few = (count: number) =>
      new DataError(
        `folder: ${root} has ${count} readable pictures (${ENDINGS.join(" ")}); ` +
          `at least ${config.minimum} are needed (\`minimum\` in the suite's data)`,
      );
    if (listing.paths.length < config.minimum) throw few(listing.paths.length);
    const { path, meta, spoilt } = await decodedBytes(listing, { config, spec, context });
    for (const { path, reason } of meta.skipped) context.leftOut?.(path, reason);
    if (meta.kept.length < config.minimum) throw few(meta.kept.length);
    const labels: Record<string, Float32Array> = {};
    for (const [factor, column] of Object.entries(listing.labels)) {
      labels[factor] = Float32Array.from(meta.kept, (from) => column[from]);
    }
    return splitDataset({
      name: "folder",
      version: DECODER,
      digest: meta.sha256,
      sample: spec,
      decoding: config.decode ?? "viewer",
      factors: listing.factors,
      notes: [...listing.notes, ...meta.notes, ...spoilt],
      samples: await imagesInFile(path, spec),
      labels,
      splits: splitByHeld(
        meta.kept.map((from) => relative(root, listing.paths[from])),
        meta.kept.map((from) => listing.held[from]),
      ),
    });
  },
});
