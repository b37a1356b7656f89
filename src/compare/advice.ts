/**
 * What a user who is new to feature distances should know before reading a number: refusals of
 * sides that can't be compared, and warnings about numbers that mean less than they seem to.
 * @module
 */
import { DataError } from "../base/mod.ts";
import type { Measured } from "./measured.ts";
import type { Origin } from "./moments/statistics.ts";

/** What is known of a side before anything is extracted. */
export interface Known {
  readonly label: string;
  readonly dimension: number;
  readonly origin: Origin | null;
}

/** The network that the other side goes through. */
export interface Through {
  readonly name: string;
  readonly dimension: number;
  readonly digest: string | null;
  /** As in `Origin`. */
  readonly preparation: string | null;
}

/** Widths by which the networks of well-known tools are recognised. */
const widths: Readonly<Record<number, string>> = {
  64: "Inception's first block",
  192: "Inception's second block",
  768: "Inception's third block, or CLIP's",
  2048: "Inception's last: pytorch-fid, clean-fid and torch-fidelity",
  1280: "EfficientNet-Lite0's (lite0)",
  1024: "DINOv2 ViT-L's",
};

/**
 * Refuses kept statistics or features that another network made than the one in use.
 * @throws DataError with what made them and what to do
 */
export function requireSameNetwork(kept: Known, through: Through): void {
  const { label, origin } = kept;
  const remedy = "make it again with --save-stats, or name the extractor that it was made with";
  if (kept.dimension !== through.dimension) {
    const guess = widths[kept.dimension];
    throw new DataError(
      `${label} has ${kept.dimension} dimensions${guess === undefined ? "" : ` (${guess})`}, ` +
        `${through.name} gives ${through.dimension}; ${remedy} (--extractor)`,
    );
  }
  if (origin === null) return;
  const differs = origin.extractor !== through.name
    ? `with ${origin.extractor}, not ${through.name}`
    : origin.extractorDigest !== through.digest
    ? `with other weights of ${through.name}`
    : through.preparation !== null && origin.preparation !== through.preparation
    ? `from pictures read differently (${origin.preparation}, here ${through.preparation})`
    : null;
  if (differs !== null) throw new DataError(`${label} was made ${differs}; ${remedy}`);
}

/** Warnings about two measured sides. */
export function warnings({ real, fake }: { real: Measured; fake: Measured }): string[] {
  const found: string[] = [];
  if (real.digest !== null && real.digest === fake.digest) {
    found.push(
      real.label === fake.label
        ? `--real and --fake are the same: ${real.label}; its distance to itself means nothing`
        : `${real.label} and ${fake.label} hold the same pictures in the same order`,
    );
  }
  for (const { label, count, dimension } of [real, fake]) {
    if (count === null || count > dimension) continue;
    found.push(
      `${label}: ${count.toLocaleString("en")} pictures for ${dimension} dimensions; a Fréchet ` +
        `distance needs more pictures than dimensions, and is too large with fewer`,
    );
  }
  for (const [side, other] of [[real, fake], [fake, real]]) {
    if (side.origin !== null || (side.rows !== null && other.origin === null)) continue;
    found.push(
      `${side.label} doesn't say which network and resizing made it; a distance means something ` +
        "only if they are the other side's",
    );
  }
  return found;
}
