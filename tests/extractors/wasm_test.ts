/** The networks on engine wasm, whose kernels and bits are others. One engine a process: a file apart. */
import { openEngine } from "../../src/engine/mod.ts";
import { openExtractor } from "../../src/extractors/mod.ts";
import { openVit } from "../../src/extractors/vit/vit.ts";
import { close } from "../law.ts";
import { picture } from "../metrics/golden_inputs.ts";
import inception from "../golden/extractors/inception.json" with { type: "json" };
import vit from "../golden/extractors/vit.json" with { type: "json" };
import { relativeError } from "./compare.ts";
import { type Shapes, weightsFile } from "./fill.ts";

const { engine } = await openEngine("wasm");

Deno.test("inception-fid agrees with torch-fidelity on engine wasm", async () => {
  const path = await weightsFile(inception.shapes);
  try {
    const options = { weights: { path }, batch: 1 };
    const extractor = await openExtractor("inception-fid-tf1", engine, options);
    const { seed, height, width, features } = inception.cases[0];
    const { data } = await extractor.extract(picture({ seed, height, width, channels: 3 }));
    close(relativeError(data, features), 0, 2e-5);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("DINOv2 with registers agrees with transformers on engine wasm", async () => {
  const { shapes, registers, seed, height, width, features } = vit.cases[1];
  const path = await weightsFile(shapes as unknown as Shapes);
  try {
    const options = { name: "small", weights: { path }, mode: "clean", batch: 1 };
    const shape = { width: 128, depth: 2, patch: 14, grid: 4, registers };
    const extractor = await openVit(engine, options, { family: "dinov2", ...shape });
    const { data } = await extractor.extract(picture({ seed, height, width, channels: 3 }));
    close(relativeError(data, features), 0, 1e-5);
  } finally {
    await Deno.remove(path);
  }
});
