/**
 * Parametric heads: the dataset, and rendering of single heads for figures, tests and suites.
 * @module
 */
export { type HeadsConfig, headsConfig, pictureConfig } from "./config.ts";
export * from "./factors.ts";
export { heads } from "./heads.ts";
export { FILL } from "./render/frame.ts";
export {
  HeadRenderer,
  openHeadRenderer,
  type RenderedHead,
  renderHead,
  type RenderOptions,
} from "./render/render.ts";
export { type ItemAddress, sampleHead, sampleItem, type SampleOptions } from "./sample.ts";
export { renderItems } from "./worker.ts";
