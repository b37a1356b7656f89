/**
 * How far the rasteriser is from gsplat's reference in float64.
 * @module
 */
import { openSplats, type SplatForm } from "../../../kernels/mod.ts";
import type { DrawnScene, GsplatPeer } from "./gsplat.ts";
import { peerScene, type SceneSize } from "./scene.ts";

/** Differences of a picture up to this are of no account. */
export const BEYOND = 1e-4;

/** A picture and gradients as float32 or float64. */
type Drawn = { readonly [name in keyof DrawnScene]: ArrayLike<number> };

/** How far one is from the other. */
export interface Apart {
  /** Largest difference of a value of the picture. */
  readonly image: number;
  /** Pixels of which a value differs by more than `BEYOND`. */
  readonly beyond: number;
  /** Largest ‖difference‖ / ‖theirs‖ of the rows of gradients, of all Gaussians. */
  readonly gradient: number;
  /** The row in which it is that. */
  readonly row: number;
}

/** How far a picture and its gradients are from theirs. A number that isn't one is infinitely far. */
export function apart(ours: Drawn, theirs: Drawn, { count }: Pick<SplatForm, "count">): Apart {
  let image = 0, gradient = 0, row = 0;
  const pixels = new Set<number>();
  for (let k = 0; k < theirs.picture.length; k++) {
    const difference = Math.abs(ours.picture[k] - theirs.picture[k]);
    if (!(difference <= BEYOND)) pixels.add(Math.floor(k / 3));
    image = Math.max(image, Number.isNaN(difference) ? Infinity : difference);
  }
  for (let r = 0; r < theirs.gradients.length / count; r++) {
    let squares = 0, whole = 0;
    for (let k = r * count; k < (r + 1) * count; k++) {
      const difference = ours.gradients[k] - theirs.gradients[k];
      squares += difference * difference;
      whole += theirs.gradients[k] * theirs.gradients[k];
    }
    const share = squares === 0 ? 0 : Math.sqrt(squares / whole);
    if (share <= gradient) continue;
    [gradient, row] = [Number.isNaN(share) ? Infinity : share, r];
  }
  return { image, beyond: pixels.size, gradient, row };
}

/** What was compared, of what size. */
export interface Agreement extends SceneSize {
  readonly ours: Apart;
  /** How far gsplat's own reference is from itself when it computes in float32. */
  readonly theirs: Apart;
}

/** Compares the rasteriser with gsplat's reference on scenes. */
export async function compareScenes(
  peer: GsplatPeer,
  sizes: readonly SceneSize[],
): Promise<Agreement[]> {
  const splats = openSplats(), found: Agreement[] = [];
  for (const size of sizes) {
    const scene = peerScene(size), { form, parameters, frame, camera, dPicture } = scene;
    await peer.load(scene);
    const reference = await peer.values("float64");
    const ours = splats.gradient(parameters, form, { ...frame, camera, dPicture });
    found.push({
      ...size,
      ours: apart(ours, reference, form),
      theirs: apart(await peer.values("float32"), reference, form),
    });
  }
  return found;
}
