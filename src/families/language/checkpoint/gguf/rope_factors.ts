/**
 * Llama 3's stretched positions as GGUF files have them: what each frequency is divided by, a tensor
 * of D/2 numbers in place of the four that they were made from.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import { rotaryFrequencies, type RotaryScaling } from "../../../../backbones/decoder/mod.ts";

/** What the published models share: 3.1 and 3.2 differ in the factor alone. */
const published = { lowFrequency: 1, highFrequency: 4, original: 8192 };

/** Largest share by which a factor may differ: they are float32. */
const tolerance = 1e-4;

/**
 * The scaling that gives these factors.
 * @throws DataError where none of the published ones does
 */
export function llama3Scaling(
  factors: Float32Array,
  { base, headWidth, what }: {
    readonly base: number;
    readonly headWidth: number;
    readonly what: string;
  },
): RotaryScaling {
  const factor = factors.reduce((most, one) => Math.max(most, one), 0);
  const scaling: RotaryScaling = { kind: "llama3", factor, ...published };
  const plain = rotaryFrequencies({ headWidth, rotary: { base } });
  const stretched = rotaryFrequencies({ headWidth, rotary: { base, scaling } });
  const alike = factors.length === plain.length &&
    factors.every((one, i) => Math.abs(one * stretched[i] / plain[i] - 1) < tolerance);
  if (alike) return scaling;
  throw new DataError(
    `${what}: rope_freqs.weight isn't what Llama 3 divides frequencies by (low 1, high 4, 8,192 ` +
      `positions) with the factor ${factor}; other factors are not computed`,
  );
}
