/** What a head is drawn from: keys by split and index, factors, their independence. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Split } from "../../../src/data/dataset.ts";
import {
  AGE_YEARS,
  FACTORS,
  HAIRS,
  type HeadParameters,
  labelsOf,
  sampleItem,
} from "../../../src/data/heads/mod.ts";
import { law } from "../../law.ts";

const SPLITS: Split[] = ["train", "test", "judge", "judge_test"];

function draw(count: number, seed = 0): HeadParameters[] {
  return Array.from(
    { length: count },
    (_, index) => sampleItem({ seed, split: SPLITS[index % 4], index: Math.floor(index / 4) }),
  );
}

law("heads: no person is in two splits, under two seeds or at two places", {
  source: "definition",
  given: { seed: fc.nat(1000), first: fc.nat(5000) },
  cases: 5,
  kills: ["heads-splits-share-persons", "heads-seed-ignored"],
  holds: ({ seed, first }) => {
    const persons = new Set<string>();
    let drawn = 0;
    for (const split of SPLITS) {
      for (const s of [seed, seed + 1]) {
        for (let index = first; index < first + 200; index++, drawn++) {
          persons.add(sampleItem({ seed: s, split, index }).identity.join());
        }
      }
    }
    return persons.size === drawn;
  },
});

law("heads: pictures of one person share all that belongs to the person", {
  source: "definition",
  given: { seed: fc.nat(1000), person: fc.nat(500), pictures: fc.integer({ min: 2, max: 8 }) },
  cases: 50,
  holds: ({ seed, person, pictures }) => {
    const heads = Array.from(
      { length: pictures },
      (_, k) => sampleItem({ seed, split: "train", index: person * pictures + k, pictures }),
    );
    const who = (
      { gender, age_years, ethnicity, skin, hair, hair_colour, identity }: typeof heads[0],
    ) => JSON.stringify([gender, age_years, ethnicity, skin, hair, hair_colour, identity]);
    assertEquals(new Set(heads.map(who)).size, 1);
    assertEquals(new Set(heads.map((head) => head.picture.join())).size, pictures);
    const next = sampleItem({ seed, split: "train", index: (person + 1) * pictures, pictures });
    return next.identity.join() !== heads[0].identity.join();
  },
});

law("heads: labels are the parameters, within their factor's range", {
  source: "definition",
  given: { index: fc.nat(1_000_000), seed: fc.nat(100) },
  holds: ({ index, seed }) => {
    const head = sampleItem({ seed, split: "test", index });
    labelsOf(head).forEach((label, f) => {
      const factor = FACTORS[f];
      if (factor.kind === "class") {
        assertEquals(factor.classes[label], head[factor.name as "gender"]);
      } else {
        assertEquals(label, head[factor.name as "yaw"]);
        assert(label >= factor.minimum && label <= factor.maximum, `${factor.name} is ${label}`);
      }
    });
    const [youngest, oldest] = AGE_YEARS[head.age];
    assert(head.age_years >= youngest && head.age_years <= oldest);
    assertEquals(head.intensity === 0, head.expression === "neutral");
  },
});

/** Pearson's χ² of independence between two class labels, and its degrees of freedom. */
function chiSquare(a: string[], b: string[]): { statistic: number; freedom: number } {
  const rows = [...new Set(a)], columns = [...new Set(b)];
  let statistic = 0;
  for (const row of rows) {
    for (const column of columns) {
      const expected = a.filter((x) => x === row).length * b.filter((x) => x === column).length /
        a.length;
      const seen = a.filter((x, i) => x === row && b[i] === column).length;
      statistic += (seen - expected) ** 2 / expected;
    }
  }
  return { statistic, freedom: (rows.length - 1) * (columns.length - 1) };
}

/** The χ² value that 1 in 10,000 exceeds (Wilson & Hilferty 1931; z = 3.719). */
function critical(freedom: number): number {
  const v = 2 / (9 * freedom);
  return freedom * (1 - v + 3.719 * Math.sqrt(v)) ** 3;
}

const PAIRS: (readonly [keyof HeadParameters, keyof HeadParameters])[] = [
  ["gender", "hair"],
  ["gender", "hair_colour"],
  ["gender", "expression"],
  ["gender", "age"],
  ["gender", "ethnicity"],
  ["ethnicity", "hair"],
  ["ethnicity", "hair_colour"],
  ["age", "hair"],
  ["expression", "hair"],
];

law("heads: gender, hair, expression, age and ethnicity are independent", {
  source: "Pearson 1900; 9 tests at 1e-4 each",
  given: { seed: fc.constant(7) },
  cases: 1,
  kills: ["heads-hair-is-a-gender-proxy"],
  holds: ({ seed }) => {
    const heads = draw(6000, seed);
    for (const [a, b] of PAIRS) {
      const { statistic, freedom } = chiSquare(
        heads.map((head) => String(head[a])),
        heads.map((head) => String(head[b])),
      );
      assert(statistic < critical(freedom), `${a} and ${b}: χ²(${freedom}) = ${statistic}`);
    }
  },
});

law("heads: classes are drawn alike, numbers fill their ranges", {
  source: "Pearson 1900; 1e-4 each",
  given: { seed: fc.constant(3) },
  cases: 1,
  holds: ({ seed }) => {
    const heads = draw(6000, seed);
    for (const factor of FACTORS) {
      const values = heads.map((head) => head[factor.name as keyof HeadParameters]);
      if (factor.kind === "class" && factor.name !== "hair_colour") {
        const expected = heads.length / factor.classes.length;
        const statistic = factor.classes.reduce((sum, name) => {
          const seen = values.filter((value) => value === name).length;
          return sum + (seen - expected) ** 2 / expected;
        }, 0);
        assert(statistic < critical(factor.classes.length - 1), `${factor.name}: ${statistic}`);
      } else if (factor.kind === "number" && factor.name !== "intensity") {
        // Even the sparsest twentieth at an end holds some of 6,000.
        const width = (factor.maximum - factor.minimum) / 20;
        assert(values.some((value) => value as number < factor.minimum + width), factor.name);
        assert(values.some((value) => value as number > factor.maximum - width), factor.name);
      }
    }
    const grey = (age: string) =>
      heads.filter((head) => head.age === age && head.hair_colour === "grey").length;
    assertEquals([grey("child"), grey("young")], [0, 0]);
    assert(grey("old") > 0);
  },
});

Deno.test("heads: every hair shape is drawn for every gender, age and ethnicity", () => {
  const seen = new Set(
    draw(6000).map(({ hair, gender, age, ethnicity }) => `${hair} ${gender} ${age} ${ethnicity}`),
  );
  assertEquals(seen.size, HAIRS.length * 2 * 3 * 3);
});
