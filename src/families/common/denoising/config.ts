/**
 * Settings that families of denoisers share.
 * @module
 */
import { z } from "zod";
import { conditionField } from "../conditioning.ts";
import { optimiserField, trainingFields } from "../training_config.ts";

/** Network, conditions and sampling. */
export const denoisingFields = {
  backbone: z.enum(["auto", "unet", "dit"]).default("auto")
    .describe(
      "The network: a U-Net (auto) or a transformer on patches; samples of under 8 pixels a side " +
        "use a perceptron",
    ),
  width: z.int().min(8).max(256).multipleOf(8).default(48)
    .describe("Size of the network: channels at half resolution; cost grows as its square"),
  ...conditionField,
  conditionDropout: z.number().min(0).max(1).default(0.1)
    .describe(
      "Share of the pictures trained without labels, for guidance and for unlabelled samples",
    ),
  guidance: z.number().min(0).max(100).default(1)
    .describe(
      "Weight of the condition in sampling: 1 as trained, 0 none, above 1 exaggerated",
    ),
  evaluations: z.int().min(1).max(1000).default(12)
    .describe("Most evaluations of the network for one sample"),
};

/** `denoisingFields`, set. */
export interface DenoisingSettings {
  readonly backbone: "auto" | "unet" | "dit";
  readonly width: number;
  readonly condition: readonly string[];
  readonly conditionDropout: number;
  readonly guidance: number;
  readonly evaluations: number;
}

/** `trainingFields` with this kind of network's learning rate and length of average. */
export const denoisingTrainingFields = {
  ...trainingFields,
  optimiser: optimiserField("muon"),
  learningRate: trainingFields.learningRate.removeDefault().default(0.012),
  ema: z.number().min(0).max(0.99999).default(0.999)
    .describe(
      "Decay per step of the average of weights that evaluation uses; it averages over at most a " +
        "tenth of the training; 0: use the current weights",
    ),
};

/** The decay of a short training's average: a horizon of at most a tenth of its steps. */
export function averageDecay(ema: number, steps: number): number {
  return Math.min(ema, Math.max(0, 1 - 10 / steps));
}

/** Says what is wrong, at which field. */
export type Reject = (field: string, message: string) => void;

/** Refuses what can't be: for `superRefine`. */
export function refuseGuidance(
  c: Pick<DenoisingSettings, "condition" | "guidance" | "conditionDropout">,
  reject: Reject,
): void {
  if (c.guidance === 1) return;
  if (c.condition.length === 0) {
    reject(
      "guidance",
      "there is no condition to weigh: name one under `condition`, or leave it at 1",
    );
  } else if (c.conditionDropout === 0) {
    reject("guidance", "it needs the model without labels, which conditionDropout 0 never trains");
  }
}

/** The defaults of fields. */
export function defaultsOf(fields: Record<string, z.ZodType>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.parse(undefined)]),
  );
}

/** Refuses fields that another form uses, where they aren't at their default. */
export function refuseUnused<C extends Record<string, unknown>>(
  config: C,
  { defaults, used, form }: { defaults: Partial<C>; used: readonly string[]; form: string },
  reject: Reject,
): void {
  for (const [field, value] of Object.entries(defaults)) {
    if (!used.includes(field) && config[field] !== value) {
      reject(field, `${form} makes no use of it: leave it at ${value}`);
    }
  }
}
