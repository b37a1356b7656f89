/** Laws of what codes are used and what they say. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  codeUsage,
  fitCodeReader,
  mostInformative,
  normalisedInformation,
  pixelCodes,
  readCodes,
} from "../../../src/metrics/latents/codes.ts";
import type { Codes } from "../../../src/subject/subject.ts";
import { hostIntegers, hostKey, hostPermutation } from "../../../src/random/host/host.ts";
import { close, law } from "../../law.ts";

const seed = fc.integer({ min: 0, max: 1 << 20 });
const sizes = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  perPicture: fc.integer({ min: 1, max: 5 }),
  size: fc.integer({ min: 2, max: 9 }),
});

function codesOf(
  seed: number,
  { count, perPicture, size }: { count: number; perPicture: number; size: number },
): Codes {
  const data = Int32Array.from(hostIntegers(hostKey(seed, "codes"), count * perPicture, size));
  return { count, perPicture, size, data };
}

law(
  "perplexity of codes: 1 ≤ exp(H) ≤ min(K, N), by its definition, whatever the codes are called",
  {
    source: "bounds of entropy; van den Oord et al. 2017",
    given: { seed, sizes },
    kills: ["code-perplexity-of-means", "code-use-of-positions"],
    holds: ({ seed, sizes }) => {
      const codes = codesOf(seed, sizes);
      const { perplexity, used } = codeUsage(codes);
      const N = codes.data.length;
      const counts = Array.from(
        { length: sizes.size },
        (_, k) => codes.data.filter((c) => c === k).length,
      );
      const h = counts.reduce((s, n) => n === 0 ? s : s - n / N * Math.log(n / N), 0);
      close(perplexity, Math.exp(h), 1e-12 * sizes.size, "exp(H)");
      close(used, counts.filter((n) => n > 0).length / sizes.size, 0, "use");
      assert(perplexity >= 1 - 1e-12 && perplexity <= Math.min(sizes.size, N) + 1e-9);
      const names = hostPermutation(hostKey(seed, "names"), sizes.size);
      const renamed = codeUsage({ ...codes, data: codes.data.map((c) => names[c]) });
      close(renamed.perplexity, perplexity, 1e-12 * sizes.size, "renamed");
      assertEquals(renamed.used, used);
      const uniform = Int32Array.from({ length: 3 * sizes.size }, (_, i) => i % sizes.size);
      close(codeUsage({ ...codes, data: uniform }).perplexity, sizes.size, 1e-9, "uniform");
      close(codeUsage({ ...codes, data: codes.data.fill(1) }).perplexity, 1, 1e-12, "collapsed");
    },
  },
);

law("NMI: 0 for independent, 1 for identical up to names, symmetric, in [0, 1]", {
  source: "Strehl & Ghosh 2002; definition, arithmetic mean",
  given: { seed, a: fc.integer({ min: 2, max: 5 }), b: fc.integer({ min: 2, max: 5 }) },
  kills: ["nmi-without-two", "nmi-by-one-entropy"],
  holds: ({ seed, a, b }) => {
    // Every pair as often as every other: independent exactly.
    const x = Int32Array.from({ length: a * b }, (_, i) => i % a);
    const y = Int32Array.from({ length: a * b }, (_, i) => Math.floor(i / a));
    close(normalisedInformation(x, y), 0, 1e-12, "independent");
    const names = hostPermutation(hostKey(seed, "names"), a);
    close(normalisedInformation(x, x.map((v) => names[v])), 1, 1e-12, "identical");
    const drawn = Int32Array.from(hostIntegers(hostKey(seed, "drawn"), a * b, b));
    const value = normalisedInformation(x, drawn);
    assert(value >= 0 && value <= 1 + 1e-12, `${value}`);
    close(normalisedInformation(drawn, x), value, 1e-12, "symmetry");
    // By the definition, from the table of pairs.
    const n = a * b;
    const p = (f: (i: number) => boolean) =>
      Array.from({ length: n }, (_, i) => i).filter(f).length / n;
    const entropy = (v: Int32Array) =>
      [...new Set(v)].reduce(
        (s, c) => s - p((i) => v[i] === c) * Math.log(p((i) => v[i] === c)),
        0,
      );
    let information = 0;
    for (const c of new Set(x)) {
      for (const d of new Set(drawn)) {
        const both = p((i) => x[i] === c && drawn[i] === d);
        if (both === 0) continue;
        information += both * Math.log(both / (p((i) => x[i] === c) * p((i) => drawn[i] === d)));
      }
    }
    const sum = entropy(x) + entropy(drawn);
    close(value, Math.max(0, 2 * information / sum), 1e-12, "NMI");
  },
});

law(
  "naive Bayes of codes: the probabilities are Laplace's and sum to 1, and the most probable class is named",
  {
    source: "Laplace's rule of succession; Bayes' theorem",
    given: { seed, sizes, classes: fc.integer({ min: 2, max: 4 }) },
    kills: ["laplace-forgotten", "bayes-first-position-only"],
    holds: ({ seed, sizes, classes }) => {
      const codes = codesOf(seed, sizes);
      const labels = Int32Array.from({ length: sizes.count }, (_, i) => (i + seed) % classes);
      const reader = fitCodeReader({ codes, labels }, classes);
      const { size: K, perPicture: T } = sizes;
      const named = readCodes(reader, codes);
      const probability = (c: number, t: number, k: number) => {
        const own = labels.filter((l) => l === c).length;
        const hits = labels.filter((l, i) => l === c && codes.data[i * T + t] === k).length;
        return own === 0 ? 0 : (hits + 1) / (own + K);
      };
      for (let c = 0; c < classes; c++) {
        for (let t = 0; t < T; t++) {
          let sum = 0;
          for (let k = 0; k < K; k++) {
            close(Math.exp(reader.logs[c][t * K + k]), probability(c, t, k), 1e-12, "p(k | c)");
            sum += probability(c, t, k);
          }
          if (labels.includes(c)) close(sum, 1, 1e-12, "sum over codes");
        }
      }
      named.forEach((c, i) => {
        const joint = (c: number) => {
          let p = 1;
          for (let t = 0; t < T; t++) p *= probability(c, t, codes.data[i * T + t]);
          return p;
        };
        const most = Math.max(...Array.from({ length: classes }, (_, c) => joint(c)));
        close(joint(c), most, 1e-12 * most, `class of picture ${i}`);
      });
    },
  },
);

law("the most informative position is the one that holds the labels, chosen on one half alone", {
  source: "definition",
  given: { seed, at: fc.integer({ min: 0, max: 3 }) },
  kills: ["informative-position-chosen-on-the-read-half"],
  cases: 30,
  holds: ({ seed, at }) => {
    const half = (name: string, told: number) => {
      const codes = codesOf(seed + told, { count: 40, perPicture: 5, size: 4 });
      const labels = Int32Array.from(hostIntegers(hostKey(seed, name), 40, 2));
      labels.forEach((label, i) => codes.data[i * 5 + told] = label);
      return { codes, labels };
    };
    const found = mostInformative({ fit: half("fit", at), read: half("read", at) });
    assertEquals(found.position, at);
    close(found.value, 1, 1e-12, "NMI");
    const elsewhere = mostInformative({ fit: half("fit", at), read: half("read", at + 1) });
    assertEquals(elsewhere.position, at);
    assert(elsewhere.value < 0.9, `${elsewhere.value}`);
  },
});

Deno.test("pixels become as many symbols as there are codes, at most 256", () => {
  const data = Uint8Array.from({ length: 256 }, (_, v) => v);
  const images = { count: 1, height: 16, width: 16, channels: 1 as const, data };
  for (const size of [2, 5, 256, 1024]) {
    const { data: symbols, size: levels, perPicture } = pixelCodes(images, size);
    assertEquals([levels, perPicture], [Math.min(256, size), 256]);
    assertEquals([symbols[0], symbols[255]], [0, levels - 1]);
    assertEquals(new Set(symbols).size, levels);
    assert(symbols.every((s, i) => i === 0 || s >= symbols[i - 1]));
  }
});
