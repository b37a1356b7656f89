import { assertEquals } from "@std/assert";
import type * as tf from "@tensorflow/tfjs";
import type { Family } from "../../../src/families/family.ts";
import { config, diffusion } from "../../../src/families/diffusion/mod.ts";
import { refusals, testDenoisers, tiny } from "../common/denoisers.ts";
import { values } from "../on_engine.ts";
import { built, key, read, reloaded, squares, train } from "../small.ts";

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
    "latent": { latent: "autoencoder", latentWidth: 8 },
    "latent, quantised, DDPM": {
      latent: "vq",
      latentWidth: 8,
      latentChannels: 3,
      latentCodes: 16,
      latentShare: 0.5,
      form: "ddpm",
    },
  },
  stochastic: { form: "ddpm", sampler: "ancestral" },
});

Deno.test("diffusion in a latent space: the autoencoder is trained first, then left alone", async () => {
  for (const latent of ["autoencoder", "vq"]) {
    const model = built(diffusion, { ...tiny, latent, latentWidth: 16, learningRate: 0.01 }, {
      steps: 80,
    });
    const { noise, likelihood, reconstructs } = model.capabilities;
    assertEquals([noise, likelihood, reconstructs], [4 * 4 * 4, "none", true]);
    assertEquals([0, 23, 24, 79].map((step) => model.driver.schedule!(step)[0]), [
      "train_coder",
      "train_coder",
      "train",
      "train",
    ]);
    const first = await train(model, { steps: 24 });
    const psnr = first.series.map((s) => s.get("train_coder/psnr")![0]);
    if (!(psnr[23] > psnr[0] + 2)) throw new Error(`${latent}: ${psnr[0]} dB, then ${psnr[23]}`);
    const { coder } = await reloaded(first.state);
    const before = await read({ coder });
    const second = await train(model, { steps: 4, from: 24, state: first.state });
    assertEquals(await read({ coder: second.state.coder }), before);
    assertEquals(second.series[0].has("loss"), true);
    // What is diffused has mean 0 and deviation sigmaData, and comes back as what the decoder makes.
    const rebuilt = await values(() =>
      model.programs.reconstruct(second.state, { x_BHWC: squares(4) }, key("look"))[1]
        .x_BHWC as tf.Tensor
    );
    const pictures = await values(() => squares(4));
    const error = rebuilt.reduce((sum, v, i) => sum + (v - pictures[i]) ** 2, 0) / rebuilt.length;
    if (!(error < 0.08)) throw new Error(`${latent}: mean squared error ${error}`);
  }
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
  assertEquals(refused({ guidance: 2, condition: ["hue"], conditionDropout: 0 }), ["guidance"]);
  assertEquals(refused({ width: 12 }), ["width"]);
  assertEquals(refused({ latentShare: 0.5 }), ["latentShare"]);
  assertEquals(refused({ latent: "autoencoder", latentCodes: 32 }), ["latentCodes"]);
});
