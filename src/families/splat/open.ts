/**
 * What is read before a model is built: where the cameras of the training views stand, points that the
 * data have, and splats of a file.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { ContentContext } from "../../content/mod.ts";
import type { Dataset } from "../../data/mod.ts";
import { camerasOf } from "../../kinds/view/mod.ts";
import type { OpenContext, Opened as FamilyOpened } from "../family.ts";
import type { Config } from "./config.ts";
import { readSplats } from "./formats/read.ts";
import type { Opened } from "./model.ts";
import { sceneOf } from "./start/scene.ts";

function pointsOf(dataset: Dataset<"view">) {
  const points = dataset.truth?.().points;
  if (points !== undefined && points.positions.length > 0) return points;
  throw new DataError(
    `splat: \`start: points\` was asked for, and ${dataset.name} has no points; leave it out, and splats ` +
      "begin anywhere in what the cameras see",
  );
}

/** Reads them. @throws DataError for data without points, and for a file that holds no splats */
export async function openScene(
  config: Config,
  { dataset, path }: OpenContext<"view">,
): Promise<FamilyOpened<"view">> {
  const opened: Opened = {
    scene: sceneOf(await camerasOf(dataset), dataset.sample),
    ...(config.start === "points" && { points: pointsOf(dataset) }),
    ...(config.weights !== undefined && {
      weights: await readSplats(path(config.weights), { degree: config.degree }),
    }),
  };
  return { opened };
}

/** The digest of the file that a config names. */
export async function weightsContent(
  { weights }: Config,
  { path, files }: ContentContext,
): Promise<string | undefined> {
  return weights === undefined
    ? undefined
    : await files([{ name: "weights", path: path(weights) }], endingOf(weights));
}

/** A file is read by its ending. */
const endingOf = (path: string) => path.slice(path.lastIndexOf("."));
