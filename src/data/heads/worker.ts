/**
 * A worker thread that renders runs of items. Started by pool.ts.
 * @module
 */
import type { Split } from "../dataset.ts";
import type { PictureConfig } from "./config.ts";
import { FACTORS, labelsOf } from "./factors.ts";
import { openHeadRenderer } from "./render/render.ts";
import { sampleItem } from "./sample.ts";

/** Items [from, to) of a split. */
export interface RenderTask {
  readonly config: PictureConfig;
  readonly split: Split;
  readonly from: number;
  readonly to: number;
}

/** The items' bytes, or what went wrong. */
export type RenderReply =
  | { readonly images: Uint8Array<ArrayBuffer>; readonly labels: Float32Array<ArrayBuffer> }
  | { readonly error: string };

/** Renders items [from, to): images one after the other, labels item by item. */
export async function renderItems(
  { config, split, from, to }: RenderTask,
): Promise<{ images: Uint8Array<ArrayBuffer>; labels: Float32Array<ArrayBuffer> }> {
  const renderer = await openHeadRenderer();
  const { size, supersample, noise, seed, pictures_per_person } = config;
  const bytes = size * size * 3;
  const images = new Uint8Array((to - from) * bytes);
  const labels = new Float32Array((to - from) * FACTORS.length);
  for (let index = from; index < to; index++) {
    const head = sampleItem({ seed, split, index, pictures: pictures_per_person });
    images.set(renderer.render(head, { size, supersample, noise }).data, (index - from) * bytes);
    labels.set(labelsOf(head), (index - from) * FACTORS.length);
  }
  return { images, labels };
}

interface WorkerScope {
  onmessage: ((event: MessageEvent<RenderTask>) => void) | null;
  postMessage(reply: RenderReply, transfer?: Transferable[]): void;
}

// Imported as a plain module (tests), there is no worker scope to answer to.
if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== "undefined") {
  const scope = globalThis as unknown as WorkerScope;
  const name = (globalThis as { name?: string }).name;
  if (name === "heads") {
    scope.onmessage = async ({ data }) => {
      try {
        const { images, labels } = await renderItems(data);
        scope.postMessage({ images, labels }, [images.buffer, labels.buffer]);
      } catch (error) {
        scope.postMessage({ error: (error as Error).stack ?? String(error) });
      }
    };
  }
}
