/** Showers by name, one line each: a kind of sample names the one that makes what runs leave. @module */
import type { Shower } from "./shower.ts";

/** See `Kind.shower`. `image` serves every kind whose samples can be had as pictures. */
export const showers: Readonly<Record<string, () => Promise<Shower>>> = {
  image: () => import("./image.ts").then((m) => m.showImages),
  point: () => import("./point.ts").then((m) => m.showPoints),
  view: () => import("./view.ts").then((m) => m.showViews),
  text: () => import("./text.ts").then((m) => m.showTexts),
};
