import { assertEquals } from "@std/assert";
import type { Family } from "../../../src/families/family.ts";
import { config, flow } from "../../../src/families/flow/mod.ts";
import { refusals, testDenoisers, tiny } from "../common/denoisers.ts";
import { built } from "../small.ts";

testDenoisers("flow", {
  family: flow as Family,
  forms: {
    "straight, multistep": {},
    "straight, velocity said": { predicts: "velocity" },
    "straight, uniform, Heun": { times: "uniform", solver: "heun" },
    "diffusion path, midpoint": { path: "diffusion", solver: "midpoint", times: "uniform" },
    "diffusion path, Euler": { path: "diffusion", solver: "euler" },
    "MeanFlow": { form: "mean-flow", averaged: 0.5 },
    "MeanFlow, DiT": { form: "mean-flow", averaged: 1, backbone: "dit" },
    "MeanFlow without spans": { form: "mean-flow", averaged: 0 },
    "consistency": { form: "consistency" },
  },
  stochastic: { form: "consistency" },
});

Deno.test("flow: capabilities count evaluations as they are", () => {
  const evaluations = (c: Record<string, unknown>) =>
    built(flow, { ...tiny, ...c }).capabilities.evaluations;
  assertEquals(evaluations({ evaluations: 12 }), 12);
  assertEquals(evaluations({ evaluations: 12, solver: "heun" }), 11);
  assertEquals(evaluations({ evaluations: 13, solver: "midpoint" }), 12);
  assertEquals(evaluations({ evaluations: 1, solver: "midpoint" }), 1);
  assertEquals(evaluations({ evaluations: 2, form: "consistency" }), 2);
  const { capabilities } = built(flow, { form: "mean-flow" });
  assertEquals([capabilities.likelihood, capabilities.guidance], ["none", false]);
});

Deno.test("flow: the config has a default for everything and refuses what it can't do", () => {
  assertEquals(config.parse({}).form, "flow");
  const refused = (c: Record<string, unknown>) => refusals(flow as Family, c);
  assertEquals(refused({ sovler: "heun" }), ["unrecognized_keys"]);
  assertEquals(refused({ form: "mean-flow", path: "diffusion" }), ["path"]);
  assertEquals(refused({ form: "consistency", solver: "heun" }), ["solver"]);
  assertEquals(refused({ averaged: 0.5 }), ["averaged"]);
  assertEquals(refused({ rho: 3 }), ["rho"]);
  assertEquals(refused({ times: "uniform", timeMean: 1 }), ["times"]);
  assertEquals(refused({ form: "consistency", lastIntervals: 5 }), ["lastIntervals"]);
  assertEquals(refused({ guidance: 2 }), ["guidance"]);
  assertEquals(
    refused({ form: "mean-flow", guidance: 2, condition: ["hue"] }),
    ["guidance"],
  );
});
