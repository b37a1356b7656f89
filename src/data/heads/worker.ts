/**
 * A worker thread that renders runs of items. Started by ../rendered/pool.ts.
 * @module
 */
import { type RenderedItems, type RenderTask, serveRendering } from "../rendered/mod.ts";
import type { PictureConfig } from "./config.ts";
import { FACTORS, labelsOf } from "./factors.ts";
import { openHeadRenderer } from "./render/render.ts";
import { sampleItem } from "./sample.ts";

/** Renders items [from, to): a picture's bytes and the labels of each. */
export async function renderItems(
  { config, split, from, to }: RenderTask<PictureConfig>,
): Promise<RenderedItems> {
  const renderer = await openHeadRenderer();
  const { size, supersample, noise, seed, pictures_per_person } = config;
  const bytes = size * size * 3;
  const items = {
    bytes: new Uint8Array((to - from) * bytes),
    floats: new Float32Array((to - from) * FACTORS.length),
  };
  for (let index = from; index < to; index++) {
    const head = sampleItem({ seed, split, index, pictures: pictures_per_person });
    const { data } = renderer.render(head, { size, supersample, noise });
    items.bytes.set(data, (index - from) * bytes);
    items.floats.set(labelsOf(head), (index - from) * FACTORS.length);
  }
  return items;
}

serveRendering("heads", renderItems);
