/**
 * What is made of a written answer before it is compared.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { FilterStep, Task } from "./definition.ts";
import { findAll, strip } from "./python/mod.ts";

/** What a pattern finds in an answer: of a match with groups the first that took part. */
function extracted(
  answer: string,
  { regex_pattern, group_select, fallback }: Extract<FilterStep, { function: "regex" }>,
): string {
  const matches = findAll(regex_pattern, answer);
  if (matches.length === 0) return fallback;
  const match = matches.at(group_select);
  if (match === undefined) {
    throw new DataError(
      `\`group_select: ${group_select}\` of ${matches.length} matches of ${regex_pattern}`,
    );
  }
  return strip(typeof match === "string" ? match : match.find((one) => one !== "") ?? fallback);
}

/** One step. An answer is a text; null where a `map` has none for it. */
function stepped(answer: string | null, step: FilterStep): string | null {
  switch (step.function) {
    case "regex":
      return extracted(answer ?? "", step);
    case "map":
      return answer !== null && Object.hasOwn(step.mapping_dict, answer)
        ? step.mapping_dict[answer]
        : step.default_value;
    case "take_first":
    case "majority_vote": // of the one answer that there is
      return answer;
  }
  if (answer === null) throw new DataError(`\`${step.function}\` was given no text`);
  if (step.function === "remove_whitespace") return strip(answer);
  return step.function === "lowercase" ? answer.toLowerCase() : answer.toUpperCase();
}

/** An answer after all steps of a filter. */
export function filtered(answer: string, filter: Task["filters"][number]): string | null {
  return filter.filter.reduce<string | null>(stepped, answer);
}
