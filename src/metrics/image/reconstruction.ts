/**
 * How well a model gives back pictures it has not seen; of views, how well it renders them at cameras
 * that it has not seen. Views are scored as NerfBaselines scores them: laid on the background, both
 * sides of 8 bits, PSNR of each picture and then the mean, SSIM by a Gaussian window of 11×11 and σ 1.5
 * where it fits. That program bounds variances by 0 and the covariance by their root, which exact
 * arithmetic does by itself, and where pictures come back identical its mean PSNR is infinite.
 * @module
 */
import { z } from "zod";
import { psnr, ssim, ssimWindow } from "./pixel_distances.ts";
import { msSsim, scalesOf } from "./multiscale.ts";
import { picturesOf } from "../../kinds/mod.ts";
import { defineMetric, type Metric } from "../metric.ts";
import { MetricUnavailable } from "../../base/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import { requireCount } from "../comparison.ts";
import { rowsRequired } from "../requires.ts";

const config = z.strictObject({
  samples: z.int().min(1).default(1000).describe("N: test pictures"),
  scales: z.int().min(1).max(5).optional().describe(
    "add MS-SSIM over this many sizes; 2 need 12 pixels a side, 3 need 44, 4 need 99, 5 need 176",
  ),
});
type Config = z.infer<typeof config>;

function mean(values: Float64Array): number {
  return values.reduce((s, v) => s + v, 0) / values.length;
}

/**
 * `PSNR@N`, dB, `SSIM@N` and, where it is asked for, `MS-SSIM-s3@N` over three scales: of each 8-bit
 * reconstruction, then the mean over pictures.
 */
export const reconstruction: Metric<Config> = defineMetric<Config, "image" | "point" | "view">({
  name: "reconstruction",
  version: 1,
  about: "PSNR, SSIM and MS-SSIM of reconstructed test pictures, 8-bit on both sides",
  papers: ["doi:10.1109/TIP.2003.819861", "doi:10.1109/ACSSC.2003.1292216"],
  takes: ["image", "point", "view"],
  phase: "quality",
  config,
  declares: ({ samples, scales }) =>
    ["PSNR", "SSIM", ...scales ? [`MS-SSIM-s${scales}`] : []].map((part) => ({
      name: `${part}@${samples}`,
      metric: "reconstruction",
      unit: part === "PSNR" ? "dB" : "",
      direction: "higher" as const,
      kind: "quality" as const,
      samples,
    })),
  requires: ({ samples }) => [rowsRequired("test", samples)],
  async compute(context, options) {
    const { subject, dataset } = context;
    if (!subject.reconstruct) {
      throw new MetricUnavailable("not-defined", `${subject.label} does not reconstruct`);
    }
    requireCount(dataset, "test", options.samples);
    const { samples } = await context.split("test", options.samples);
    const images = picturesOf(dataset.sample, samples);
    const again = picturesOf(dataset.sample, await subject.reconstruct(samples));
    const [psnrName, ssimName, multiscale] = reconstruction.declares(options);
    const ratios = psnr(images, again);
    const exact = ratios.reduce((n, r) => n + (r === Infinity ? 1 : 0), 0);
    const values: MetricValue[] = [
      exact === 0 ? { ...psnrName, value: mean(ratios) } : {
        ...psnrName,
        value: null,
        status: "not-defined",
        reason: `${exact} of ${ratios.length} pictures came back identical: their PSNR is infinite`,
      },
    ];
    const small = Math.min(images.height, images.width) < ssimWindow;
    values.push(
      small
        ? {
          ...ssimName,
          value: null,
          status: "not-defined",
          reason: `pictures of ${images.height}×${images.width} are smaller than SSIM's window`,
        }
        : { ...ssimName, value: mean(ssim(images, again)) },
    );
    const { scales } = options;
    if (scales) {
      values.push(
        scalesOf(images) < scales
          ? {
            ...multiscale,
            value: null,
            status: "not-defined",
            reason:
              `pictures of ${images.height}×${images.width} are too small for ${scales} scales`,
          }
          : { ...multiscale, value: mean(msSsim(images, again, scales)) },
      );
    }
    return values;
  },
});
