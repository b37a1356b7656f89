/**
 * A filter is a list of checks: each takes a number from a document and holds it against a limit,
 * which is a setting. The first that fails drops the document. Since a check compares one number with
 * one limit, a filter is monotone in each: what it keeps, it keeps at any looser limit.
 * @module
 */
import { z } from "zod";
import type { Decision, Document, LimitKind, StageDefinition } from "../stage.ts";

/** A limit: a number, or null where the check is left out. */
const limitSchema = (about: string, usual: number | null) =>
  z.number().nullable().default(usual).describe(`${about}; null: not checked`);

/** See the module. `V` is what checks look at, `M` the filter's settings that are no limits. */
export interface Check<V, M> {
  /** The setting that holds the limit; several checks may share one. Left out: `limit` is fixed. */
  readonly setting?: string;
  /** What the number is called in decisions and histograms. */
  readonly value: string;
  /** Which documents are dropped: those above the limit, or below it. */
  readonly drops: "above" | "below";
  /** The published limit; null: not checked unless a suite says so. */
  readonly limit: number | null;
  /** What the setting is, for `list`; of checks that share one, the first one's. */
  readonly about?: string;
  /** The number. What can't be counted is NaN, which no check drops. */
  of(view: V, more: M): number;
}

/** Settings of a filter: a limit a check, and what else it has. */
export type FilterConfig<M> = M & { readonly [limit: string]: unknown };

/** How a filter is declared. */
export interface Filter<V, M extends z.ZodRawShape> {
  readonly name: string;
  readonly about: string;
  readonly papers: readonly string[];
  readonly checks: readonly Check<V, z.infer<z.ZodObject<M>>>[];
  /** Settings beside the limits. */
  readonly more: M;
  /** Which of those are limits too, and which way they go. */
  readonly moreLimits?: { readonly [setting in keyof M]?: LimitKind };
  /** What checks look at. */
  view(document: Document, more: z.infer<z.ZodObject<M>>): V;
  /** The text of a document that is kept, where the filter rewrites it. */
  text?(view: V): string;
}

/** A check with its limit, ready to be held against documents. */
interface Armed<V, M> {
  readonly check: Check<V, M>;
  readonly limit: number;
  readonly name: string;
}

/** Holds checks against a document in their order. */
export function decide<V, M>(
  view: V,
  { armed, more }: { readonly armed: readonly Armed<V, M>[]; readonly more: M },
): Decision {
  const values: Record<string, number> = {};
  for (const { check, limit, name } of armed) {
    const value = check.of(view, more);
    if (Number.isFinite(value)) values[name] = value;
    if (check.drops === "above" ? value > limit : value < limit) {
      return { keep: false, why: name, value, limit, values };
    }
  }
  return { keep: true, values };
}

function armedOf<V, M extends z.ZodRawShape>(
  filter: Filter<V, M>,
  config: FilterConfig<z.infer<z.ZodObject<M>>>,
): Armed<V, z.infer<z.ZodObject<M>>>[] {
  return filter.checks.flatMap((check) => {
    const limit = check.setting === undefined
      ? check.limit
      : config[check.setting] as number | null;
    return limit === null ? [] : [{ check, limit, name: `${filter.name}: ${check.value}` }];
  });
}

/** The stage that a filter is. */
export function filterStage<V, M extends z.ZodRawShape>(
  filter: Filter<V, M>,
): StageDefinition<FilterConfig<z.infer<z.ZodObject<M>>>> {
  type More = z.infer<z.ZodObject<M>>;
  const shape: Record<string, z.ZodType> = {};
  const limits: Record<string, LimitKind | undefined> = { ...filter.moreLimits };
  for (const { setting, about, limit, drops } of filter.checks) {
    if (setting === undefined || setting in shape) continue;
    shape[setting] = limitSchema(about ?? setting, limit);
    limits[setting] = drops === "above" ? "most" : "least";
  }
  return {
    name: filter.name,
    about: filter.about,
    papers: filter.papers,
    config: z.strictObject({ ...shape, ...filter.more }) as unknown as z.ZodType<
      FilterConfig<More>
    >,
    limits: limits as { readonly [setting in keyof FilterConfig<More>]?: LimitKind },
    make(config) {
      const armed = armedOf(filter, config);
      return Promise.resolve({
        name: filter.name,
        kind: "map" as const,
        decide(document: Document): Decision {
          const view = filter.view(document, config);
          const decision = decide(view, { armed, more: config as More });
          if (!decision.keep) return decision;
          const text = filter.text?.(view) ?? document.text;
          return text === document.text ? decision : { ...decision, text };
        },
      });
    },
  };
}
