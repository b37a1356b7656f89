/**
 * A folder of the user's own pictures as a dataset: PNG, JPEG or WebP, in one of four layouts,
 * decoded once and cached.
 * @module
 */
import { z } from "zod";
import { join, relative } from "@std/path";
import { openContents } from "../../content/contents.ts";
import { placed } from "../../content/inputs.ts";
import { DataError, defineDataset, type ImageSpec, type LoadContext } from "../dataset.ts";
import { decodeAll, judgeSkipped } from "../decode.ts";
import { sha256 } from "../../digest.ts";
import { pathText } from "../../suite/path_key.ts";
import { imagesInFile } from "../raw_images.ts";
import { splitByHeld, splitDataset } from "../split_dataset.ts";
import { LAYOUTS, type Listing, listPictures } from "./layout.ts";

const config = z.strictObject({
  path: pathText().default(".").describe("the folder, relative to the suite's file"),
  layout: z.enum(LAYOUTS).default("plain")
    .describe("plain; classes: a folder a class; celeba: attribute file; ffhq: numbered"),
  size: z.int().min(16).max(256).default(64).describe("side in pixels after a central square crop"),
  channels: z.union([z.literal(1), z.literal(3)]).default(3).describe("1 grey, 3 RGB"),
  test: z.number().min(0).max(0.9).default(0.1).describe(
    "share held out, by a hash of the file's name",
  ),
  skip: z.number().min(0).max(1).default(0.01).describe(
    "share of unreadable files above which it refuses",
  ),
  minimum: z.int().min(1).default(32).describe("fewest pictures worth training on"),
});
type Config = z.output<typeof config>;

/** What is cached beside the decoded bytes. */
interface CacheMeta {
  readonly sha256: string;
  readonly kept: readonly number[];
  readonly notes: readonly string[];
}

/** Names the decoded bytes, and the files that were skipped, by all that fixes them. */
async function cacheKey(
  { paths }: Listing,
  { config: { size, channels, skip }, cache }: { config: Config; cache: string },
): Promise<string> {
  const contents = openContents(cache);
  try {
    const digests = await contents.digests(paths);
    const files = paths.map((path, i) => [path, digests[i]]);
    return (await sha256(JSON.stringify({ version: 2, size, channels, skip, files }))).slice(0, 24);
  } finally {
    contents.close();
  }
}

async function decodedBytes(listing: Listing, { config, spec, context }: {
  config: Config;
  spec: ImageSpec;
  context: LoadContext;
}): Promise<{ path: string; meta: CacheMeta }> {
  const folder = join(context.cache, "folder");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, `${await cacheKey(listing, { config, cache: context.cache })}.u8`);
  const known = await Deno.readTextFile(`${path}.json`).then(JSON.parse, () => null) as
    | CacheMeta
    | null;
  const stride = spec.height * spec.width * spec.channels;
  const bytes = await Deno.stat(path).then((s) => s.size, () => -1);
  if (known && bytes === known.kept.length * stride) return { path, meta: known };
  const decoded = await decodeAll(listing.paths, {
    spec,
    jobs: context.jobs,
    signal: context.signal,
    progress: (done, total) => context.progress?.(done, total, "decoding pictures"),
  });
  const total = listing.paths.length;
  const notes = judgeSkipped(decoded, { total, share: config.skip, where: config.path });
  const meta = { sha256: await sha256(decoded.data), kept: decoded.kept, notes };
  const part = `${path}.part${Deno.pid}`;
  await Deno.writeFile(part, decoded.data);
  await Deno.rename(part, path);
  await Deno.writeTextFile(part, JSON.stringify(meta));
  await Deno.rename(part, `${path}.json`);
  return { path, meta };
}

/** The `folder` dataset. */
export const folder = defineDataset({
  name: "folder",
  version: 1,
  about: "your own pictures: a folder of PNG, JPEG or WebP; also CelebA's and FFHQ's layouts",
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
    const listing = await listPictures(root, config);
    const spec: ImageSpec = {
      kind: "image",
      height: config.size,
      width: config.size,
      channels: config.channels,
    };
    const few = (count: number) =>
      new DataError(
        `folder: ${root} has ${count} readable pictures (PNG, JPEG, WebP); ` +
          `at least ${config.minimum} are needed (\`minimum\` in the suite's data)`,
      );
    if (listing.paths.length < config.minimum) throw few(listing.paths.length);
    const { path, meta } = await decodedBytes(listing, { config, spec, context });
    if (meta.kept.length < config.minimum) throw few(meta.kept.length);
    const labels: Record<string, Float32Array> = {};
    for (const [factor, column] of Object.entries(listing.labels)) {
      labels[factor] = Float32Array.from(meta.kept, (from) => column[from]);
    }
    return splitDataset({
      name: "folder",
      version: 1,
      digest: meta.sha256,
      sample: spec,
      factors: listing.factors,
      notes: [...listing.notes, ...meta.notes],
      images: await imagesInFile(path, spec),
      labels,
      splits: splitByHeld(
        meta.kept.map((from) => relative(root, listing.paths[from])),
        meta.kept.map((from) => listing.held[from]),
      ),
    });
  },
});
