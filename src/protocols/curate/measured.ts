/**
 * What a curation did, as the numbers of a record, and back.
 * @module
 */
import { labelled } from "../../curation/mod.ts";
import type { Amount, StageTally } from "../../curation/pipeline/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import type { Flow, FlowAmount, FlowStage } from "../flow.ts";
import { askedStages, type CurateConfig } from "./entry.ts";

const PARTS = ["read", "kept", "rewritten"] as const;

const entries = (name: string, { documents, bytes }: Amount): [string, number][] => [
  [`${name}: documents`, documents],
  [`${name}: bytes`, bytes],
];

/** Counts by stage and by check: "read by unicode: documents", "dropped by pii: finds: bytes". */
export function measuredOf(tallies: readonly StageTally[]): { [name: string]: number } {
  return Object.fromEntries(tallies.flatMap((tally) => [
    ...PARTS.flatMap((part) => entries(`${part} by ${tally.stage}`, tally[part])),
    ...Object.entries(tally.checks).filter(([, { dropped }]) => dropped.documents > 0)
      .flatMap(([check, { dropped }]) => entries(`dropped by ${check}`, dropped)),
  ]));
}

/** The flow of documents of a record; null where it has none. */
export function flowOf({ spec, measured }: RunRecord): Flow | null {
  if (measured === undefined) return null;
  const amount = (name: string): FlowAmount => ({
    documents: measured[`${name}: documents`] ?? 0,
    bytes: measured[`${name}: bytes`] ?? 0,
  });
  const stages = labelled(askedStages(spec.config as unknown as CurateConfig));
  return {
    stages: stages.map(({ label }): FlowStage => {
      const begins = `dropped by ${label}: `, ends = ": documents";
      const checks = Object.keys(measured).filter((name) =>
        name.startsWith(begins) && name.endsWith(ends)
      ).map((name) => name.slice(begins.length, -ends.length));
      return {
        name: label,
        read: amount(`read by ${label}`),
        kept: amount(`kept by ${label}`),
        rewritten: amount(`rewritten by ${label}`).documents,
        dropped: checks.map((check) => ({ check, ...amount(`dropped by ${label}: ${check}`) }))
          .sort((a, b) => b.documents - a.documents || (a.check < b.check ? -1 : 1)),
      };
    }),
  };
}
