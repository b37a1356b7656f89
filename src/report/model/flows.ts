/** What steps did with documents: which stage kept and dropped how many, and samples of what went. @module */
import { count, formatBytes, formatNumber } from "../../base/text/mod.ts";
import { type Flow, type FlowValues, protocolOf } from "../../protocols/mod.ts";
import { type RunRecord, shownBy } from "../../record/mod.ts";
import type { Chart } from "./chart_data.ts";
import type { FlowReport, Gallery } from "./model.ts";

/** Steps that say what they did with documents, in the order of their records. */
export function flows(
  steps: readonly RunRecord[],
  values: ReadonlyMap<string, readonly FlowValues[]>,
): FlowReport[] {
  return steps.flatMap((record): FlowReport[] => {
    const flow = protocolOf(record.spec).flow?.(record) ?? null;
    if (flow === null || flow.stages.length === 0) return [];
    const { id: run, label, spec: { seed } } = record;
    return [{
      run,
      label,
      seed,
      stages: flow.stages,
      chart: chartOf(record, flow),
      values: (values.get(run) ?? []).flatMap((found, i) =>
        valuesChart(found, `values-${run}-${i}`)
      ),
      dropped: droppedOf(record),
    }];
  });
}

/** The same as a chart of documents. */
function chartOf({ id, label }: RunRecord, { stages }: Flow): Chart {
  const first = stages[0].read, left = stages[stages.length - 1].kept;
  return {
    kind: "flow",
    id: `flow-${id}`,
    title: `${label}: where documents went`,
    description: `Of ${count(first.documents, "document")} (${formatBytes(first.bytes)}) ` +
      `${left.documents} (${formatBytes(left.bytes)}) are left. ` +
      stages.map(({ name, read, kept }) =>
        `${name} dropped ${read.documents - kept.documents} of ${read.documents}`
      ).join("; ") + ".",
    unit: "documents",
    stages: stages.map(({ name, read, kept, dropped }) => ({
      name,
      read: read.documents,
      kept: kept.documents,
      dropped: dropped.map(({ check, documents }) => ({ check, count: documents })),
    })),
  };
}

/** The share of documents whose value is at or below each, and the limit. */
function valuesChart({ check, limit, counts }: FlowValues, id: string): Chart[] {
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  if (all === 0) return [];
  let below = 0;
  const points = counts.map(([x, n]) => ({ x, y: (below += n) / all }));
  const least = points[0].x, most = points[points.length - 1].x;
  const told = limit === null ? "" : ` Limit: ${formatNumber(limit, 4)}.`;
  return [{
    kind: "profile",
    id,
    title: check,
    description:
      `Share of ${count(all, "document")} with a value of ${check} at or below x, from ` +
      `${formatNumber(least, 4)} to ${formatNumber(most, 4)}.${told}`,
    x: check.slice(check.indexOf(": ") + 2),
    y: "documents at or below",
    lines: [{ label: check, index: 0, points }],
    references: limit === null ? [] : [{ label: "limit", x: limit }],
  }];
}

function droppedOf({ id: run, label, group, spec, artefacts }: RunRecord): Gallery | null {
  const found = artefacts.find((artefact) => {
    const shows = shownBy(artefact);
    return shows?.what === "dropped" && shows.medium === "text";
  });
  if (found === undefined) return null;
  const { file, sha256, name, about } = found;
  return {
    id: `dropped-${run}`,
    title: `Dropped by ${label}`,
    medium: "text",
    caption: about,
    rows: [{
      group,
      pictures: [
        { run, file, sha256, name, label, seed: spec.seed, about, width: null, height: null },
      ],
    }],
  };
}
