/** Records, series, verdicts and baselines into a report model: pure, so that it can be repeated. @module */
import type { Record as RunRecord, Series } from "../record/record.ts";
import type {
  Banner,
  Chart,
  Gallery,
  Gate,
  Group,
  Missing,
  PictureRef,
  ReportModel,
  Sanity,
} from "./model.ts";
import { cards, partsOf } from "./cards.ts";
import { curveCharts } from "./curves.ts";
import { count, fixed, formatNumber, formatSeconds, list } from "./format.ts";
import { frontChart, withUnit } from "./front.ts";
import { type Grouped, groupRecords } from "./groups.ts";
import { fillColumns, type FilledColumn, headlineColumns, table, themeTables } from "./tables.ts";
import { mean } from "../stats/mod.ts";
import { countVerdicts } from "../gate/outcome.ts";
import type { Verdict } from "../gate/verdict.ts";

/** What a report is made of. */
export interface ReportInputs {
  readonly suite: { readonly name: string; readonly version: number; readonly about?: string };
  readonly records: readonly RunRecord[];
  /** By run id; runs without one are left out of the curves. */
  readonly series?: ReadonlyMap<string, Series>;
  /** The gate's outcome and the baselines it rests on; null where nothing was compared. */
  readonly gate?: { readonly baseline: string; readonly verdicts: readonly Verdict[] } | null;
  readonly sanity?: Sanity | null;
  /** Repeats the runs; default: that of the newest record. */
  readonly command?: string;
  /** Older runs of the same labels that were left out. */
  readonly superseded?: number;
}

/** The report of these inputs. Nothing is read and no clock is asked. */
export function buildReport(inputs: ReportInputs): ReportModel {
  const grouped = groupRecords(inputs.records);
  const { groups, records } = grouped;
  const columns = fillColumns(groups, records);
  const gate = inputs.gate ? gateTable(inputs.gate) : null;
  const headline = headlineColumns(columns);
  const front = frontChart(groups, columns);
  const sanity = inputs.sanity ?? null;
  return {
    format: 1,
    suite: inputs.suite.name,
    suiteVersion: inputs.suite.version,
    title: inputs.suite.name,
    about: inputs.suite.about ?? "",
    command: inputs.command ?? newest(inputs.records)?.provenance.command ?? "",
    banner: banner(inputs.records, gate),
    facts: facts(inputs, grouped),
    groups,
    leaderboard: table(
      {
        id: "leaderboard",
        title: "Leaderboard",
        caption: "One column a metric, the first that is read; the tables below have the others.",
      },
      groups,
      headline,
    ),
    tables: themeTables(groups, columns),
    charts: {
      leaderboard: headline.flatMap((column) => dotChart(column, groups)),
      front: "chart" in front ? [front.chart] : [],
      curves: curveCharts(groups, inputs.series ?? new Map()),
      sanity: sanity ? sanityChart(sanity) : [],
      time: timeChart(grouped),
    },
    galleries: galleries(grouped),
    gate,
    missing: missing({ groups, columns }, front),
    sanity,
    cards: cards(grouped),
    notes: notes(groups, inputs.superseded ?? 0),
  };
}

function newest(records: readonly RunRecord[]): RunRecord | undefined {
  return records.reduce<RunRecord | undefined>(
    (a, b) => a && a.provenance.startedAt >= b.provenance.startedAt ? a : b,
    undefined,
  );
}

/** How verdicts rank, worst first. */
const VERDICTS = ["regressed", "missing", "inconclusive", "improved", "new", "pass"] as const;

function gateTable(gate: { baseline: string; verdicts: readonly Verdict[] }): Gate {
  const place = ({ verdict, test }: Verdict) =>
    VERDICTS.indexOf(verdict) + (test === "bits" ? 0.5 : 0);
  return {
    baseline: gate.baseline,
    counts: countVerdicts(gate.verdicts),
    verdicts: [...gate.verdicts].sort((a, b) => place(a) - place(b)),
  };
}

function banner(records: readonly RunRecord[], gate: Gate | null): Banner {
  const of = (state: string) => records.filter((r) => r.state === state);
  const done = of("done").length + of("unreliable").length;
  const details: string[] = [`${fixed(done, 0)} of ${count(records.length, "run")} done`];
  for (const state of ["failed", "diverged", "unreliable", "running", "planned"]) {
    const names = of(state).map((r) => `${r.label} seed ${r.spec.seed}`);
    if (names.length > 0) details.push(`${state}: ${list(names)}`);
  }
  const tally = gate &&
    VERDICTS.filter((v) => gate.counts[v] > 0).map((v) =>
      `${fixed(gate.counts[v], 0)} ${v}` +
      (v === "pass" && gate.counts.identical > 0
        ? ` (${fixed(gate.counts.identical, 0)} bit-identical)`
        : "")
    );
  details.push(
    tally
      ? `gate against ${gate!.baseline}: ${tally.length > 0 ? list(tally) : "nothing to compare"}`
      : "no baseline was compared",
  );
  const values = records.flatMap((r) => r.metrics).filter((m) => m.value !== null).length;
  if (values === 0) return { tone: "bad", headline: "Nothing was measured", details };
  const broken = of("failed").length + of("diverged").length;
  if (broken > 0) {
    const headline = `${count(broken, "run")} of ${fixed(records.length, 0)} failed or diverged`;
    return { tone: "bad", headline, details };
  }
  const counts = gate?.counts;
  if (counts?.regressed) {
    const headline = `Regressed: ${count(counts.regressed, "metric value")}`;
    return { tone: "bad", headline, details };
  }
  if (done < records.length) return { tone: "unsure", headline: "Not finished", details };
  if (counts?.missing) {
    return { tone: "bad", headline: "Values of the baseline are missing", details };
  }
  if (counts?.inconclusive) {
    const n = count(counts.inconclusive, "comparison");
    return { tone: "unsure", headline: `Inconclusive: ${n} decided nothing`, details };
  }
  if (counts && (counts.pass > 0 || counts.improved > 0)) {
    const improved = counts.improved ? `, ${count(counts.improved, "improvement")}` : "";
    return { tone: "good", headline: `Pass${improved}`, details };
  }
  return { tone: "neutral", headline: "Measured; nothing to compare with", details };
}

function facts(inputs: ReportInputs, { groups }: Grouped): [string, string][] {
  const { records } = inputs;
  const last = newest(records);
  if (!last) return [["runs", "none"]];
  const unique = (values: readonly string[]) => list([...new Set(values)]);
  const budget = (spec: RunRecord["spec"]) =>
    "steps" in spec.budget ? count(spec.budget.steps, "step") : formatSeconds(spec.budget.seconds);
  const trained = records.filter((r) => r.spec.protocol !== "control");
  const seeds = [...new Set(records.map((r) => r.spec.seed))].sort((a, b) => a - b);
  const families = groups.filter((g) => !g.control).length;
  const controls = groups.length - families;
  const shape = Object.entries(last.spec.data.config)
    .filter(([, value]) => typeof value === "number" || typeof value === "string")
    .map(([key, value]) => `${key} ${typeof value === "number" ? fixed(value, 0) : value}`);
  return [
    [
      "data",
      unique(records.map((r) => r.spec.data.dataset)) +
      (shape.length ? `: ${shape.join(", ")}` : ""),
    ],
    [
      "rows",
      `${count(families, "family", "families")}, ${count(controls, "control")}, ` +
      `${count(seeds.length, "seed")} (${seeds.join(", ")})`,
    ],
    ["budget", trained.length > 0 ? `${unique(trained.map((r) => budget(r.spec)))} a run` : "none"],
    [
      "engine",
      unique(records.map((r) => r.spec.engine)) +
      `, repeats: ${unique(records.map((r) => r.provenance.determinism))}`,
    ],
    ["machine", unique(records.map((r) => r.provenance.machineClass))],
    ["time", `${formatSeconds(sum(records.map((r) => r.timings.total)))} of runs`],
    ["finished", last.provenance.finishedAt ?? "not finished"],
    [
      "code",
      unique(
        records.map((r) =>
          r.provenance.gitSha === null
            ? "not a git checkout"
            : r.provenance.gitSha.slice(0, 12) + (r.provenance.gitDirty ? " with changes" : "")
        ),
      ),
    ],
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function dotChart({ column, cells }: FilledColumn, groups: readonly Group[]): Chart[] {
  const rows = groups.flatMap((group, i) => {
    const cell = cells[i];
    return cell.kind === "value"
      ? [{
        label: group.label,
        index: group.index,
        ...cell.estimate,
        seeds: cell.seeds.map((s) => s.value),
      }]
      : [];
  });
  if (rows.length === 0) return [];
  const better = column.direction === "none" ? "" : `, ${column.direction} is better`;
  const told = rows.map((r) => `${r.label} ${formatNumber(r.mean)}`).join("; ");
  return [{
    kind: "dots",
    id: `dots-${column.name}`,
    title: column.heading,
    description: `Means over seeds${better}: ${told}.`,
    axis: withUnit(column),
    direction: column.direction,
    rows,
  }];
}

function timeChart({ groups, records }: Grouped): Chart[] {
  const rows = groups.flatMap((group) => {
    const runs = (records.get(group.id) ?? []).filter((r) => r.timings.total > 0)
      .map((r) => partsOf(r.timings));
    if (runs.length === 0) return [];
    const seconds = Object.keys(runs[0]).map((part) => mean(runs.map((run) => run[part])));
    return [{ label: group.label, index: group.index, seconds, parts: Object.keys(runs[0]) }];
  });
  if (rows.length === 0) return [];
  const told = rows.map((r) => `${r.label} ${formatSeconds(sum(r.seconds))}`).join("; ");
  return [{
    kind: "time",
    id: "time",
    title: "Where the time went",
    description: `Seconds a run, mean over seeds: ${told}.`,
    parts: rows[0].parts,
    rows: rows.map(({ label, index, seconds }) => ({ label, index, seconds })),
  }];
}

function sanityChart(sanity: Sanity): Chart[] {
  const rows = sanity.rows.flatMap(({ set, values }) =>
    values.flatMap((value, index) =>
      value !== null && Number.isFinite(value)
        ? [{ set, extractor: sanity.extractors[index], index, value }]
        : []
    )
  );
  if (rows.length === 0) return [];
  return [{
    kind: "sanity",
    id: "sanity",
    title: "What each extractor sees",
    description: `${sanity.caption} Numbers are in the table.`,
    axis: sanity.unit,
    rows,
  }];
}

/** Pictures that runs are known to leave, in the order in which they are shown. */
const PICTURES: readonly { name: RegExp; id: string; title: string; caption: string }[] = [
  {
    name: /^samples?/,
    id: "samples",
    title: "Samples",
    caption: "Not chosen: the first ones. Place for place the same draw of the latent code, in " +
      "every family and seed whose code has the same size.",
  },
  {
    name: /^reconstruction/,
    id: "reconstructions",
    title: "Reconstructions",
    caption: "The first held-out images and what comes back through the code.",
  },
  {
    name: /^traversal/,
    id: "traversals",
    title: "Traversals",
    caption: "One code moved along one latent dimension a row.",
  },
  {
    name: /^interpolation/,
    id: "interpolations",
    title: "Interpolations",
    caption: "From one held-out image to another along a line between their codes.",
  },
];

function galleries({ groups, records }: Grouped): Gallery[] {
  const pictures = groups.flatMap((group) =>
    (records.get(group.id) ?? []).flatMap((record) =>
      record.artefacts.filter((a) => /\.(png|webp|jpe?g)$/i.test(a.file)).map((a) => ({
        group: group.id,
        picture: {
          run: record.id,
          file: a.file,
          sha256: a.sha256,
          name: a.name,
          label: group.label,
          seed: record.spec.seed,
          about: a.about,
          width: a.width ?? null,
          height: a.height ?? null,
        } satisfies PictureRef,
      }))
    )
  );
  const known = (name: string) => PICTURES.some((kind) => kind.name.test(name));
  const gallery = (
    { id, title, caption }: { id: string; title: string; caption: string },
    wanted: (name: string) => boolean,
  ): Gallery[] => {
    const rows = groups.flatMap((group) => {
      const own = pictures.filter((p) => p.group === group.id && wanted(p.picture.name));
      return own.length > 0 ? [{ group: group.id, pictures: own.map((p) => p.picture) }] : [];
    });
    return rows.length > 0 ? [{ id, title, caption, rows }] : [];
  };
  return [
    ...PICTURES.flatMap((kind) => gallery(kind, (name) => kind.name.test(name))),
    ...gallery(
      { id: "other-pictures", title: "Other pictures", caption: "As their runs left them." },
      (name) => !known(name),
    ),
  ];
}

function missing(
  { groups, columns }: { groups: readonly Group[]; columns: readonly FilledColumn[] },
  front: { chart: Chart } | { reason: string },
): Missing[] {
  const found = new Map<string, { -readonly [K in keyof Missing]: Missing[K] }>();
  for (const { column, cells } of columns) {
    if (column.derived) continue;
    cells.forEach((cell, i) => {
      if (cell.kind === "value" && !cell.note) return;
      const status = cell.kind === "value" ? "not-measured" : cell.kind;
      const reason = cell.kind === "value" ? cell.note! : cell.reason;
      const key = JSON.stringify([column.name, status, reason]);
      const known = found.get(key);
      if (known) known.labels = [...known.labels, groups[i].label];
      else found.set(key, { column: column.name, labels: [groups[i].label], status, reason });
    });
  }
  const merged = mergeColumns([...found.values()]);
  if ("reason" in front) {
    merged.push({
      column: "quality against throughput",
      labels: [],
      status: "not-measured",
      reason: front.reason,
    });
  }
  return merged.sort((a, b) =>
    Number(b.status === "not-measured") - Number(a.status === "not-measured")
  );
}

/** Columns that lack the same rows for the same reason are one line. */
function mergeColumns(gaps: readonly Missing[]): Missing[] {
  const merged = new Map<string, Missing[]>();
  for (const gap of gaps) {
    const key = JSON.stringify([gap.labels, gap.status, gap.reason]);
    merged.set(key, [...merged.get(key) ?? [], gap]);
  }
  return [...merged.values()].map((same) => ({
    ...same[0],
    column: list(same.map((gap) => gap.column)),
  }));
}

function notes(groups: readonly Group[], superseded: number): string[] {
  const most = Math.max(0, ...groups.filter((g) => !g.control).map((g) => g.seeds.length));
  return [
    "± is half the 95 % interval of the mean over seeds: Student's t below 20 values, the " +
    "stratified bootstrap from there on. A row of one seed has no interval.",
    "Bold is the best trained family of a column; = marks those that its seeds don't tell apart " +
    "from it at 95 %. Control rows don't compete.",
    "– is not defined for this row; n/m is not measured, for a reason that the report lists.",
    ...(most < 5
      ? [
        `With ${
          count(most, "seed")
        } a row these intervals are wide; 5 are what a quality gate asks.`,
      ]
      : []),
    ...(superseded > 0
      ? [`${count(superseded, "older run")} of the same labels, with other settings, left out.`]
      : []),
  ];
}
