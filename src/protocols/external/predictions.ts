/**
 * Views that another program rendered: a folder with a picture for each test view, which is scored as
 * what a model renders there. NerfBaselines' folders of predictions have them in `color/`, by the names
 * of the data's pictures; others number them.
 * @module
 */
import { join, relative } from "@std/path";
import { sha256 } from "../../base/digest/mod.ts";
import { DataError, MetricUnavailable } from "../../base/mod.ts";
import { placed, portable } from "../../content/mod.ts";
import { type Dataset, readPicture } from "../../data/mod.ts";
import { listPictures } from "../../data/folder/mod.ts";
import { CAMERA, type ViewSet, viewsOf, type ViewTruth } from "../../kinds/view/mod.ts";
import { type Outcome, type Run, timed, untrained } from "../../run/mod.ts";
import { conclude } from "../../run/score/mod.ts";
import type { Subject } from "../../subject/mod.ts";
import { type ExternalConfig, sourceText } from "./external.ts";
import { strictPicture } from "./strict.ts";

/** The folder within a folder of predictions that has the pictures. */
const COLOURS = "color";
/** Views that an error names. */
const NAMED = 5;

/** What the protocol lends. */
interface Lent {
  readonly config: ExternalConfig;
  readonly dataset: Dataset;
  /** Runs work with a signal that is aborted when the run is to stop. */
  readonly stoppable: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** @throws DataError where what the entry names has changed */
  readonly check: () => Promise<void>;
}

/** A name without its ending. */
const stem = (name: string) => name.replace(/\.\w+$/, "");
const base = (name: string) => name.slice(name.lastIndexOf("/") + 1);

/** In the order of names, numbers in them by their size. */
function byNumber(a: string, b: string): number {
  const parts = (text: string) => text.split(/(\d+)/);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === right[i]) continue;
    const order = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : 0;
    return order !== 0 ? order : left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * Which file is of which test view: by the views' names where any file has one, else by order.
 * @param files relative to their folder
 * @param names of the test views, where the data has any
 * @throws DataError where a view has no file
 */
export function matched(
  files: readonly string[],
  { names, count, where }: {
    readonly names: readonly string[] | null;
    readonly count: number;
    readonly where: string;
  },
): { readonly files: readonly string[]; readonly note: string } {
  for (const part of [(name: string) => name, base]) {
    const known = new Map(files.map((file) => [part(stem(file)), file]));
    const wanted = (names ?? []).map((name) => part(stem(name)));
    // Names that say nothing apart, as one name in several folders, don't count.
    if (new Set(wanted).size < wanted.length || known.size < files.length) continue;
    const found = wanted.filter((name) => known.has(name));
    if (found.length === 0) continue;
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length > 0) {
      const told = missing.slice(0, NAMED).join(", ") + (missing.length > NAMED ? ", …" : "");
      throw new DataError(
        `${where}: ${missing.length} of ${count} test views have no picture: ${told}`,
      );
    }
    const over = files.length - count;
    const note = "views are told apart by name" +
      (over > 0 ? `; ${over} pictures of no test view aren't scored` : "");
    return { files: wanted.map((name) => known.get(name)!), note };
  }
  if (files.length !== count) {
    throw new DataError(
      `${where}: ${files.length} pictures for ${count} test views, and none has the name of a view; ` +
        "write one a view, in their order or by their names",
    );
  }
  return {
    files: [...files].sort(byNumber),
    note: "no picture has the name of a view: they are taken in the order of their names",
  };
}

/** A folder's pictures of the test views, with their cameras. */
async function rendered(folder: string, dataset: Dataset, signal: AbortSignal) {
  const inner = join(folder, COLOURS);
  const root = await Deno.stat(inner).then((stat) => stat.isDirectory, () => false)
    ? inner
    : folder;
  const { paths, notes } = await listPictures(root, { layout: "plain", test: 0 });
  const count = dataset.size("test"), truth = dataset.truth?.() as ViewTruth | undefined;
  const { files, note } = matched(paths.map((path) => portable(relative(root, path))), {
    names: truth?.names?.("test") ?? null,
    count,
    where: root,
  });
  const { samples } = await dataset.read("test", Uint32Array.from({ length: count }, (_, i) => i));
  const test = viewsOf(samples), { height, width } = test;
  const pictures = new Uint8Array(test.pictures.length), each = height * width * 3;
  for (const [i, file] of files.entries()) {
    signal.throwIfAborted();
    const where = join(root, file);
    const spec = { height, width, channels: 3 } as const;
    pictures.set(await strictPicture(await readPicture(where), { spec, where }), i * each);
  }
  return { views: { ...test, pictures }, notes: [...notes, note] };
}

/** The camera of a view, as a key. */
const keyOf = ({ cameras }: ViewSet, i: number) =>
  cameras.subarray(i * CAMERA, (i + 1) * CAMERA).join();

/** What gives back the renders of the views that it is asked for, told by their cameras. */
export function subjectOfViews(label: string, views: ViewSet): Subject {
  const places = Map.groupBy(
    Array.from({ length: views.count }, (_, i) => i),
    (i) => keyOf(views, i),
  );
  return {
    label,
    capabilities: { likelihood: "none", latent: "none", reconstructs: true, samples: false },
    sample: () =>
      Promise.reject(
        new MetricUnavailable(
          "not-defined",
          `${label} is renders of test views and draws no samples`,
        ),
      ),
    reconstruct(samples) {
      const asked = viewsOf(samples), each = views.height * views.width * 3;
      const pictures = new Uint8Array(asked.count * each), given = new Map<string, number>();
      for (let i = 0; i < asked.count; i++) {
        const key = keyOf(asked, i), own = places.get(key), nth = given.get(key) ?? 0;
        if (own === undefined) {
          throw new MetricUnavailable(
            "not-measured",
            `${label} has renders of the test views alone; view ${i} that is asked for is none`,
          );
        }
        // Of several views with one camera each has its own.
        const place = own[nth % own.length];
        given.set(key, nth + 1);
        pictures.set(views.pictures.subarray(place * each, (place + 1) * each), i * each);
      }
      return Promise.resolve({ ...asked, pictures });
    },
  };
}

/** Scores a folder of rendered test views. */
export async function executePredictions(
  run: Run,
  { config, dataset, stoppable, check }: Lent,
): Promise<Outcome> {
  const { planned, host } = run, { folder } = config;
  if (folder === undefined) {
    throw new DataError(
      `${
        sourceText(config)
      }: views of another program are read from a \`folder\` with a picture of ` +
        "each test view",
    );
  }
  let found: Awaited<ReturnType<typeof rendered>>;
  try {
    found = await timed(
      run,
      "metrics",
      () => stoppable((signal) => rendered(placed(planned.base, folder), dataset, signal)),
    );
  } catch (error) {
    if (!host.stopped()) throw error;
    await run.status.interrupted();
    return { kind: "stopped", step: 0 };
  }
  // Afterwards, so that it is of what was read.
  await check();
  const { views, notes } = found;
  for (const note of notes) host.emit({ kind: "note", note });
  const about = {
    from: sourceText(config),
    asked: views.count,
    count: views.count,
    sha256: await sha256(views.pictures),
    seconds: null,
  };
  return await conclude(run, {
    subject: subjectOfViews(planned.label, views),
    samples: null,
    ending: { ...untrained, dataset, artefacts: [], samples: about },
  });
}
