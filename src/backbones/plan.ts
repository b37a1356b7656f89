/**
 * The shape of a convolutional encoder or decoder, from the size of the pictures and one size
 * setting.
 * @module
 */
export type { Grid } from "../kinds/mod.ts";

/** One resolution with the channels that run at it. */
export type Stage = { readonly height: number; readonly width: number; readonly channels: number };

/** What a plan is made from. */
export interface PlanOptions {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** The knob: channels at the last stage but one, where a 32² picture is 8×8. */
  readonly base: number;
}

/** Smallest and largest side of a picture that the backbones take, in pixels. */
export const SIDES = { smallest: 16, largest: 256 } as const;

/** Convolution kernels work on 8 output channels at a time: fewer cost as much. */
const CHANNEL_MULTIPLE = 8;

/**
 * Stages from half resolution down, each half the last (rounded up), until no side exceeds 4: the
 * full resolution is touched by a rearrangement only. Channels double at each halving, so that a
 * convolution costs the same at every stage.
 * @throws RangeError for sides outside 16 to 256.
 */
export function planStages({ height, width, base }: PlanOptions): Stage[] {
  for (const side of [height, width]) {
    if (side < SIDES.smallest || side > SIDES.largest) {
      throw new RangeError(
        `pictures must be ${SIDES.smallest} to ${SIDES.largest} pixels a side, got ` +
          `${height}×${width}: set the data's \`size\``,
      );
    }
  }
  const sizes: [number, number][] = [];
  for (let [h, w] = [height, width]; Math.max(h, w) > 4;) {
    [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
    sizes.push([h, w]);
  }
  const stages: Stage[] = [];
  let wanted = 2 * base;
  for (const [h, w] of sizes.reverse()) {
    const channels = Math.max(1, Math.round(wanted / CHANNEL_MULTIPLE)) * CHANNEL_MULTIPLE;
    stages.unshift({ height: h, width: w, channels });
    wanted /= 2;
  }
  return stages;
}
