/**
 * Control rows of views: what can be shown at a camera without knowing the scene.
 *
 * There is no row for the noise of held-out views, which would be a ceiling. Rendered truth has none; of
 * photographs it can only be known from two of one camera, which data don't have; and estimates from a
 * single picture take texture for noise.
 * @module
 */
import type { Dataset } from "../../../data/mod.ts";
import { camerasOf, nearestCameras, type ViewSet, viewsOf } from "../../../kinds/view/mod.ts";
import { MetricUnavailable } from "../../../base/mod.ts";
import type { Capabilities, Subject } from "../../../subject/mod.ts";
import type { Control } from "../control.ts";

/** Views that are read at a time. */
const BLOCK = 16;

/** What a row can do that answers a camera with a picture and has no samples of its own. */
const answersCameras: Capabilities = {
  likelihood: "none",
  latent: "none",
  reconstructs: true,
  samples: false,
};

/** Pictures at the cameras of views, whose own pictures aren't looked at. */
type Answers = (asked: ViewSet) => Promise<Uint8Array>;

/** A row of views. @param answers is asked for once, when the row is opened */
function viewControl(
  about: Pick<Control, "name" | "about">,
  answers: (dataset: Dataset) => Answers,
): Control {
  return {
    ...about,
    version: 1,
    takes: ["view"],
    reads: () => ["train"],
    open({ dataset }): Subject<"view"> {
      const answer = answers(dataset);
      return {
        label: about.name,
        capabilities: answersCameras,
        most: 0,
        sample: () =>
          Promise.reject(
            new MetricUnavailable("not-defined", `${about.name} answers cameras and draws nothing`),
          ),
        async reconstruct(asked) {
          if (dataset.size("train") === 0) {
            throw new MetricUnavailable("not-measured", `${dataset.name} has no training views`);
          }
          return { ...asked, pictures: await answer(asked) };
        },
      };
    },
  };
}

/** The mean of all training pictures, 8 bits, half up. */
async function meanPicture(dataset: Dataset): Promise<Uint8Array> {
  const size = dataset.size("train"), sums: number[] = [];
  for (let from = 0; from < size; from += BLOCK) {
    const rows = Uint32Array.from({ length: Math.min(BLOCK, size - from) }, (_, i) => from + i);
    const { pictures, height, width } = viewsOf((await dataset.read("train", rows)).samples);
    const numbers = height * width * 3;
    pictures.forEach((value, i) => sums[i % numbers] = (sums[i % numbers] ?? 0) + value);
  }
  return Uint8Array.from(sums, (sum) => Math.floor(sum / size + 0.5));
}

const meanView = viewControl(
  {
    name: "mean-view",
    about:
      "the mean training picture at every camera: what is known without looking where it stands",
  },
  (dataset) => {
    let made: Promise<Uint8Array> | null = null;
    return async ({ count }) => {
      const mean = await (made ??= meanPicture(dataset));
      const pictures = new Uint8Array(count * mean.length);
      for (let i = 0; i < count; i++) pictures.set(mean, i * mean.length);
      return pictures;
    };
  },
);

const nearestView = viewControl(
  {
    name: "nearest-view",
    about: "the training view whose camera stands and looks most alike: memory without a scene",
  },
  (dataset) => {
    let train: Promise<Float32Array> | null = null;
    return async ({ count, cameras, height, width }) => {
      train ??= camerasOf(dataset);
      const nearest = nearestCameras(cameras, await train), numbers = height * width * 3;
      const pictures = new Uint8Array(count * numbers);
      for (let from = 0; from < count; from += BLOCK) {
        const rows = nearest.subarray(from, from + BLOCK);
        const { samples } = await dataset.read("train", rows);
        pictures.set(viewsOf(samples).pictures, from * numbers);
      }
      return pictures;
    };
  },
);

/** See the module. */
export const viewControls: readonly Control[] = [meanView, nearestView];
