/**
 * Engine settings of a plan: choices that change bits are made before anything runs, and stand in
 * each run's spec.
 * @module
 */
import type { EngineSettings } from "../engine/mod.ts";
import { groupId, type RunSpec } from "../record/mod.ts";

/** What a spec is without its settings. */
export type BareSpec = Omit<RunSpec, "settings">;

/** The settings of a run, from the rest of its spec. */
export type SettingsOf = (spec: BareSpec) => EngineSettings | undefined;

/** What runs of one configuration share, whatever their settings, seeds and needs. */
export function bareGroup(spec: BareSpec): string {
  const { needs: _, ...own } = spec;
  return groupId({ ...own, settings: undefined });
}

/**
 * Settings as other runs of the suite have them: those of the same configuration, or, where there
 * are none, of any.
 */
export function settingsFrom(runs: readonly { readonly spec: RunSpec }[]): SettingsOf {
  const known = new Map(runs.map(({ spec }) => [bareGroup(spec), spec.settings]));
  const any = runs.at(-1)?.spec.settings;
  return (spec) => {
    const group = bareGroup(spec);
    return known.has(group) ? known.get(group) : any;
  };
}
