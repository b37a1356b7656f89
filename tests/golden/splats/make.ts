/**
 * Writes gsplat's pictures and gradients of small scenes, in float64 and kept as float32, for tests that
 * have no Python: `deno task peers:scenes --install; deno run -A tests/golden/splats/make.ts`.
 *
 * golden.json has the versions, the scenes (src/proof/peers/scenes/scene.ts draws them from keys) and the
 * digests of their parameters. gsplat.safetensors has, a scene: `picture` [side, side, 3]; `norms`, ‖·‖ of
 * each row of gradients; `gradients` [rows, kept], of each `every`-th Gaussian.
 * @module
 */
import { sha256 } from "../../../src/base/digest/mod.ts";
import { encodeSafetensors, type HostTensor } from "../../../src/nn/files/mod.ts";
import { gsplatPython } from "../../../src/proof/peers/scenes/environment.ts";
import { GsplatPeer } from "../../../src/proof/peers/scenes/gsplat.ts";
import { peerScene, type SceneSize } from "../../../src/proof/peers/scenes/scene.ts";

/** A scene that is kept. */
export interface GoldenScene extends SceneSize {
  readonly every: number;
  /** Of the parameters' bytes. */
  readonly digest: string;
}

const scenes: readonly Omit<GoldenScene, "digest">[] = [
  { count: 200, degree: 3, side: 32, antialiased: true, every: 4 },
  { count: 200, degree: 0, side: 32, antialiased: false, every: 4 },
  { count: 2000, degree: 1, side: 64, antialiased: false, every: 20 },
];

const here = (name: string) => new URL(name, import.meta.url);
const floats = (shape: number[], values: ArrayLike<number>): HostTensor => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(values),
});

if (import.meta.main) {
  const peer = await GsplatPeer.start(await gsplatPython(console.error), 1);
  const tensors: Record<string, HostTensor> = {}, told: GoldenScene[] = [];
  for (const [i, size] of scenes.entries()) {
    const scene = peerScene(size), { count } = size;
    await peer.load(scene);
    const { picture, gradients } = await peer.values("float64");
    const rows = gradients.length / count;
    const kept = gradients.filter((_, k) => k % count % size.every === 0);
    const norms = Array.from({ length: rows }, (_, r) => {
      const row = gradients.subarray(r * count, (r + 1) * count);
      return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    });
    tensors[`${i}/picture`] = floats([size.side, size.side, 3], picture);
    tensors[`${i}/gradients`] = floats([rows, kept.length / rows], kept);
    tensors[`${i}/norms`] = floats([rows], norms);
    told.push({ ...size, digest: await sha256(new Uint8Array(scene.parameters.buffer)) });
  }
  const { versions } = peer.identity;
  await peer.close();
  await Deno.writeFile(here("gsplat.safetensors"), encodeSafetensors(tensors));
  await Deno.writeTextFile(
    here("golden.json"),
    JSON.stringify({ versions, scenes: told }, null, 2) + "\n",
  );
}
