/**
 * Pictures of points: where samples are numbers and not pictures, a grid of them shows nothing, so
 * their density is drawn.
 * @module
 */
import type { Samples } from "../kinds/mod.ts";
import { pointsOf } from "../kinds/point/mod.ts";
import { interpolation } from "../families/common/latents/mod.ts";
import type { Features } from "../algebra/mod.ts";
import type { Shows } from "../record/mod.ts";
import { compared, planes } from "./picture/density.ts";
import { sheets } from "./picture/grid.ts";
import type { Shower } from "./shower.ts";

/** Points drawn. */
const POINTS = 4096;
/** Straight lines between codes, and points on each. */
const LINES = 24, STEPS = 64;

/** Straight lines between the codes of pairs of points. */
function lines(codes: Features): Features {
  const rows = Array.from({ length: Math.min(LINES, codes.count >> 1) }, (_, i) => i);
  const walks = rows.map((from) =>
    interpolation(codes, { from, to: codes.count - 1 - from, steps: STEPS })
  );
  const data = Float64Array.from(walks.flatMap((walk) => [...walk.data]));
  return { count: rows.length * STEPS, dimension: codes.dimension, data };
}

/** What of a run on points can be drawn as densities: samples, reconstructions, walks; data beside. */
export const showPoints: Shower = async ({ subject, dataset, samples }, keep) => {
  const sheet = sheets(keep);
  const held = Math.min(dataset.size("test"), POINTS);
  const first = Uint32Array.from({ length: held }, (_, i) => i);
  const data = (await dataset.read("test", first)).samples;
  const beside = async (what: Shows["what"], about: string, points: Samples) => {
    await sheet(what, about, compared(pointsOf(points), pointsOf(data)));
  };
  const across = planes(pointsOf(data).dimensions).length > 1
    ? "above; numbers 1 and 2, 1 and 3, 2 and 3 against each other; held-out data below"
    : "left; held-out data right";
  if (samples !== null) {
    const drawn = await samples(POINTS);
    await beside("samples", `Density of ${drawn.count} samples, none picked out, ${across}`, drawn);
  }
  if (held < 8) return;
  if (subject.reconstruct) {
    const rebuilt = await subject.reconstruct(data);
    await beside("reconstructions", `Reconstructions of held-out points, ${across}`, rebuilt);
  }
  if (subject.encode && subject.decode && subject.capabilities.latent === "continuous") {
    const walks = await subject.decode(lines(await subject.encode(data)));
    await beside(
      "interpolation",
      `Straight lines between the codes of ${LINES} pairs of held-out points, ${across}`,
      walks,
    );
  }
};
