/**
 * A metric of your own in one file: how far the mean brightness of samples lies from that of held-out
 * pictures. It brings a table of the report, `standing.theme`, and says that rows are ranked by it.
 *
 * `brightness.yaml` beside this file names it under `modules`. It imports nothing by its path, so it
 * works the same from any folder.
 * @module
 */
import { z } from "zod";
import {
  defineMetric,
  type ImageSet,
  MetricUnavailable,
  type MetricValue,
} from "@likeness/likeness";

/** Mean of all values of all pictures, 0 black and 255 white. */
function meanOf({ data }: ImageSet): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** What is known of the value before it is computed; its name holds all that it depends on. */
function declared(samples: number): Omit<MetricValue, "value"> {
  return {
    name: `brightness@${samples}`,
    metric: "brightness",
    unit: "/255",
    direction: "lower",
    kind: "quality",
    samples,
  };
}

/** |mean of N samples − mean of N held-out pictures|, in steps of 256. */
export const brightness = defineMetric({
  name: "brightness",
  version: 1,
  about: "how far the mean brightness of samples is from that of held-out pictures",
  papers: [],
  phase: "quality",
  config: z.object({ samples: z.int().min(1).default(500).describe("N: pictures on each side") }),
  declares: ({ samples }) => [declared(samples)],
  async compute(context, { samples }) {
    const { subject } = context;
    if (!subject.sample) {
      throw new MetricUnavailable("not-defined", `${subject.label} gives no samples`);
    }
    const { samples: images } = await context.split("test", samples);
    const value = Math.abs(meanOf(await subject.sample(samples)) - meanOf(images));
    return [{ ...declared(samples), value }];
  },
  standing: {
    theme: { id: "light", title: "Light", about: "How bright samples are, beside held-out data." },
    of: "samples",
    comparesSamples: true,
  },
});
