/**
 * Laws of density control: moving and adding splats leaves what is seen, none is lost but by its rule, and
 * rounds come when the papers have them.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CLASSIC,
  classicRound,
  lowerOpacities,
} from "../../../src/families/splat/density/classic.ts";
import { controlled, roundsOf } from "../../../src/families/splat/density/control.ts";
import { DEAD, GROWTH, mcmcRound } from "../../../src/families/splat/density/mcmc.ts";
import { MOST_COPIES, shared } from "../../../src/families/splat/density/relocation.ts";
import type { SplatState } from "../../../src/kernels/mod.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";
import { column, ROWS, sigmoid, sourceOf, stateOf } from "./states.ts";

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const opacity = number(0.006, 0.999);

law("splats at one place are together as opaque as the one that they stand for", {
  source: "arXiv:2404.09591, section 4.2",
  given: { opacity, copies: fc.integer({ min: 1, max: MOST_COPIES }) },
  kills: ["relocation-keeps-each-opacity", "relocation-halves-opacity"],
  holds({ opacity, copies }) {
    const each = shared(opacity, copies).opacity;
    close(1 - (1 - each) ** copies, opacity, 1e-12, "opacity of all");
  },
});

/** ∫ f over the line, by the trapezoid rule; f falls off within 9. */
function integral(f: (x: number) => number): number {
  const step = 1 / 64;
  let sum = 0;
  for (let x = -9; x <= 9; x += step) sum += f(x);
  return sum * step;
}

law("and cover as much of a line through the middle as it did", {
  source: "arXiv:2404.09591, equation 9",
  given: { opacity, copies: fc.integer({ min: 1, max: MOST_COPIES }) },
  cases: 60,
  kills: ["relocation-keeps-sizes", "relocation-series-cut-short"],
  holds({ opacity, copies }) {
    const each = shared(opacity, copies);
    const gauss = (x: number, scale: number) => Math.exp(-0.5 * (x / scale) ** 2);
    const one = integral((x) => opacity * gauss(x, 1));
    const all = integral((x) => 1 - (1 - each.opacity * gauss(x, each.scale)) ** copies);
    close(all, one, 1e-6 * one, "what they cover");
  },
});

/** Some are dead, one at least is alive. */
const mixed = fc.tuple(
  opacity,
  fc.array(fc.oneof(opacity, number(1e-4, 0.0049)), { maxLength: 60, size: "max" }),
).map(([alive, rest]) => [alive, ...rest]);

const grown = (count: number, most: number) =>
  Math.max(count, Math.min(most, Math.floor(GROWTH * count)));

law("a round of MCMC loses no splat, grows to its end, and leaves each place as opaque as it was", {
  source: "arXiv:2404.09591, sections 4.2 and 4.3",
  given: { opacities: mixed, room: fc.integer({ min: -2, max: 3 }), seed: fc.nat(9999) },
  kills: [
    "mcmc-drops-the-dead",
    "mcmc-moves-onto-the-dead",
    "mcmc-grows-past-its-end",
    "mcmc-copies-keep-opacity",
    "mcmc-copies-keep-moments",
    "mcmc-source-keeps-moments",
  ],
  holds({ opacities, room, seed }) {
    const before = stateOf(opacities, { seed }), count = opacities.length, most = count + room;
    const untouched = structuredClone(before);
    const after = mcmcRound(before, { most, key: hostKey(seed, "round") });
    assertEquals(before, untouched, "what it was given stays");
    assertEquals(after.form, { count: grown(count, most), degree: 1 });
    assertEquals(after.updates, before.updates);
    const at = (state: SplatState, i: number) => column(state.parameters, i, state.form.count);
    const here = Map.groupBy(
      Array.from({ length: after.form.count }, (_, i) => i),
      (i) => sourceOf(after, i, before),
    );
    assert(!here.has(-1), "each stands where one stood");
    for (const [source, own] of here) {
      const was = at(before, source), o = sigmoid(was[10]);
      assert(o > DEAD, "the dead have moved");
      for (const i of own) {
        const now = at(after, i);
        assertEquals([...now.slice(6, 10), ...now.slice(11)], [
          ...was.slice(6, 10),
          ...was.slice(11),
        ]);
        const moments = [after.first, after.second].map((v) => column(v, i, after.form.count));
        if (own.length === 1) {
          assertEquals(now, was);
          assertEquals(moments, [before.first, before.second].map((v) => column(v, source, count)));
        } else {
          assert(
            moments.flat().every((v) => v === 0),
            "a copy begins anew, and so does its source",
          );
        }
      }
      // None is made less opaque than what counts as dead; above that the place is as it was.
      const each = own.map((i) => sigmoid(at(after, i)[10]));
      const together = 1 - each.reduce((clear, o) => clear * (1 - o), 1);
      if (each.some((o) => o < DEAD * 1.001)) assert(together >= o - 1e-5);
      else close(together, o, 2e-5, "opacity of the place");
    }
    const alive = opacities.flatMap((o, i) => o > DEAD ? [i] : []);
    assert(alive.every((i) => here.has(i)), "the living stay");
  },
});

law("dead splats are moved onto living ones in proportion to their opacities", {
  source: "arXiv:2404.09591, section 4.2",
  given: { share: number(0.15, 0.85), seed: fc.nat(9999) },
  cases: 20,
  kills: ["mcmc-draws-evenly"],
  holds({ share, seed }) {
    const draws = 600, dead = new Array(draws).fill(0.001);
    const before = stateOf([share, 1 - share, ...dead], { seed });
    const after = mcmcRound(before, { most: 0, key: hostKey(seed, "round") });
    const first = Array.from({ length: draws }, (_, d) => sourceOf(after, 2 + d, before))
      .filter((source) => source === 0).length;
    // Five standard deviations of a binomial.
    close(first / draws, share, 5 * Math.sqrt(share * (1 - share) / draws), "share of the first");
  },
});

Deno.test("with nothing dead and no room to grow, or all dead, a round changes nothing", () => {
  const full = stateOf([0.5, 0.2], { seed: 1 }), lost = stateOf([0.001, 0.002], { seed: 1 });
  assertEquals(mcmcRound(full, { most: 2, key: hostKey(1) }), full);
  assertEquals(mcmcRound(lost, { most: 2, key: hostKey(1) }), lost);
});

const round = { extent: 2, halfSide: 50, most: 1000, prunesLarge: false };
/** A mean gradient in pixels, and a size, on either side of what counts. */
const pull = fc.oneof(number(0, 3.9e-6), number(4.1e-6, 1e-3));
const size = fc.oneof(
  number(0.001, 0.0199),
  number(0.0201, 0.19),
  number(0.21, 0.3),
  number(0.33, 0.9),
);
const splats = fc.array(
  fc.record({
    opacity: fc.oneof(number(0.0001, 0.0049), number(0.0051, 0.99)),
    pull,
    size,
    radius: fc.oneof(number(0, 19.9), number(20.1, 99)),
  }),
  { minLength: 1, maxLength: 16 },
);

law(
  "classic control copies the small, splits the large, and takes away only the clear and the huge",
  {
    source: "arXiv:2308.04079, section 5.2",
    given: { splats, prunesLarge: fc.boolean(), screens: fc.boolean(), seed: fc.nat(9999) },
    kills: [
      "classic-takes-the-visible-away",
      "classic-keeps-the-clear",
      "classic-splits-the-small",
      "classic-gradient-of-all-views",
      "classic-parts-as-large",
      "classic-keeps-the-huge",
      "classic-keeps-the-wide",
      "classic-takes-copies-of-the-wide-away",
    ],
    holds({ splats, prunesLarge, screens, seed }) {
      const before = stateOf(splats.map((s) => s.opacity), {
        seed,
        pulls: splats.map((s) => s.pull),
        sizes: splats.map((s) => s.size),
        radii: splats.map((s) => s.radius),
      });
      const asked = { ...round, prunesLarge, ...(screens && { screenRadius: 20 }) };
      const after = classicRound(before, { ...asked, key: hostKey(seed, "round") });
      // In halves of a picture's side, as theirs: 50 pixels.
      const pulled = (s: typeof splats[number]) => 50 * s.pull >= CLASSIC.gradient;
      const wanted = splats.flatMap((s, source) => {
        const split = pulled(s) && s.size > 0.01 * round.extent;
        const left = split ? s.size / 1.6 : s.size;
        if (s.opacity < CLASSIC.opacity || (prunesLarge && left > 0.1 * round.extent)) return [];
        // One that was too wide in a picture goes; a copy of it hasn't been seen.
        const wide = screens && prunesLarge && !split && s.radius > 20;
        const copies = (pulled(s) ? 2 : 1) - (wide ? 1 : 0);
        return new Array(copies).fill({ source, split, wide }) as {
          source: number;
          split: boolean;
          wide: boolean;
        }[];
      });
      const lost = wanted.length === 0;
      assertEquals(after.form.count, lost ? splats.length : wanted.length);
      if (lost) assertEquals(after, before);
      fc.pre(!lost);
      const count = after.form.count;
      // Colours tell which splat one comes of.
      const colours = (state: SplatState, i: number) =>
        column(state.parameters, i, state.form.count).slice(6).join();
      const from = new Map(splats.map((_, i) => [colours(before, i), i]));
      const parts = new Map<number, number[]>();
      for (let i = 0; i < count; i++) {
        const source = from.get(colours(after, i))!;
        parts.set(source, [...parts.get(source) ?? [], i]);
      }
      for (const [source, own] of parts) {
        const found = wanted.filter((w) => w.source === source);
        assertEquals(own.length, found.length);
        const was = column(before.parameters, source, splats.length);
        own.forEach((i, nth) => {
          const now = column(after.parameters, i, count);
          const shrink = found[0].split ? Math.log(1.6) : 0;
          for (let k = 3; k < 6; k++) close(now[k], was[k] - shrink, 1e-5, "logarithm of a size");
          const moved = Math.sqrt(
            now.slice(0, 3).reduce((sum, v, k) => sum + (v - was[k]) ** 2, 0),
          );
          if (found[0].split) {
            assert(moved > 0 && moved < 8 * splats[source].size, "a part is near");
          } else assertEquals(moved, 0);
          const goesOn = nth === 0 && !found[0].split && !found[0].wide;
          assertEquals(
            column(after.first, i, count),
            goesOn ? column(before.first, source, splats.length) : new Array(ROWS).fill(0),
          );
        });
      }
    },
  },
);

law("with less room than asks for it, those with the largest gradients are densified", {
  source: "definition",
  given: {
    room: fc.integer({ min: 0, max: 9 }),
    count: fc.integer({ min: 1, max: 9 }),
    seed: fc.nat(99),
  },
  kills: ["classic-grows-past-its-end", "classic-room-for-the-least"],
  holds({ room, count, seed }) {
    const pulls = Array.from({ length: count }, (_, i) => 1e-3 * (1 + (i * 7 + seed) % count));
    const before = stateOf(pulls.map(() => 0.5), { seed, pulls, sizes: pulls.map(() => 0.01) });
    const asked = { ...round, most: count + room, key: hostKey(seed, "round") };
    const after = classicRound(before, asked), more = Math.min(room, count);
    assertEquals(after.form.count, count + more);
    const copied = Array.from({ length: more }, (_, i) => sourceOf(after, count + i, before));
    const least = Math.min(...copied.map((i) => pulls[i]));
    assertEquals(new Set(copied).size, more);
    for (let i = 0; i < count; i++) assert(copied.includes(i) || pulls[i] <= least);
  },
});

law("lowering makes no splat more opaque, and forgets how opacities went", {
  source: "arXiv:2308.04079, section 5.2",
  given: { opacities: fc.array(opacity, { minLength: 1, maxLength: 9 }), seed: fc.nat(99) },
  kills: ["lowering-raises", "lowering-keeps-moments"],
  holds({ opacities, seed }) {
    const before = stateOf(opacities, { seed }), after = lowerOpacities(before);
    const count = opacities.length;
    opacities.forEach((o, i) => {
      close(sigmoid(after.parameters[10 * count + i]), Math.min(o, 0.01), 1e-6, "opacity");
      for (let row = 0; row < ROWS; row++) {
        const at = row * count + i, own = row === 10;
        if (!own) assertEquals(after.parameters[at], before.parameters[at]);
        assertEquals(after.first[at], own ? 0 : before.first[at]);
        assertEquals(after.second[at], own ? 0 : before.second[at]);
      }
    });
  },
});

Deno.test("a training of 30,000 updates has the papers' rounds", () => {
  assertEquals(roundsOf("mcmc", 30_000), { from: 500, until: 25_000, every: 100, lower: Infinity });
  assertEquals(roundsOf("classic", 30_000), { from: 500, until: 15_000, every: 100, lower: 3000 });
});

law("a shorter training has them at the same shares of it, and no fewer updates a round than 50", {
  source: "definition",
  given: {
    updates: fc.integer({ min: 100, max: 60_000 }),
    density: fc.constantFrom("fixed" as const, "classic" as const, "mcmc" as const),
  },
  cases: 30,
  kills: ["rounds-not-scaled", "rounds-to-the-end"],
  holds({ updates, density }) {
    const due: number[] = [];
    const state = stateOf([0.5, 0.4], { seed: 1, pulls: [0, 0], sizes: [0.01, 0.01] });
    const asked = { density, updates, most: 2, extent: 1, halfSide: 9, key: hostKey(1) };
    for (let done = 1; done <= updates; done++) {
      if (controlled(done, () => state, asked) !== null) due.push(done);
    }
    if (density === "fixed") assertEquals(due, []);
    fc.pre(density !== "fixed");
    const share = updates / 30_000, end = density === "mcmc" ? 25_000 : 15_000;
    const every = Math.max(50, 100 * share);
    assert(due.every((done) => done >= 500 * share - 1 && done < end * share + 1));
    close(due.length, (end - 500) * share / every, 0.03 * due.length + 2, "rounds");
  },
});
