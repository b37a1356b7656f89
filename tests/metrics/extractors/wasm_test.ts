/** The networks on engine wasm, whose kernels and bits are others. One engine a process: a file apart. */
import { openEngine } from "../../../src/engine/mod.ts";
import { openExtractor } from "../../../src/metrics/extractors/mod.ts";
import { close } from "../../law.ts";
import { picture } from "../golden_inputs.ts";
import inception from "../../golden/extractors/inception.json" with { type: "json" };
import { relativeError } from "./compare.ts";
import { weightsFile } from "./fill.ts";

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
