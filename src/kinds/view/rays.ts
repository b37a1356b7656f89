/**
 * Batches of rays: single pixels of views, each with a camera of its own.
 * @module
 */
import { hostFold, hostIntegers } from "../../random/host/mod.ts";
import { type Batcher, batchIndices } from "../batch/mod.ts";
import { CAMERA, type ViewSet } from "./view_set.ts";
import { viewsOf } from "./views.ts";

/** Views that the rays of one step are of, at most: each is read whole. */
const VIEWS = 16;

/**
 * The pixel at (x, y) of view `view` as a view of one pixel: its camera's principal point is moved, so
 * that the ray through the only pixel is the same.
 */
function pixelInto(
  rays: ViewSet,
  at: number,
  { views, view, x, y }: {
    readonly views: ViewSet;
    readonly view: number;
    readonly x: number;
    readonly y: number;
  },
): void {
  const from = 3 * ((view * views.height + y) * views.width + x);
  rays.pictures.set(views.pictures.subarray(from, from + 3), 3 * at);
  rays.cameras.set(views.cameras.subarray(view * CAMERA, (view + 1) * CAMERA), at * CAMERA);
  rays.cameras[at * CAMERA + 14] -= x;
  rays.cameras[at * CAMERA + 15] -= y;
}

/**
 * `batch` rays as views of one pixel. All are of the same few views, which come in a new order each
 * epoch; pixels are drawn evenly, with replacement. Labels are those of the views.
 */
export const rays: Batcher<"view"> = {
  about: "single pixels of a few views, drawn evenly",
  share: ({ height, width }) => 1 / (height * width),
  async cut(source, { key, step, batch }) {
    const count = Math.min(VIEWS, batch, source.size);
    const order = batchIndices(key, { step, batch: count, size: source.size });
    const read = await source.read(order), views = viewsOf(read.samples);
    const pixels = hostIntegers(
      hostFold(hostFold(key, "rays"), step),
      batch,
      views.height * views.width,
    );
    const samples: ViewSet = {
      count: batch,
      height: 1,
      width: 1,
      pictures: new Uint8Array(3 * batch),
      cameras: new Float32Array(CAMERA * batch),
    };
    const viewOf = Int32Array.from({ length: batch }, (_, i) => i % count);
    for (let i = 0; i < batch; i++) {
      const x = pixels[i] % views.width, y = Math.floor(pixels[i] / views.width);
      pixelInto(samples, i, { views, view: viewOf[i], x, y });
    }
    const labels = Object.fromEntries(
      Object.entries(read.labels).map((
        [name, values],
      ) => [name, Float32Array.from(viewOf, (view) => values[view])]),
    );
    return { samples, labels };
  },
};
