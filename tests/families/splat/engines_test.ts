/** Splats are computed by the same module whatever engine they are on: the same bits. */
import { assert, assertEquals } from "@std/assert";
import type { EngineName } from "../../../src/engine/mod.ts";
import { close } from "../../law.ts";
import { need, needing } from "../../needs.ts";
import { reportOn } from "../engine_worker.ts";
import type { Report } from "./worker.ts";

const reportOf = (engine: EngineName) =>
  reportOn<Report>(new URL("./worker.ts", import.meta.url), engine);

const tensorflow = needing(await need("tensorflow")), webgpu = needing(await need("webgpu"));

tensorflow("splat: tensorflow trains and renders the splats of wasm, bit for bit", async () => {
  const [own, other] = [await reportOf("wasm"), await reportOf("tensorflow")];
  if ("error" in own) throw new Error(own.error);
  if ("error" in other) throw new Error(other.error);
  assert(own.splats.length > 23 * 40, "there have come to be more");
  assertEquals(other.splats, own.splats);
  assertEquals(other.picture, own.picture);
  own.losses.forEach((loss, i) =>
    close(other.losses[i], loss, 1e-6 * loss, `mean loss of step ${i}`)
  );
});

webgpu("splat: webgpu says what it lacks", async () => {
  const found = await reportOf("webgpu");
  assert("error" in found, "there is no kernel yet");
  assertEquals(
    found.error,
    "engine webgpu has no kernel for splats yet (SplatStart); use wasm or tensorflow",
  );
});
