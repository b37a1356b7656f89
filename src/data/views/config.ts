/**
 * The settings of `views`: every convention that a folder of posed pictures leaves open.
 * @module
 */
import { z } from "zod";
import { pathText } from "../../base/schema/mod.ts";
import { LIGHTS } from "./pictures/light.ts";
import { AXES, type Axes } from "./posed.ts";
import { WORLDS } from "./layouts/transforms/nerfstudio.ts";

/** Raised where the same files and settings give other bytes. */
export const VERSION = 1;

/** The layouts that a suite can name, in the order in which `auto` looks for them. */
export const LAYOUTS = ["nerf_synthetic", "nerfstudio", "colmap", "llff"] as const;
/** One of `LAYOUTS`. */
export type Layout = typeof LAYOUTS[number];

const level = z.int().min(0).max(255);

/** See the module. */
export const viewsConfig = z.strictObject({
  path: pathText().default(".").describe("the folder, relative to the suite's file"),
  layout: z.enum(["auto", ...LAYOUTS]).default("auto").describe(
    "nerf_synthetic: transforms_train.json and _test.json; nerfstudio: transforms.json; colmap: " +
      "sparse/0; llff: poses_bounds.npy; auto: the first of them in this order that is there",
  ),
  images: z.string().min(1).default("images").describe(
    "colmap and llff: the folder of pictures in `path`. Where they are smaller than those that the " +
      "cameras are for (images_4), the intrinsics are scaled",
  ),
  model: z.string().min(1).optional().describe(
    "colmap: the folder of the model in `path`; default: the first of sparse/0, sparse, " +
      "colmap/sparse/0 and `path` itself that has one",
  ),
  axes: z.enum(["layout", ...Object.keys(AXES) as [Axes, ...Axes[]]]).default("layout").describe(
    "axes of a camera: opencv (x right, y down, z forward), opengl (x right, y up, z back), llff (x " +
      "down, y right, z back); layout: opengl for transforms, opencv for colmap, llff for llff",
  ),
  pixel_centre: z.union([z.literal(0), z.literal(0.5)]).default(0.5).describe(
    "where the middle of the first pixel is in the data's own coordinates of pixels: 0.5 (COLMAP, " +
      "Blender, nerfstudio), or 0 (OpenCV, the first NeRF's code)",
  ),
  background: z.tuple([level, level, level]).default([255, 255, 255]).describe(
    "red, green, blue that transparent pixels are laid on; white, as NeRF's figures are made",
  ),
  light: z.enum(LIGHTS).default("encoded").describe(
    "what colours are mixed as, laid on the background or averaged: encoded, the sRGB numbers of the " +
      "files, as published figures are made; linear, amounts of light",
  ),
  hold: z.int().min(2).default(8).describe(
    "views 0, hold, 2 hold … by name are the test views, where the layout has no split of its own",
  ),
  downscale: z.int().min(1).max(64).default(1).describe(
    "a pixel is the mean of so many by so many; what is left over at the right and at the bottom is " +
      "dropped; intrinsics are divided by it",
  ),
  world: z.enum(WORLDS).default("written").describe(
    "nerfstudio: poses and points as they are written, or of the original world, before " +
      "applied_transform",
  ),
  near: z.number().positive().optional().describe(
    "distance before which nothing stands; default: LLFF's bounds, NeRF's 2, else by points or cameras",
  ),
  far: z.number().positive().optional().describe(
    "distance behind which nothing stands; default: LLFF's bounds, NeRF's 6, else by points or cameras",
  ),
}).superRefine(({ near, far }, context) => {
  if (near !== undefined && far !== undefined && near >= far) {
    context.addIssue({
      code: "custom",
      path: ["far"],
      message: `${far} isn't above near, ${near}`,
    });
  }
});

/** The settings, defaults filled in. */
export type ViewsConfig = z.output<typeof viewsConfig>;
