/** What steps did with documents: which stage kept and dropped how many, and samples of what went. @module */
import { count, formatBytes } from "../../base/text/mod.ts";
import { type Flow, protocolOf } from "../../protocols/mod.ts";
import { type RunRecord, shownBy } from "../../record/mod.ts";
import type { Chart, FlowReport, Gallery } from "./model.ts";

/** Steps that say what they did with documents, in the order of their records. */
export function flows(steps: readonly RunRecord[]): FlowReport[] {
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
