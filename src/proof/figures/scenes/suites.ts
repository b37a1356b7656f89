/**
 * Figures of the suite `scenes-quick`: how well each family renders the held-out views of one head, and
 * after how long.
 * @module
 */
import { builtInMetrics } from "../../../metrics/table/mod.ts";
import type { Figure } from "../figure.ts";
import { figuresOfSuite, type MeasuredSuite, type Reader, value } from "../suites/mod.ts";

/** What is run. */
const measured: MeasuredSuite = {
  group: "scenes",
  suite: "scenes-quick",
  engine: "tensorflow",
};
const SEEDS = 3;
const suite = figuresOfSuite(measured);

/** A number of the runs of one label, of those alone that trained for as long at most. */
export function within(
  { label, seconds }: { readonly label: string; readonly seconds: number },
  read: Reader,
): Reader {
  return (record, all) =>
    record.label === label && record.timings.steps <= seconds ? read(record, all) : null;
}

const psnr = value(builtInMetrics.reconstruction.values.psnr);
const foreground = value(builtInMetrics.views.values.foreground);

function figure(
  name: string,
  { family, label, seconds, at, read = psnr, of = "PSNR" }: {
    readonly family: string;
    readonly label: string;
    readonly seconds: number;
    readonly at: number;
    readonly read?: Reader;
    readonly of?: string;
  },
): Figure {
  return suite.family(name, {
    about:
      `${of} of 10 held-out views at 128², mean over ${SEEDS} seeds that each trained for at ` +
      `most ${seconds} s`,
    unit: "dB",
    target: { is: ">=", value: at },
    seeds: SEEDS,
    question: { family, read: within({ label, seconds }, read) },
  });
}

const splat = { family: "splat" }, longest = { ...splat, label: "splat-10-minutes", seconds: 600 };

/** See the module. */
export const suiteFigures: readonly Figure[] = [
  figure("splat-psnr-1-minute", { ...splat, label: "splat-1-minute", seconds: 60, at: 33 }),
  figure("splat-psnr-5-minutes", { ...splat, label: "splat-5-minutes", seconds: 300, at: 37 }),
  figure("splat-psnr-10-minutes", { ...longest, at: 38 }),
  figure("splat-foreground-10-minutes", {
    ...longest,
    at: 34.5,
    read: foreground,
    of: "PSNR over the head alone",
  }),
  figure("hash-psnr-10-minutes", {
    family: "nerf",
    label: "nerf-hash",
    seconds: 600,
    at: 35,
  }),
  figure("nerf-psnr-10-minutes", {
    family: "nerf",
    label: "nerf-original",
    seconds: 600,
    at: 26,
  }),
];
