/** The metrics of critics and of class shares, in a world where the answers are known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { discriminator, overfitting, rocArea } from "../../src/metrics/copies/discriminator.ts";
import type { MetricUnavailable } from "../../src/base/errors.ts";
import type { Subject } from "../../src/subject/subject.ts";
import type { Extractor } from "../../src/extractors/extractor.ts";
import type { MetricValue } from "../../src/record/value.ts";
import {
  sameLawVariation,
  shares,
  sharesOf,
  totalVariation,
} from "../../src/metrics/labels/shares.ts";
import { hostKey, hostNormal, hostUniform } from "../../src/random/host/host.ts";
import { close, law } from "../law.ts";
import { halvesOf, toyContext, toyDataset, toyJudge, toyModel, toyShape, toySize } from "./toy.ts";

const score = fc.integer({ min: -20, max: 20 });
const some = fc.array(score, { minLength: 1, maxLength: 12 });

law("the ROC area is the chance that a positive scores above a negative, ties counted half", {
  source: "Bamber 1975",
  given: { positive: some, negative: some },
  kills: ["roc-ties-as-losses", "roc-sides-swapped"],
  cases: 200,
  holds: ({ positive, negative }) => {
    let wins = 0;
    for (const p of positive) {
      for (const n of negative) wins += p > n ? 1 : p === n ? 0.5 : 0;
    }
    const area = rocArea(positive, negative);
    close(area, wins / (positive.length * negative.length), 1e-12, "area");
    close(rocArea(negative, positive), 1 - area, 1e-12, "sides exchanged");
    close(rocArea(positive.map((v) => 3 * v + 7), negative.map((v) => 3 * v + 7)), area, 0);
  },
});

law("r_v is 0 where held-out scores like training, 1 where it scores like generated", {
  source: "Karras et al. 2020 (arXiv:2006.06676), eq. 1",
  given: {
    train: score,
    generated: score,
    share: fc.double({ min: -1, max: 2, noNaN: true }),
    c: fc.double({ min: -50, max: 50, noNaN: true }),
  },
  kills: ["overfitting-of-the-generated"],
  cases: 100,
  holds: ({ train, generated, share, c }) => {
    const at = (by: number) =>
      overfitting({
        train: train + by,
        generated: generated + by,
        heldOut: train + share * (generated - train) + by,
      });
    if (train <= generated) return at(0) === null;
    close(at(0)!, share, 1e-9, "r_v");
    close(at(c)!, share, 1e-9, "with a constant added to D");
  },
});

law("total variation of shares: a distance, 1 for sets without a class in common", {
  source: "definition",
  given: {
    a: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }),
    b: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }),
  },
  kills: ["shares-without-half"],
  cases: 100,
  holds: ({ a, b }) => {
    const [p, q] = [sharesOf(a, 4), sharesOf(b, 4)];
    close(p.reduce((x, y) => x + y, 0), 1, 1e-12, "shares sum to one");
    const distance = totalVariation(p, q);
    // The largest difference over all 16 sets of classes.
    let most = 0;
    for (let set = 0; set < 16; set++) {
      const chance = (r: number[]) => r.reduce((sum, v, c) => sum + ((set >> c) & 1 ? v : 0), 0);
      most = Math.max(most, Math.abs(chance(p) - chance(q)));
    }
    close(distance, most, 1e-12, "as a supremum");
    close(totalVariation(q, p), distance, 0, "symmetric");
    const apart = totalVariation(sharesOf(a, 8), sharesOf(b.map((c) => c + 4), 8));
    close(apart, 1, 1e-12, "nothing in common");
  },
});

Deno.test("two sets of one law show the variation that is expected of them", () => {
  const [p, count, repeats] = [[0.5, 0.3, 0.15, 0.05], 400, 300];
  const draw = (seed: number) =>
    sharesOf(
      hostUniform(hostKey(seed, "shares"), count).map((u) =>
        u < 0.5 ? 0 : u < 0.8 ? 1 : u < 0.95 ? 2 : 3
      ),
      4,
    );
  const found = Array.from(
    { length: repeats },
    (_, r) => totalVariation(draw(2 * r), draw(2 * r + 1)),
  );
  const mean = found.reduce((a, b) => a + b, 0) / repeats;
  const deviation = Math.sqrt(found.reduce((a, b) => a + (b - mean) ** 2, 0) / (repeats - 1));
  close(mean, sameLawVariation(p, count), 5 * deviation / Math.sqrt(repeats) + 5e-4, "mean");
});

const dataset = toyDataset(400);

async function values<C>(
  metric: typeof discriminator | typeof shares,
  options: object,
  subject: Subject<"image">,
): Promise<Record<string, MetricValue>> {
  const config = metric.config.parse(options) as C;
  const found = await metric.compute(toyContext(dataset, subject), config as never);
  assertEquals(found.map((v) => v.name), metric.declares(config as never).map((d) => d.name));
  for (const value of found) assertEquals(value.metric, metric.name);
  return Object.fromEntries(found.map((v) => [v.name, v]));
}

/** A critic that likes bright right halves, and the pictures of one split better by `bonus`. */
async function critic(bonus: number): Promise<Subject<"image">> {
  const known = await dataset.read("train", Array.from({ length: 100 }, (_, i) => i));
  const text = (images: ImageSet, i: number) =>
    String(images.data.subarray(i * toySize, (i + 1) * toySize));
  const seen = new Set(Array.from({ length: 100 }, (_, i) => text(known.samples, i)));
  return {
    ...toyModel(dataset),
    score: (images) => {
      const halves = halvesOf(images);
      return Promise.resolve(Float64Array.from(
        { length: images.count },
        (_, i) => halves.data[2 * i + 1] / 50 + (seen.has(text(images, i)) ? bonus : 0),
      ));
    },
  };
}

Deno.test("discriminator: a fair critic is fooled by data; one that knows its pictures is found out", async () => {
  const fair = await values(discriminator, { samples: 100 }, await critic(0));
  // The toy model's samples are data of another split: equal law.
  close(fair["score-auc@100"].value!, 0.5, 5 * Math.sqrt(201 / (12 * 100 * 100)), "AUC");
  const knowing = await values(discriminator, { samples: 100 }, await critic(20));
  close(
    knowing["score-train@100"].value! - fair["score-train@100"].value!,
    20,
    1e-9,
    "mean on training pictures",
  );
  assertEquals(knowing["score-held-out@100"].value, fair["score-held-out@100"].value);
  close(knowing["score-overfit@100"].value!, 1, 0.1, "r_v");
  assertEquals(knowing["score-auc@100"].beside!.trainAgainstHeldOut, 1);
  const unsure = await values(discriminator, { samples: 100 }, await critic(-20));
  assertEquals(unsure["score-overfit@100"].value, null);
  assert(unsure["score-overfit@100"].reason!.length > 0);
});

Deno.test("discriminator: a model without a critic, and too few pictures, are said to be so", async () => {
  const refused = (subject: Subject<"image">, samples: number, message: string) =>
    assertRejects(
      () => values(discriminator, { samples }, subject),
      Error,
      message,
    ) as Promise<MetricUnavailable>;
  assertEquals((await refused(toyModel(dataset), 100, "no critic")).status, "not-defined");
  assertEquals((await refused(await critic(0), 500, "400 images")).status, "not-measured");
});

/** Samples of given levels of expression. */
function showing(classes: readonly number[], conditions: readonly string[] = []): Subject<"image"> {
  const levels = [60, 128, 196];
  const asked: (Readonly<Record<string, Int32Array>> | undefined)[] = [];
  const subject = toyModel(dataset);
  return {
    ...subject,
    capabilities: { ...subject.capabilities, conditions },
    sample: (count, options) => {
      asked.push(options?.labels);
      if (conditions.length > 0) {
        assertEquals(Object.keys(options?.labels ?? {}), [...conditions]);
        assert(options!.labels![conditions[0]].every((label) => label === -1));
      }
      const noise = hostNormal(hostKey(1, "noise"), count * toySize);
      return Promise.resolve({
        count,
        ...toyShape,
        data: Uint8Array.from(
          noise,
          (v, i) => levels[classes[Math.floor(i / toySize) % classes.length]] + Math.round(3 * v),
        ),
      });
    },
  };
}

Deno.test("shares: a missing class costs its share, and every class stands beside the value", async () => {
  const even = (await values(shares, { samples: 300 }, toyModel(dataset)))[
    "shares-expression-judge-heads-v1@300"
  ];
  const { beside } = even;
  assert(even.value! < 4 * beside!.sameLaw, `${even.value} against ${beside!.sameLaw}`);
  for (const name of ["low", "middle", "high"]) {
    // The toy judge errs on a few in a hundred: the middle level lies 68 from the others.
    assertAlmostEquals(beside![`${name}, held out`], beside![`${name}, true`], 0.02);
    assertAlmostEquals(beside![`${name}, true`], 1 / 3, 5 * Math.sqrt(2 / 9 / 300));
  }
  const lacking = (await values(shares, { samples: 300 }, showing([0, 1])))[
    "shares-expression-judge-heads-v1@300"
  ];
  assertEquals([lacking.beside!.low, lacking.beside!.middle, lacking.beside!.high], [0.5, 0.5, 0]);
  assertAlmostEquals(lacking.value!, lacking.beside!["high, held out"], 0.07);
  const one = (await values(shares, { samples: 300 }, showing([2])))[
    "shares-expression-judge-heads-v1@300"
  ];
  assertAlmostEquals(one.value!, 1 - one.beside!["high, held out"], 1e-9);
});

Deno.test("shares: the judge's own errors are in both sides, and so in neither", async () => {
  // A judge to whom everything bright is middling.
  const biased: Extractor = {
    ...toyJudge,
    classify: async (images) => {
      const { expression } = await toyJudge.classify!(images);
      for (let i = 2; i < expression.length; i += 3) {
        expression[i - 1] += expression[i];
        expression[i] = 0;
      }
      return { expression };
    },
  };
  const [{ value, beside }] = await shares.compute(
    toyContext(dataset, toyModel(dataset), { judge: biased }),
    shares.config.parse({ samples: 300 }),
  );
  assertEquals([beside!.high, beside!["high, held out"]], [0, 0]);
  assert(beside!["high, true"] > 0.2);
  assert(value! < 4 * beside!.sameLaw, `${value} against ${beside!.sameLaw}`);
});

Deno.test("shares: a conditional model is asked without labels", async () => {
  const found = await values(shares, { samples: 30 }, showing([0, 1, 2], ["gender"]));
  assertAlmostEquals(found["shares-expression-judge-heads-v1@30"].beside!.low, 1 / 3, 1e-9);
});

Deno.test("shares: a factor that isn't there, and a judge that tells none, are said to be so", async () => {
  const refused = (options: object, message: string) =>
    assertRejects(() => values(shares, options, toyModel(dataset)), Error, message);
  await refused({ factor: "nose" }, 'no class factor "nose"; it has expression, gender');
  await refused({ factor: "shade" }, 'no class factor "shade"');
  const blind = { name: "blind", dimension: 2, extract: () => Promise.reject() };
  await assertRejects(
    () =>
      shares.compute(
        toyContext(dataset, toyModel(dataset), { judge: blind }),
        shares.config.parse({ samples: 10 }),
      ),
    Error,
    "names no classes",
  );
});
