/**
 * What a suite writes under `annotate`.
 * @module
 */
import { z } from "zod";
import type { Entry } from "../protocol.ts";

const config = z.strictObject({
  dialogues: z.int().min(1).optional().describe(
    "training dialogues that are annotated, the first ones; left out: all",
  ),
  conditioned: z.boolean().default(true).describe(
    "whether each dialogue asks, in its system message, for the attributes that its answer was found to " +
      "have, so that a model learns to give what it is asked for",
  ),
  attributes: z.array(z.string().min(1)).min(1).optional().describe(
    "attributes that are told; left out: all that the model judges",
  ),
  least: z.int().default(0).describe("least value of an attribute; lower ones are raised to it"),
  most: z.int().default(4).describe("largest value of an attribute; higher ones are cut to it"),
}).superRefine(({ least, most, attributes = [] }, context) => {
  if (least >= most) {
    context.addIssue({ code: "custom", path: ["most"], message: "is above `least`" });
  }
  const twice = attributes.find((name, i) => attributes.indexOf(name) < i);
  if (twice !== undefined) {
    context.addIssue({ code: "custom", path: ["attributes"], message: `names ${twice} twice` });
  }
});

/** See the module. */
export type AnnotateConfig = z.output<typeof config>;

/** What suites and `list` read. */
export const entry: Entry<AnnotateConfig> = {
  name: "annotate",
  version: 1,
  about: "training dialogues with the attributes that a model finds in their answers, for others",
  papers: ["arXiv:2310.05344"],
  config: config as unknown as z.ZodType<AnnotateConfig>,
  takes: ["text"],
  seeded: () => true,
};
