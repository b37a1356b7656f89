import { assertEquals } from "@std/assert";
import type { Family } from "../../src/families/family.ts";
import { config, diffusion } from "../../src/families/diffusion/mod.ts";
import { refusals, testDenoisers, tiny } from "./denoisers.ts";
import { built } from "./small.ts";

testDenoisers("diffusion", {
  family: diffusion as Family,
  forms: {
    "EDM, multistep": {},
    "EDM, Heun": { sampler: "heun" },
    "EDM, Euler, DiT": { sampler: "euler", backbone: "dit" },
    "DDPM, velocity": { form: "ddpm" },
    "DDPM, noise, linear, ancestral": {
      form: "ddpm",
      predicts: "noise",
      schedule: "linear",
      sampler: "ancestral",
    },
    "DDPM, picture, min-SNR, DDIM": {
      form: "ddpm",
      predicts: "picture",
      weighting: "min-snr",
      sampler: "ddim",
      eta: 0.5,
      timesteps: 50,
    },
  },
  stochastic: { form: "ddpm", sampler: "ancestral" },
});

Deno.test("diffusion: capabilities count evaluations as they are", () => {
  const evaluations = (c: Record<string, unknown>) =>
    built(diffusion, { ...tiny, ...c }).capabilities.evaluations;
  assertEquals(evaluations({ evaluations: 12 }), 12);
  assertEquals(evaluations({ evaluations: 12, sampler: "heun" }), 11);
  assertEquals(evaluations({ evaluations: 13, sampler: "heun" }), 13);
  assertEquals(evaluations({ evaluations: 100, form: "ddpm", timesteps: 20 }), 20);
  const { noise, likelihood, measure, importance } = built(diffusion, tiny).capabilities;
  assertEquals(noise, 16 * 16 * 3);
  assertEquals([likelihood, measure, importance], ["bound", "discrete-256", false]);
});

Deno.test("diffusion: the config has a default for everything and refuses what it can't do", () => {
  assertEquals(config.parse({}).form, "edm");
  const refused = (c: Record<string, unknown>) => refusals(diffusion as Family, c);
  assertEquals(refused({ smapler: "heun" }), ["unrecognized_keys"]);
  assertEquals(refused({ sampler: "ddim" }), ["sampler"]);
  assertEquals(refused({ form: "ddpm", sampler: "heun" }), ["sampler"]);
  assertEquals(refused({ timesteps: 100 }), ["timesteps"]);
  assertEquals(refused({ form: "ddpm", rho: 3 }), ["rho"]);
  assertEquals(refused({ form: "ddpm", eta: 0.5 }), ["eta"]);
  assertEquals(refused({ sigmaMin: 100 }), ["sigmaMin"]);
  assertEquals(refused({ guidance: 2 }), ["guidance"]);
  assertEquals(refused({ guidance: 2, condition: ["hue"], labelDropout: 0 }), ["guidance"]);
  assertEquals(refused({ width: 12 }), ["width"]);
});
