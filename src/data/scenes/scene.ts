/**
 * The dataset `scene`: views of one scene that is made here, with its truth, rendered on first use and
 * cached.
 * @module
 */
import { sha256 } from "../../base/digest/mod.ts";
import { CAMERA, type ViewMaps, type ViewSpec, type ViewTruth } from "../../kinds/view/mod.ts";
import { type Dataset, defineDataset, type LoadContext, type Split } from "../dataset.ts";
import { loadHeadModel } from "../heads/asset.ts";
import { heads } from "../heads/heads.ts";
import { RenderedStore } from "../rendered/mod.ts";
import { bandCameras, depthBounds } from "./band.ts";
import { type SceneConfig, sceneConfig, settingsThatCount, VERSION } from "./config.ts";

/** Views a cache file, and a piece of a thread's work. */
const CHUNK = 8, GRAIN = 2;

function sampleOf(config: SceneConfig): ViewSpec {
  const { size, background } = config;
  return { kind: "view", height: size, width: size, background, ...depthBounds(config) };
}

const sizeOf = (config: SceneConfig, split: Split) =>
  split === "train" || split === "test" ? config[split] : 0;

/** Of all that fixes a scene's bytes. */
async function digestOf(config: SceneConfig): Promise<string> {
  const asset = config.scene === "head" ? (await loadHeadModel()).digest : null;
  const all = { name: "scene", version: VERSION, asset, ...settingsThatCount(config) };
  return await sha256(JSON.stringify(all));
}

async function load(config: SceneConfig, context: LoadContext): Promise<Dataset<"view">> {
  const { size } = config, pixels = size * size, each = 4 * pixels;
  const digest = await digestOf(config);
  const store = new RenderedStore<SceneConfig>({
    name: "scene",
    about: `${config.scene} ${size}²`,
    notes: [],
    digest,
    config,
    size: (split) => sizeOf(config, split),
    worker: new URL("./worker.ts", import.meta.url),
    chunk: CHUNK,
    grain: GRAIN,
    form: { format: "likeness-scene-chunk-1", bytes: each, floats: each },
  }, context);
  const cameras = { train: bandCameras(config, "train"), test: bandCameras(config, "test") };
  const truth: ViewTruth = {
    cameras: (split) =>
      split === "train" || split === "test" ? cameras[split].slice() : new Float32Array(),
    async maps(split, indices): Promise<ViewMaps> {
      const { bytes, floats } = await store.read(split as Split, indices);
      const alpha = new Uint8Array(indices.length * pixels);
      const depth = new Float32Array(indices.length * pixels);
      const normals = new Float32Array(indices.length * 3 * pixels);
      for (let i = 0; i < indices.length; i++) {
        const at = i * each;
        alpha.set(bytes.subarray(at + 3 * pixels, at + each), i * pixels);
        depth.set(floats.subarray(at, at + pixels), i * pixels);
        normals.set(floats.subarray(at + pixels, at + each), i * 3 * pixels);
      }
      return { alpha, depth, normals };
    },
  };
  return {
    name: "scene",
    version: VERSION,
    digest,
    sample: sampleOf(config),
    factors: [],
    notes: store.notes,
    size: (split) => sizeOf(config, split),
    async read(split, indices) {
      const { bytes } = await store.read(split, indices), count = indices.length;
      const pictures = new Uint8Array(count * 3 * pixels);
      for (let i = 0; i < count; i++) {
        pictures.set(bytes.subarray(i * each, i * each + 3 * pixels), i * 3 * pixels);
      }
      const own = split === "test" ? cameras.test : cameras.train;
      const poses = new Float32Array(count * CAMERA);
      for (let i = 0; i < count; i++) {
        poses.set(own.subarray(indices[i] * CAMERA, (indices[i] + 1) * CAMERA), i * CAMERA);
      }
      return {
        samples: { count, height: size, width: size, pictures, cameras: poses },
        labels: {},
      };
    },
    truth: () => truth,
  };
}

/** Views of a head, or of spheres and boxes. */
export const scene = defineDataset<SceneConfig, "view">({
  name: "scene",
  version: VERSION,
  about: "Views of one scene made here, a head or spheres and boxes, with depth, normals and alpha",
  licence: "CC0-1.0 (MakeHuman / MPFB head model); solids: none needed",
  config: sceneConfig,
  status: () => heads.status(),
  outline: (config) => ({
    sample: sampleOf(config),
    factors: [],
    sizes: { train: config.train, test: config.test, judge: 0, judge_test: 0 },
  }),
  load,
});
