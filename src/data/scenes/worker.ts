/**
 * A worker thread that renders runs of views. Started by ../rendered/pool.ts.
 * @module
 */
import { type RenderedItems, type RenderTask, serveRendering } from "../rendered/mod.ts";
import { bandCameras, camerasOf, type CameraSplit } from "./band.ts";
import type { SceneConfig } from "./config.ts";
import { headScene } from "./head/head_scene.ts";
import { renderView, type Scene } from "./render_view.ts";
import { solidsScene } from "./solids/solids_scene.ts";

/** The scene that was asked for last: a thread's tasks are all of one. */
let kept: { readonly key: string; readonly scene: Promise<Scene> } | undefined;

/** The scene that a config asks for. */
export function sceneFor(config: SceneConfig): Promise<Scene> {
  const key = JSON.stringify(config);
  if (kept?.key !== key) {
    const scene = config.scene === "head"
      ? headScene(config)
      : Promise.resolve(solidsScene(config));
    kept = { key, scene };
  }
  return kept.scene;
}

/**
 * Renders views [from, to): of each the picture's and alpha's bytes, then depths and normals. See
 * `RenderedView`.
 */
export async function renderViews(
  { config, split, from, to }: RenderTask<SceneConfig>,
): Promise<RenderedItems> {
  const scene = await sceneFor(config), pixels = config.size * config.size;
  const cameras = camerasOf(bandCameras(config, split as CameraSplit));
  const each = 4 * pixels;
  const items = {
    bytes: new Uint8Array((to - from) * each),
    floats: new Float32Array((to - from) * each),
  };
  for (let index = from; index < to; index++) {
    const view = renderView(scene, cameras[index], config), at = (index - from) * each;
    items.bytes.set(view.picture, at);
    items.bytes.set(view.alpha, at + 3 * pixels);
    items.floats.set(view.depth, at);
    items.floats.set(view.normals, at + pixels);
  }
  return items;
}

serveRendering("scene", renderViews);
