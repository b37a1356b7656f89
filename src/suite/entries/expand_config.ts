/**
 * From an entry's keys, some of them lists, to one config a combination.
 * @module
 */
import type { z } from "zod";
import { checkKeys, parse, type Place } from "../check.ts";
import { axesOf, combinations } from "./expand.ts";
import type { Path } from "../source.ts";

/** One combination. */
export interface Expanded {
  /** Fully resolved. */
  readonly config: Record<string, unknown>;
  /** Where one of its settings stands in the entry: in the list of an axis, or as it is. */
  readonly locate: (path: Path) => Path;
}

/** Every combination of an entry's axes, parsed by the family's or metric's own schema. */
export function expandConfig(
  schema: z.ZodType,
  config: Record<string, unknown>,
  place: Place,
): Expanded[] {
  checkKeys(schema, config, place);
  const axes = axesOf(schema, config);
  for (const axis of axes.filter((a) => a.values.length === 0)) {
    place.problems.push({
      ...place.source.locate([...place.path, ...axis.path]),
      message: `\`${place.name}.${axis.path.join(".")}\` is an empty list: no value, so no run`,
    });
  }
  return combinations(config, axes).flatMap((combination) => {
    const locate = (path: Path) => {
      const axis = axes.find((a) => a.path.every((p, i) => p === path[i]));
      if (axis === undefined) return path;
      const index = combination.chosen[axis.path.join("/")];
      return [...axis.path, index, ...path.slice(axis.path.length)];
    };
    const parsed = parse(schema, combination.config, { ...place, locate });
    return parsed === undefined ? [] : [{ config: parsed as Record<string, unknown>, locate }];
  });
}
