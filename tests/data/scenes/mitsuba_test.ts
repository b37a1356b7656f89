/** Spheres and boxes as Mitsuba 3 sees them: tests/golden/scenes/make.py wrote what is compared. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { bandCameras, camerasOf } from "../../../src/data/scenes/band.ts";
import { lightFrom } from "../../../src/data/heads/render/light.ts";
import { readNpz } from "../../../src/data/numpy/mod.ts";
import type { Sample } from "../../../src/data/scenes/render_view.ts";
import {
  AMBIENT,
  KEY,
  solidsOf,
  solidsScene,
} from "../../../src/data/scenes/solids/solids_scene.ts";
import { close } from "../../law.ts";
import { settings } from "./rendered.ts";

const golden = new URL("../../golden/scenes/", import.meta.url);
const VIEWS = 3;
const config = settings({
  scene: "solids",
  size: 40,
  train: VIEWS,
  supersample: 1,
  highlights: false,
});
const cameras = bandCameras(config, "train");

Deno.test("solids: what Mitsuba was asked is what is rendered here", async () => {
  const asked = {
    size: config.size,
    light: lightFrom(config.light_azimuth, config.light_elevation).direction,
    cameras: camerasOf(cameras).map((_, i) => [...cameras.subarray(16 * i, 16 * i + 16)]),
    solids: solidsOf(config),
  };
  const text = JSON.stringify(asked) + "\n", file = new URL("solids.json", golden);
  if (Deno.env.get("LIKENESS_GOLDEN") === "write") await Deno.writeTextFile(file, text);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(text));
});

Deno.test("solids: depth, normals and light are Mitsuba's, to the digits of float32", async () => {
  const { arrays } = await readNpz(fromFileUrl(new URL("solids.npz", golden)));
  const of = (name: string) => {
    const array = arrays[name];
    assert("shape" in array && array.shape[0] === VIEWS, name);
    return array.data as Float32Array;
  };
  const [depth, normal, albedo, light] = ["depth", "normal", "albedo", "light"].map(of);
  const scene = solidsScene(config), { size } = config;
  const sample: Sample = {
    colour: new Float64Array(3),
    normal: new Float64Array(3),
    depth: 0,
  };
  let seen = 0, edges = 0, shaded = 0;
  camerasOf(cameras).forEach((camera, view) => {
    const look = scene.look(camera, size);
    for (let p = 0; p < size * size; p++) {
      const at = view * size * size + p;
      const there = look(p % size, Math.floor(p / size), sample);
      // Where one of both passes an edge that the other still meets, in float32.
      const other = there !== depth[at] > 0 ||
        (there && (Math.abs(sample.depth - depth[at]) > 1e-3 ||
          [0, 1, 2].some((k) => Math.abs(sample.normal[k] - normal[3 * at + k]) > 1e-2)));
      if (other) edges++;
      if (other || !there) continue;
      seen++;
      close(sample.depth, depth[at], 1e-5, `depth of view ${view}, pixel ${p}`);
      const dark = light[3 * at] === 0;
      if (dark) shaded++;
      for (let k = 0; k < 3; k++) {
        close(sample.normal[k], normal[3 * at + k], 1e-4, `normal of view ${view}, pixel ${p}`);
        const expected = AMBIENT * albedo[3 * at + k] + KEY * light[3 * at + k];
        close(sample.colour[k], expected, 1e-4, `colour of view ${view}, pixel ${p}`);
      }
    }
  });
  assert(
    seen > 900 && shaded > 100,
    `${seen} pixels seen, ${shaded} of them without the key light`,
  );
  assert(edges <= 3, `${edges} pixels on edges`);
});
