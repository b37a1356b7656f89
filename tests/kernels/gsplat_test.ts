/**
 * The rasteriser draws what gsplat's reference draws, and gives its gradients: against committed ones,
 * which tests/golden/splats/make.ts writes.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../src/base/digest/mod.ts";
import { openSplats } from "../../src/kernels/mod.ts";
import { decodeSafetensors } from "../../src/nn/files/mod.ts";
import { peerScene } from "../../src/proof/peers/scenes/scene.ts";
import type { GoldenScene } from "../golden/splats/make.ts";

const golden = (name: string) => new URL(`../golden/splats/${name}`, import.meta.url);
const { scenes } = JSON.parse(await Deno.readTextFile(golden("golden.json"))) as {
  readonly scenes: readonly GoldenScene[];
};
const { tensors } = decodeSafetensors(await Deno.readFile(golden("gsplat.safetensors")));

/** Float32's rounding in ours; theirs are float64. The target of the figures is 1e-4. */
const NEAR = 2e-5;

for (const [i, size] of scenes.entries()) {
  const { count, side, degree, antialiased, every, digest } = size;
  const name = `${count} Gaussians of degree ${degree}${antialiased ? ", anti-aliased" : ""}`;
  Deno.test(`${name}, at ${side}²: picture and gradients are gsplat's`, async () => {
    const { form, parameters, frame, camera, dPicture } = peerScene(size);
    assertEquals(
      await sha256(new Uint8Array(parameters.buffer)),
      digest,
      "the scene is no more what gsplat drew: run tests/golden/splats/make.ts",
    );
    const ours = openSplats({ threads: 1 }).gradient(parameters, form, {
      ...frame,
      camera,
      dPicture,
    });
    const [picture, gradients, norms] = ["picture", "gradients", "norms"].map((what) =>
      tensors[`${i}/${what}`].data
    );
    assertEquals(ours.picture.length, picture.length);
    const off = ours.picture.reduce((most, v, k) => Math.max(most, Math.abs(v - picture[k])), 0);
    assert(off <= NEAR, `a value of the picture is ${off} away`);
    const rows = norms.length, kept = gradients.length / rows;
    for (let row = 0; row < rows; row++) {
      let apart = 0, squares = 0;
      for (let k = 0; k < count; k++) squares += ours.gradients[row * count + k] ** 2;
      for (let k = 0; k < kept; k++) {
        const own = ours.gradients[row * count + k * every];
        apart += (own - gradients[row * kept + k]) ** 2;
      }
      const share = Math.sqrt(apart) / norms[row];
      assert(share <= NEAR, `gradients of row ${row} are ${share} away`);
      const size = Math.abs(Math.sqrt(squares) / norms[row] - 1);
      assert(size <= NEAR, `gradients of row ${row} are ${size} larger or smaller`);
    }
  });
}
