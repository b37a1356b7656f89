/**
 * What a run on views leaves for its report: held-out views above their renders, where these are wrong,
 * how far away what they show is, the scene from all around, and its splats where it has any.
 * @module
 */
import type { Dataset } from "../data/mod.ts";
import { sliceImages } from "../kinds/image/mod.ts";
import { picturesOf } from "../kinds/mod.ts";
import { type ViewMaps, type ViewSet, viewsOf } from "../kinds/view/mod.ts";
import { MetricUnavailable } from "../base/mod.ts";
import { formatNumber } from "../base/text/mod.ts";
import { depthPictures, depthRange, differences, type Seen } from "./picture/maps.ts";
import { alternate, movingWebp, type Sheet, sheets } from "./picture/grid.ts";
import type { Keep, Shower, ShowParts } from "./shower.ts";
import { shownSplats } from "./splats.ts";

/** Pixels across that a sheet has at most, but for two pictures, and pictures across at most. */
const WIDEST = 1600, ACROSS = 8;
/** Rows of an orbit that are shown: each 4th of 64, once around. */
const PLACES = 16, APART = 4;
/** Seconds that a place of the turntable stands. */
const SECONDS = 0.2;
/** Differences are shown so many times as large as they are. */
const ENLARGED = 4;

/** What is shown. */
type Views = (parts: ShowParts, sheet: Sheet, keep: Keep) => Promise<void>;

/** What of a run on views can be shown. */
export const showViews: Shower = async (parts, keep) => {
  for (const views of [heldOut, depths, around]) {
    try {
      await views(parts, sheets(keep), keep);
    } catch (error) {
      // What can't be had is left out, as a value is: the numbers don't rest on it.
      if (!(error instanceof MetricUnavailable)) throw error;
    }
  }
};

/** Pictures across a sheet, so that none is wider than a page needs. */
export function columnsOf(width: number): number {
  return Math.max(2, Math.min(ACROSS, Math.floor(WIDEST / width)));
}

/** The first held-out views, so many rows of a sheet, with their numbers; null where there are none. */
async function firstViews(dataset: Dataset, times: number) {
  const columns = columnsOf((dataset as Dataset<"view">).sample.width);
  const length = Math.min(dataset.size("test"), times * columns);
  if (length === 0) return null;
  const rows = Uint32Array.from({ length }, (_, i) => i);
  const views = viewsOf((await dataset.read("test", rows)).samples);
  return { rows, views, columns: Math.min(columns, length) };
}

/** So many of the first that they fill rows, where they fill one: pairs stand under each other then. */
function whole(count: number, columns: number): number {
  return count - count % columns;
}

const heldOut: Views = async ({ subject, dataset }, sheet) => {
  const found = await firstViews(dataset, 2);
  if (found === null || subject.reconstruct === undefined) return;
  const { columns } = found, to = whole(found.views.count, columns);
  const truth = sliceImages(picturesOf(dataset.sample, found.views), { to });
  const rendered = await subject.reconstruct(found.views);
  const renders = sliceImages(picturesOf(dataset.sample, rendered), { to });
  await sheet(
    "reconstructions",
    `The first ${to} held-out views, each row above its renders at the same cameras`,
    { images: alternate(truth, renders, columns), columns },
  );
  await sheet(
    "errors",
    `Differences of the first ${to} held-out views from their renders, ×${ENLARGED} in each ` +
      `colour: black none, full colour ${Math.ceil(255 / ENLARGED)} of 255 levels or more`,
    { images: differences(truth, renders, ENLARGED), columns },
  );
};

/** Truth as depth pictures want it; null where it isn't known. */
function seenIn({ alpha, depth }: ViewMaps): Seen | null {
  if (alpha === undefined || depth === undefined) return null;
  return { depth, covers: (p) => alpha[p] >= 128 };
}

const depths: Views = async ({ subject, dataset }, sheet) => {
  const found = await firstViews(dataset, 1);
  if (found === null || subject.maps === undefined) return;
  const { columns, views } = found;
  const { alpha, depth } = await subject.maps(views);
  const known = await (dataset as Dataset<"view">).truth?.().maps?.("test", found.rows);
  const truth = known === undefined ? null : seenIn(known);
  const rendered: Seen = { depth, covers: (p) => alpha[p] > 0.5 };
  const range = depthRange(truth ?? rendered);
  if (range === null) return;
  const drawn = (seen: Seen) => depthPictures(seen, { ...shapeOf(views), range });
  const images = truth === null
    ? drawn(rendered)
    : alternate(drawn(truth), drawn(rendered), columns);
  const [near, far] = range.map((distance) => formatNumber(distance, 3));
  await sheet(
    "depths",
    `Depth of the first ${columns} held-out views${
      truth === null ? "" : ", the truth above the model's"
    }: white at ${near} units of the scene or less, dark grey at ${far} or more, black where nothing is`,
    { images, columns },
  );
};

const shapeOf = ({ count, height, width }: ViewSet) => ({ count, height, width });

const around: Views = async ({ subject, samples, dataset }, sheet, keep) => {
  if (samples === null) return;
  const rows = Int32Array.from({ length: PLACES }, (_, i) => APART * i);
  const views = viewsOf(await samples(PLACES, { rows }));
  const images = picturesOf(dataset.sample, views);
  const turns = `${images.count} places`;
  await sheet("orbit", `Renders from ${turns} around the scene, in order`, {
    images,
    columns: columnsOf(images.width),
  });
  if (images.count < 2) return;
  const name = "turntable", moving = await movingWebp(images, SECONDS);
  await keep({
    name,
    file: `${name}.webp`,
    about: `The same ${turns} one after the other, compressed with loss`,
    shows: { what: name },
    ...moving,
  });
  const splats = await subject.splats?.();
  if (splats === undefined) return;
  const { sample: spec } = dataset as Dataset<"view">;
  await keep(shownSplats(splats, { around: views, spec, what: name }));
};
