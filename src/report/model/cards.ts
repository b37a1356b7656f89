/** Provenance: one card a run, with all that is needed to tell why its numbers are what they are. @module */
import { placeless, type RunRecord, type Taken, type TrainedBy } from "../../record/mod.ts";
import { configLine, formatBytes, formatSeconds } from "../../base/text/mod.ts";
import { protocolOf } from "../../protocols/mod.ts";
import type { Grouped } from "./groups.ts";
import type { Card } from "./model.ts";
import { engineText } from "./banner.ts";

/** Cards of all runs, in table order. */
export function cards({ groups, records, steps }: Grouped): Card[] {
  return [
    ...groups.flatMap((group) =>
      (records.get(group.id) ?? []).map((record) =>
        card(record, { group: group.id, label: group.label })
      )
    ),
    ...steps.map((record) => card(record, { group: record.group, label: record.label })),
  ];
}

function card(record: RunRecord, { group, label }: { group: string; label: string }): Card {
  const { spec, provenance: from, timings } = record;
  const engine = from.engine;
  const git = from.gitSha === null
    ? "not a git checkout"
    : from.gitSha + (from.gitDirty ? ", with uncommitted changes" : "");
  return {
    run: record.id,
    label,
    group,
    seed: spec.seed,
    state: record.state,
    cause: record.cause ?? null,
    sections: [
      {
        title: "What ran",
        entries: [
          ["family", `${spec.family}, version ${spec.familyVersion}`],
          ...inputEntries(record),
          ["config", compact(spec.config)],
          [
            "data",
            `${spec.data.dataset}, version ${spec.data.version}: ${compact(spec.data.config)}`,
          ],
          ["data digest", from.datasetDigest],
          ...from.datasetNotes.map((note) => ["data note", note] as [string, string]),
          ...protocolOf(spec).card(record).map(([name, text]): [string, string] => [name, text]),
          ...(record.needs ?? []).map(needEntry),
          ["metrics", spec.metrics.map((m) => `${m.metric} v${m.version}`).join(", ") || "none"],
        ],
      },
      {
        title: "On what",
        entries: [
          ["engine", engineText(engine)],
          ["chosen", from.engineChoice],
          ["device", [engine.device, engine.driver].filter(Boolean).join(", ")],
          ["threads", String(engine.threads)],
          ["repeats", from.determinism],
          ["machine class", from.machineClass],
          [
            "machine",
            `${from.cpu}, ${from.cores} cores, ${formatBytes(from.memoryBytes)}, ${from.os}`,
          ],
        ],
      },
      {
        title: "By what",
        entries: [
          ["git", git],
          ["lock", from.lock ?? "none"],
          ["runtime", `Deno ${from.deno}, V8 ${from.v8}`],
          ["command", placeless(from.command)],
          ["started", from.startedAt],
          ["finished", from.finishedAt ?? "not finished"],
          ...(record.trainedBy === undefined ? [] : [trainedEntry(record.trainedBy)]),
          ["resumed", record.resumed === 0 ? "never" : `${record.resumed} times`],
          ["time", timeText(timings)],
        ],
      },
    ],
  };
}

/** Digests of the user's own: modules, and files that configs point at. */
function inputEntries({ spec }: RunRecord): [string, string][] {
  const { data } = spec;
  const entries: [string, string | undefined][] = [
    [`code of ${spec.family}`, spec.code],
    [`code of ${data.dataset}`, data.code],
    ...spec.metrics.map(({ metric, code }) => [`code of ${metric}`, code] as [string, typeof code]),
    [`files of ${data.dataset}`, data.content],
  ];
  const given = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return [...new Map(given)]; // of a metric asked for twice its code is told once
}

/** What was taken of another run. */
function needEntry({ role, run, label, seed, artefact, sha256 }: Taken): [string, string] {
  return [
    `${role} from`,
    `${label} seed ${seed}, run ${run}: its ${artefact}, sha256 ${sha256}`,
  ];
}

/** Whose weights these are, where another run had trained them. */
function trainedEntry({ id, gitSha, finishedAt }: TrainedBy): [string, string] {
  const when = finishedAt === null ? "" : `, finished ${finishedAt}`;
  return ["trained", `before, as run ${id}, git ${gitSha?.slice(0, 12) ?? "none"}${when}`];
}

function timeText(timings: RunRecord["timings"]): string {
  const parts = Object.entries(partsOf(timings)).map(([part, s]) => `${part} ${formatSeconds(s)}`);
  return `${formatSeconds(timings.total)}: ${parts.join(", ")}`;
}

/** Seconds by part, the rest being overhead. */
export function partsOf(timings: RunRecord["timings"]): { readonly [part: string]: number } {
  const { data, compile, steps, metrics, pictures, total } = timings;
  const overhead = Math.max(0, total - data - compile - steps - metrics - pictures);
  return { data, compile, steps, metrics, pictures, overhead };
}

/** One line of "key value" pairs. */
function compact(config: object): string {
  return configLine(config) || "defaults";
}
