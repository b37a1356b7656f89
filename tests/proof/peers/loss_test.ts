/**
 * The comparison is of the same work: 20 steps from equal weights on equal numbers give equal losses
 * here, in PyTorch and in JAX. torch.compile, which takes minutes to compile, is held to the same by
 * `deno task peers:speed` before it is timed. LIKENESS_TEST_ENGINE names another engine of ours.
 */
import { assert } from "@std/assert";
import type { EngineName } from "../../../src/engine/mod.ts";
import { openEngine } from "../../../src/engine/mod.ts";
import { disagreement } from "../../../src/proof/peers/agreement.ts";
import { Contender, type ContenderName } from "../../../src/proof/peers/contender/contender.ts";
import { writeExchange } from "../../../src/proof/peers/contender/exchange.ts";
import { largestSum, MODEL_NAMES, modelSettings } from "../../../src/proof/peers/models.ts";
import { findPeersPython } from "../../../src/proof/peers/contender/python.ts";
import { need, needing } from "../../needs.ts";

const STEPS = 20;
const ours = (Deno.env.get("LIKENESS_TEST_ENGINE") ?? "wasm") as EngineName;
const python = await findPeersPython("cpu");
const test = needing(await need("peers"));

async function lossesOf(name: ContenderName, folder: string): Promise<number[]> {
  const contender = await Contender.start(name, {
    engine: ours,
    device: "cpu",
    threads: navigator.hardwareConcurrency,
    python,
    reuse: true,
  });
  try {
    await contender.ask({ do: "load", folder });
    return (await contender.ask({ do: "losses", steps: STEPS })).losses;
  } finally {
    await contender.close();
  }
}

for (const name of MODEL_NAMES) {
  test(`${name}: ${STEPS} losses agree with PyTorch's and JAX's`, async () => {
    const { engine } = await openEngine("wasm");
    const folder = await Deno.makeTempDir({ prefix: "peers-" });
    try {
      const settings = modelSettings(name, "tiny");
      const path = await writeExchange(engine, { settings, folder });
      const own = await lossesOf("ours", path);
      // A curve that stands still would agree with anything that stands still.
      assert(new Set(own).size > STEPS / 2, `losses of ours: ${own}`);
      for (const peer of ["torch-eager", "jax"] as const) {
        const theirs = await lossesOf(peer, path);
        const share = disagreement(own, theirs, { terms: largestSum(settings) });
        assert(share <= 1, `${peer}: ${share} of what rounding allows\n${own}\n${theirs}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
