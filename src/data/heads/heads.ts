/**
 * The `heads` dataset: invented faces with exact labels, rendered on first use and cached.
 * @module
 */
import { type Dataset, defineDataset, type LoadContext, type Split } from "../dataset.ts";
import type { ImageSpec } from "../../kinds/image/mod.ts";
import { sha256 } from "../../base/digest/mod.ts";
import { ASSET, loadHeadModel } from "./asset.ts";
import { RenderedStore } from "../rendered/mod.ts";
import { type HeadsConfig, headsConfig, pictureConfig, VERSION } from "./config.ts";
import { FACTORS } from "./factors.ts";

const NOTE =
  "skin tone is drawn by ethnicity (overlapping ranges) and grey hair mostly for the old; all other " +
  "factors are independent";
const SPLITS: readonly Split[] = ["train", "test", "judge", "judge_test"];

/** Parametric 3-D heads with labelled factors; CC0. */
export const heads = defineDataset<HeadsConfig, "image">({
  name: "heads",
  version: VERSION,
  about: "Invented faces from a parametric 3-D head, with exact labels; any size from 16 to 256",
  licence: "CC0-1.0 (MakeHuman / MPFB head model)",
  config: headsConfig,
  async status() {
    try {
      await Deno.stat(ASSET);
      return "ready";
    } catch {
      return "head asset heads.bin.gz is missing beside the source; check the repository out anew";
    }
  },
  outline: (config) => {
    const { train, test, judge, judge_test } = config;
    return {
      sample: sampleOf(config),
      factors: FACTORS,
      sizes: { train, test, judge, judge_test },
    };
  },
  load: loadHeads,
});

const sampleOf = ({ size }: HeadsConfig): ImageSpec => ({
  kind: "image",
  height: size,
  width: size,
  channels: 3,
});

async function digestOf(value: unknown): Promise<string> {
  return await sha256(new TextEncoder().encode(JSON.stringify(value)));
}

async function loadHeads(config: HeadsConfig, context: LoadContext): Promise<Dataset<"image">> {
  const { digest: asset } = await loadHeadModel();
  const pictures = await digestOf({
    name: "heads",
    version: VERSION,
    asset,
    ...pictureConfig(config),
  });
  const sizes = Object.fromEntries(SPLITS.map((split) => [split, config[split]]));
  const digest = await digestOf({ pictures, ...sizes });
  const { size } = config;
  const store = new RenderedStore({
    name: "heads",
    about: `heads ${size}²`,
    notes: [NOTE],
    digest: pictures,
    config: pictureConfig(config),
    size: (split) => config[split],
    worker: new URL("./worker.ts", import.meta.url),
    chunk: 128,
    grain: 32,
    form: { format: "likeness-heads-chunk-1", bytes: size * size * 3, floats: FACTORS.length },
  }, context);
  return {
    name: "heads",
    version: VERSION,
    digest,
    sample: sampleOf(config),
    factors: FACTORS,
    notes: store.notes,
    size: (split) => config[split],
    async read(split, indices) {
      const { bytes: data, floats } = await store.read(split, indices);
      const count = indices.length;
      const label = (f: number) =>
        Float32Array.from({ length: count }, (_, at) => floats[at * FACTORS.length + f]);
      return {
        samples: { count, height: size, width: size, channels: 3, data },
        labels: Object.fromEntries(FACTORS.map((factor, f) => [factor.name, label(f)])),
      };
    },
  };
}
