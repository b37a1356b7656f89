/**
 * What there is of a scene beside its pictures: maps of views by a model's program `maps`, and splats.
 * @module
 */
import { ContractError, requireFiniteValues, type TensorRecord } from "../../families/mod.ts";
import type { Samples, SpecOf } from "../../kinds/mod.ts";
import type { RenderedMaps } from "../../subject/mod.ts";
import type { RunKeys } from "../keys.ts";
import type { Batches } from "./batches.ts";
import type { Drawable } from "./sampling.ts";

/** How far alpha may lie outside [0, 1]: a sum of weights in float32. */
const ROUNDING = 1e-3;

/**
 * What a model renders at the cameras of views beside their pictures.
 * @throws ContractError for maps of another shape, values that aren't finite, or an alpha outside [0, 1]
 */
export async function renderedMaps(
  { label, programs, state, keys }: Drawable & { readonly keys: RunKeys },
  batches: Batches,
  { spec: { height, width }, samples }: {
    readonly spec: SpecOf<"view">;
    readonly samples: Samples;
  },
): Promise<RenderedMaps> {
  const found = await batches.over(
    (inputs: TensorRecord, key) => programs.run("maps", state, { inputs, key }),
    {
      count: samples.count,
      key: keys.metric("maps"),
      inputs: batches.samples(samples),
      gives: {
        what: "maps",
        rows: {
          alpha_BHW: [height, width],
          depth_BHW: [height, width],
          normal_BHWC: [height, width, 3],
        },
        optional: ["normal_BHWC"],
      },
    },
  );
  for (const [name, values] of Object.entries(found)) {
    requireFiniteValues(values, `${label}: maps' ${name}`);
  }
  const { alpha_BHW, depth_BHW, normal_BHWC } = found as Record<string, Float32Array>;
  const at = alpha_BHW.findIndex((alpha) => alpha < -ROUNDING || alpha > 1 + ROUNDING);
  if (at >= 0) {
    throw new ContractError(
      `${label}: maps' alpha_BHW gives ${
        alpha_BHW[at]
      } (value ${at}) where a share in [0, 1] was ` +
        "expected",
    );
  }
  return {
    alpha: alpha_BHW,
    depth: depth_BHW,
    ...(normal_BHWC !== undefined && { normals: normal_BHWC }),
  };
}

/** Bytes of a splat in a `.splat` file. */
const SPLAT = 32;

/** Splats that a driver gave. @throws ContractError for what is no `.splat` file */
export function checkedSplats(
  splats: Uint8Array<ArrayBuffer>,
  label: string,
): Uint8Array<ArrayBuffer> {
  if (splats.length > 0 && splats.length % SPLAT === 0) return splats;
  throw new ContractError(
    `${label}: the driver's splats give ${splats.length} bytes where ${SPLAT} for each of some ` +
      "splats were expected",
  );
}
