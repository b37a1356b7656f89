/**
 * Laws of rays that meet nothing: leaving them out changes no number but by rounding.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { config } from "../../../src/families/nerf/mod.ts";
import { settingsOf } from "../../../src/families/nerf/config.ts";
import { hash } from "../../../src/families/nerf/forms/hash.ts";
import { unreadScene } from "../../../src/families/nerf/geometry.ts";
import { hitsOf, rowsOfHits, seenByAll } from "../../../src/families/nerf/rays/hits.ts";
import { raysOf } from "../../../src/families/nerf/rays/rays.ts";
import { cameraNumbers, lookAt } from "../../../src/kinds/view/cameras.ts";
import { leaves } from "../../../src/engine/tree.ts";
import { valueAndGrad } from "../../../src/nn/gradient.ts";
import { hostKey, hostUniform } from "../../../src/random/host/host.ts";
import { ballSpec } from "../../families/nerf/ball.ts";
import { values } from "../../families/on_engine.ts";
import { key, rows } from "../../families/small.ts";
import { close, law } from "../../law.ts";

law("rays that hit are picked in their order, and all others see the background", {
  source: "definition",
  given: { held: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }) },
  kills: ["nerf-hits-of-all-rays", "nerf-missed-rays-black"],
  async holds({ held }) {
    const R = held.length, numbers = held.map((_, i) => i + 1), background = [0.25, 0.5, 0.75];
    const found = await values(() => {
      const hits = hitsOf(tf.tensor2d(held.map((h) => h ? 0.5 : 0), [R, 1]));
      const own = rowsOfHits(tf.tensor2d(numbers, [R, 1]), hits);
      const seen = seenByAll(
        { colour_R3: tf.tile(own, [1, 3]), alpha_R1: own, depth_R1: own },
        hits,
        background,
      );
      return tf.concat([seen.colour_R3, seen.alpha_R1, seen.depth_R1], 1);
    });
    // Where none hits the first stands for them: it shows the background by itself.
    const hit = held.some((h) => h) ? held : held.map((_, i) => i === 0);
    assertEquals(
      found,
      hit.flatMap((h, i) => h ? new Array(5).fill(i + 1) : [...background, 0, 0]),
    );
  },
});

law("leaving out rays that meet nothing changes neither what rays show nor the gradient", {
  source: "definition",
  given: { seed: fc.nat(99), share: fc.constantFrom(0, 0.02, 0.2, 1), drawn: fc.boolean() },
  cases: 20,
  kills: ["nerf-hits-of-the-next-ray"],
  async holds({ seed, share, drawn }) {
    const B = 6, CELLS = 8;
    const of = async (skipEmpty: boolean) => {
      const parsed = config.parse({
        form: "hash",
        ...{ width: 8, levels: 3, rowBits: 8, base: 3, finest: 12, samples: 4, occupancy: CELLS },
        skipEmpty,
      });
      const scene = unreadScene(ballSpec, parsed);
      const setting = { settings: settingsOf(parsed), scene };
      const cameras = Array.from({ length: B }, (_, i) => {
        const turn = seed + i, position = [3 * Math.cos(turn), 0.5, 3 * Math.sin(turn)] as const;
        const rotation = lookAt(position, [0, 0, 0], [0, 1, 0]);
        return cameraNumbers({ rotation, position, fx: 9, fy: 9, cx: i - 2, cy: 1 });
      });
      const held = Array.from(
        hostUniform(hostKey(seed, "cells"), CELLS ** 3),
        (u) => u < share ? 1 : 0,
      );
      return await values(() => {
        const params = hash.init(key("init"), setting);
        const rays = raysOf(tf.tensor2d(cameras), { box: scene.box });
        const see = (p: typeof params) =>
          hash.render(p, rays, {
            setting,
            occupancy: { occupied_G: tf.tensor1d(held), density_G: tf.zeros([CELLS ** 3]) },
            ...(drawn && { drawing: { key: key("draw"), rows_B: rows(B) } }),
          });
        const { colour_R3, alpha_R1, depth_R1 } = see(params);
        const weight = tf.tensor2d(Array.from({ length: 3 * B }, (_, i) => 1 + i % 5), [B, 3]);
        const { grads } = valueAndGrad((p: typeof params) => ({
          loss: tf.sum(tf.mul(see(p).colour_R3, weight)) as tf.Scalar,
        }), params);
        return tf.concat([
          ...[colour_R3, alpha_R1, depth_R1].map((t) => tf.reshape(t, [-1])),
          ...leaves(grads).map(([, t]) => tf.reshape(t as tf.Tensor, [-1])),
        ]);
      });
    };
    const [all, hit] = [await of(false), await of(true)];
    assertEquals(hit.length, all.length);
    all.forEach((v, i) => close(hit[i], v, 1e-5 * (1 + Math.abs(v)), `number ${i}`));
    if (share === 1) assert(all.slice(0, 3 * B).some((v) => v < 0.999), "something is seen");
  },
});
