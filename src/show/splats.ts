/**
 * A run's scene as splats, to be looked around in: where a viewer begins, and as many as a page may hold.
 * @module
 */
import { camerasIn, orbitCamera, orbitOf, type ViewSet, type ViewSpec } from "../kinds/view/mod.ts";
import { formatBytes } from "../base/text/mod.ts";
import type { Look, Shows } from "../record/mod.ts";
import type { Shown } from "./shower.ts";

/** Bytes of a splat in a `.splat` file. */
const SPLAT = 32;
/** Splats that are kept at most: 1.9 MB. */
export const MOST_SPLATS = 60_000;

/** Where the first of views that go around a scene stands, and what it sees. */
export function lookOf(
  around: ViewSet,
  { background, ...spec }: Pick<ViewSpec, "near" | "far" | "background">,
): Look {
  const orbit = orbitOf(camerasIn(around.cameras), spec), { centre, up } = orbit;
  return {
    from: orbitCamera(orbit, 0).position,
    to: centre,
    up,
    focal: orbit.fy / around.height,
    background,
  };
}

/**
 * The artefact of a scene: the first `most` splats of a `.splat` file, which are those that matter most.
 * @param around views around the scene, as the picture has them that shows it beside
 */
export function shownSplats(
  file: Uint8Array<ArrayBuffer>,
  { around, spec, what, most = MOST_SPLATS }: {
    readonly around: ViewSet;
    readonly spec: ViewSpec;
    readonly what: Shows["what"];
    readonly most?: number;
  },
): Shown {
  const all = file.length / SPLAT, kept = Math.min(all, most);
  const bytes = file.subarray(0, SPLAT * kept), number = (n: number) => n.toLocaleString("en");
  return {
    name: "splats",
    file: "splats.splat",
    about: `${
      kept < all
        ? `The ${number(kept)} largest and densest of ${number(all)} splats`
        : `All ${number(all)} splats`
    }, ${formatBytes(bytes.length)}, without the colours that change with direction`,
    shows: { what, medium: "splats" },
    look: lookOf(around, spec),
    bytes,
  };
}
