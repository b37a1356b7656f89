/**
 * What a user's metric says of how it stands, checked: a theme that does not exist or a pattern that keeps
 * state would be found out in a report, long after the runs.
 * @module
 */
import { didYouMean } from "../base/text/mod.ts";
import type { LooksAt, Meaning, Standing } from "./table/standing.ts";
import { themes } from "./table/themes.ts";

const looksAt: Readonly<Record<LooksAt, true>> = {
  samples: true,
  "held-out": true,
  latents: true,
  views: true,
  trace: true,
  corpus: true,
  programs: true,
};

/** The named groups that a pattern must have, by meaning. */
const groupsOf: Readonly<Record<Meaning, readonly string[]>> = {
  trainingRate: [],
  samplingRate: [],
  trainingFlops: [],
  nearness: [],
  classShares: [],
  atEvaluations: ["base", "evaluations"],
};

function themeFaults(theme: Standing["theme"]): string[] {
  const known = [...Object.keys(themes), "other"];
  if (typeof theme === "string") {
    return known.includes(theme) ? [] : [
      `its theme is \`${theme}\`, which is none of ${known.join(", ")}${didYouMean(theme, known)}`,
    ];
  }
  const { id, title, about } = theme;
  if ([id, title, about].some((text) => typeof text !== "string" || text === "")) {
    return ["its theme has no `id`, `title` and `about`"];
  }
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) {
    return [`its theme's id is \`${id}\`; small letters, digits and hyphens were expected`];
  }
  return known.includes(id)
    ? [`its theme's id is \`${id}\`, which is built in: name it alone`]
    : [];
}

function patternFaults(what: string, pattern: unknown, groups: readonly string[] = []): string[] {
  if (!(pattern instanceof RegExp)) return [`its ${what} is no pattern`];
  if (pattern.global || pattern.sticky) {
    return [`its ${what} has a flag by which it remembers where it was: leave \`g\` and \`y\` out`];
  }
  return groups.filter((group) => !pattern.source.includes(`(?<${group}>`))
    .map((group) => `its ${what} has no group \`(?<${group}>…)\``);
}

function headlineFaults(headline: Standing["headline"]): string[] {
  if (headline === "first" || headline === "none") return [];
  if (!Array.isArray(headline)) return patternFaults("headline", headline);
  return headline.filter((meaning) => !Object.hasOwn(groupsOf, meaning))
    .map((meaning) => `its headline names \`${meaning}\`, which is no meaning of a value`);
}

/** What of it isn't as standing.ts has it, a sentence each. */
export function standingFaults(standing: Partial<Standing>): string[] {
  const { theme, of, headline, values = {}, quality } = standing;
  return [
    ...(theme === undefined ? [] : themeFaults(theme)),
    ...(of === undefined || Object.hasOwn(looksAt, of)
      ? []
      : [`it looks at \`${of}\`, which is none of ${Object.keys(looksAt).join(", ")}`]),
    ...(headline === undefined ? [] : headlineFaults(headline)),
    ...(quality === undefined || Number.isFinite(quality)
      ? []
      : [`its place for quality is ${quality}; a number was expected`]),
    ...Object.entries(values).flatMap(([name, pattern]) =>
      patternFaults(
        `pattern of ${name}`,
        pattern,
        Object.hasOwn(groupsOf, name) ? groupsOf[name as Meaning] : [],
      )
    ),
  ];
}
