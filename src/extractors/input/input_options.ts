/**
 * What a user says of the pictures that a model of theirs takes.
 * @module
 */
import { z } from "zod";

/** How an ONNX model takes pictures, where its file or the defaults don't say. */
export const inputOptions = z.strictObject({
  side: z.int().min(1).optional().describe("height and width; default: the model's own"),
  layout: z.enum(["nchw", "nhwc"]).optional().describe("default: where it has 3 channels"),
  mean: z.tuple([z.number(), z.number(), z.number()]).optional().describe(
    "taken off values in [0, 1]; default: ImageNet's",
  ),
  deviation: z.tuple([z.number(), z.number(), z.number()]).optional().describe(
    "what is left is divided by this; default: ImageNet's",
  ),
  output: z.string().min(1).optional().describe("output with the features; default: the first"),
});

/** `inputOptions`, read. */
export type InputOptions = z.output<typeof inputOptions>;
