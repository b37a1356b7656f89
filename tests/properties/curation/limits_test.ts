/** A law over every stage of the table: what its limits do. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { allStages } from "../../../src/curation/table.ts";
import type { MapStage, StageDefinition } from "../../../src/curation/stage.ts";
import { law } from "../../law.ts";
import { text } from "./corpora.ts";

const definitions = await allStages();

/** Settings of stages that have no default for all of theirs. */
const needed: { readonly [stage: string]: Record<string, unknown> } = {
  synthetic: { template: "{text}" },
};

const settings = (
  { name, config }: StageDefinition,
  more: Record<string, unknown> = {},
) => config.parse({ ...needed[name], ...more }) as Record<string, unknown>;

/** Settings that are limits, of stages that look at one document at a time. */
const limits = definitions.flatMap((definition) =>
  Object.entries(definition.limits ?? {}).map(([setting, kind]) => ({ definition, setting, kind }))
);

const sentences = [
  "It was the best of times, it was the worst of times.",
  "Lorem ipsum dolor sit amet",
  "- a list of things",
  "Click here to read more...",
  "1234567890 #### {x}",
  "The quick brown fox jumps over the lazy dog because it can.",
  "Die Würde des Menschen ist unantastbar.",
  "http://www.example.com/page",
];

/** Longer than those of other laws: of several lines, some of them again and again. */
const document = fc.oneof(
  text,
  fc.array(fc.constantFrom(...sentences), { minLength: 1, maxLength: 40 }).chain((lines) =>
    fc.constantFrom(lines.join("\n"), lines.join(" "), lines.join("\n\n"))
  ),
);

/** Two values of a setting about its default, the stricter first; null where it has no number. */
function twoValues(
  definition: StageDefinition,
  { setting, kind, scales }: { setting: string; kind: "most" | "least"; scales: [number, number] },
): [number, number] | null {
  const usual = settings(definition)[setting];
  const about = typeof usual === "number" ? usual : usual === undefined ? 2 : null;
  if (about === null) return null;
  const scaled = scales.map((scale) => about * scale).sort((a, b) => a - b);
  const ordered = kind === "most" ? scaled : scaled.reverse();
  const fits = (value: number) =>
    definition.config.safeParse({ ...needed[definition.name], [setting]: value }).success;
  const whole = ordered.map((value) => fits(value) ? value : Math.round(value));
  return whole.every(fits) ? whole as [number, number] : null;
}

law("no document that a stage keeps is dropped when one of its limits is loosened", {
  source: "definition",
  given: {
    at: fc.integer({ min: 0, max: Math.max(0, limits.length - 1) }),
    text: document,
    scales: fc.tuple(
      fc.constantFrom(0, 0.25, 0.5, 0.8, 1, 1.25, 2, 4),
      fc.constantFrom(0, 0.25, 0.5, 0.8, 1, 1.25, 2, 4),
    ),
  },
  cases: 400,
  holds: async ({ at, text, scales }) => {
    const { definition, setting, kind } = limits[at];
    const values = twoValues(definition, { setting, kind: kind as "most" | "least", scales });
    if (values === null) return true;
    const made = await Promise.all(
      values.map((value) =>
        definition.make(settings(definition, { [setting]: value }), { cache: ".likeness/cache" })
      ),
    );
    if (made[0].kind === "corpus") return true;
    const [strict, loose] = await Promise.all(
      made.map((stage) =>
        (stage as MapStage).decide({ text, from: { dataset: "texts", index: 0 } })
      ),
    );
    assert(
      !strict.keep || loose.keep,
      `${definition.name}.${setting}: kept at ${values[0]}, dropped at ${values[1]}`,
    );
  },
  kills: ["curation-unicode-limit-the-wrong-way"],
});

Deno.test("limits are settings of their stages, and some stage has one", () => {
  assert(limits.length > 0);
  for (const { definition, setting } of limits) {
    const known = Object.keys(settings(definition));
    const more = { ...needed[definition.name], [setting]: 1 };
    const unset = definition.config.safeParse(more).success;
    assert(known.includes(setting) || unset, `${definition.name} has no setting ${setting}`);
  }
});
