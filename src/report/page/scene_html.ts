/** Scenes that can be looked around in, in HTML: buttons, data, scripts, and what these may do. @module */
import { sha256 } from "../../base/digest/mod.ts";
import { Html, markup, slug } from "../../base/text/mod.ts";
import type { SceneRef } from "../model/model.ts";
import type { EmbeddedScene, Scenes, ViewerScripts } from "../viewer/embed.ts";

/** What a page with scenes has beside other pages. */
export interface PageScenes {
  /** By `pictureKey`. */
  readonly scenes: Scenes;
  /** What the page may do, in its head. */
  readonly policy: Html;
  /** At the end of its body. */
  readonly scripts: Html;
}

/** How to get about, once the viewer runs. */
const HELP =
  "Drag, or press the arrow keys, to turn. Wheel, pinch, or + and −: nearer and farther. " +
  "Right button or two fingers: move. A click: look there. Escape: back.";

/** A scene below the picture that shows it. Where scripts don't run it isn't seen. */
export function sceneHtml(
  { run, file, about, label, seed, look }: SceneRef,
  { data, count, of }: EmbeddedScene,
): Html {
  const number = (n: number) => n.toLocaleString("en");
  const fewer = count < of ? ` Here ${number(count)}, so that this page stays small.` : "";
  return markup`<div class="look-around" hidden data-look="${JSON.stringify(look)}"
data-back="Back to the picture" data-help="${HELP}"><p><button type="button"
aria-label="Look around: ${label}, seed ${seed}">Look around</button> ${about}.${fewer}</p><p
role="status" id="${slug(`help-${run}-${file}`)}"></p>${new Html(
    `<script type="text/plain">${data}</script>`,
  )}</div>`;
}

/** The hash by which a policy names a script. */
async function hashOf(script: string): Promise<string> {
  return `'sha256-${Uint8Array.fromHex(await sha256(script)).toBase64()}'`;
}

/**
 * What a page with these scenes has. Its policy lets two scripts run, those that stand in it, and nothing
 * be asked for: whatever else a page might hold stays text.
 */
export async function pageScenes(
  scenes: Scenes,
  { starter, viewer, packed }: ViewerScripts,
): Promise<PageScenes> {
  const scripts = await Promise.all([starter, viewer].map(hashOf));
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "font-src data:",
    `script-src ${scripts.join(" ")} 'wasm-unsafe-eval'`,
    // Splats are sorted in a worker, whose script is in the viewer's.
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return {
    scenes,
    policy: markup`<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    scripts: new Html(
      `<script type="text/plain" id="scene-viewer">${packed}</script>\n<script>${starter}</script>`,
    ),
  };
}
