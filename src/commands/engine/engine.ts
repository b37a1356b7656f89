/**
 * `engine`: which engines work here, what each promises, and the conformance table.
 * @module
 */
import {
  type Engine,
  type EngineName,
  engineStatuses,
  openEngine,
  startable,
} from "../../engine/mod.ts";
import type { ConformanceRow } from "../../proof/conformance/mod.ts";
import { exitCodes, UsageError } from "../../base/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import { type Arguments, columns, type Terminal } from "../../cli/mod.ts";
import { checkInstall, main as install } from "./engine_install.ts";

/**
 * Lists engines; with `--conformance` runs the conformance suite on one, or on all that start; with
 * `--install` gets what the engine tensorflow needs.
 */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  checkInstall(args);
  if (args.has("install")) return await install(args, terminal);
  const all = await engineStatuses();
  const [name] = args.positionals;
  const chosen = name === undefined ? all : all.filter((e) => e.name === name);
  if (chosen.length === 0) {
    const names = all.map((e) => e.name);
    throw new UsageError(
      `no engine \`${name}\`${didYouMean(name, names)}\n  engines: ${names.join(", ")}`,
    );
  }
  let worst: number = exitCodes.pass;
  for (const { name: engine, status } of chosen) {
    if (!startable(status)) {
      terminal.print(
        args.has("json")
          ? JSON.stringify({ engine, status })
          : [engine, ...columns([["status", status]])].join("\n"),
      );
      if (name !== undefined) worst = exitCodes.failed;
      continue;
    }
    worst = Math.max(worst, await show(engine, status, { args, terminal }));
  }
  return worst;
}

async function show(
  name: EngineName,
  status: string,
  { args, terminal }: { args: Arguments; terminal: Terminal },
): Promise<number> {
  // The engine is the process's own and ends with it.
  const { engine } = await openEngine(name);
  const { identity, determinism } = engine;
  if (args.has("json")) {
    terminal.print(JSON.stringify({ engine: name, status, identity, determinism }));
  } else {
    terminal.print([name, ...columns(facts(engine, status))].join("\n"));
  }
  return args.has("conformance") ? await conform(engine, { args, terminal }) : exitCodes.pass;
}

function facts({ identity, determinism }: Engine, status: string): [string, string][] {
  const scopes = {
    any: "every x86-64 machine",
    "machine-class": "machines of the same class",
    none: "not promised",
  };
  return [
    ["status", status],
    [
      "device",
      identity.device +
      (identity.software === undefined ? "" : ": software, so speeds say nothing of a device"),
    ],
    ...identity.driver === undefined ? [] : [["driver", identity.driver] as [string, string]],
    ["versions", Object.entries(identity.versions).map(([k, v]) => `${k} ${v}`).join(", ")],
    ["threads", String(identity.threads)],
    ["same bits", `${scopes[determinism.scope]}: ${determinism.note}`],
  ];
}

async function conform(
  engine: Engine,
  { args, terminal }: { args: Arguments; terminal: Terminal },
): Promise<number> {
  const { conformance } = await import("../../proof/conformance/mod.ts");
  const { composedRuns } = await import("../../engine/tfjs/mod.ts");
  const rows = await conformance(engine, { composedRuns });
  if (args.has("json")) { for (const row of rows) terminal.print(JSON.stringify(row)); }
  else terminal.print(conformanceTable(rows).join("\n"));
  const wrong = rows.some((r) => [r.forward, r.gradient, r.second].includes("wrong"));
  return wrong ? exitCodes.regressed : exitCodes.pass;
}

/** One operation a line, a count of each status below. */
export function conformanceTable(rows: readonly ConformanceRow[]): string[] {
  const parts = ["forward", "gradient", "second"] as const;
  const left = Math.max(...rows.map((r) => r.op.length), "operation".length) + 2;
  const line = (op: string, cells: readonly string[], note: string) =>
    `  ${op.padEnd(left)}${cells.map((c) => c.padEnd(10)).join("")}${note}`.trimEnd();
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const part of parts) counts.set(row[part], (counts.get(row[part]) ?? 0) + 1);
  }
  counts.delete("–");
  return [
    "",
    line("operation", parts, ""),
    ...rows.map((row) => line(row.op, parts.map((part) => row[part]), row.note)),
    "",
    `  ${[...counts].map(([status, n]) => `${n} ${status}`).join(", ")}`,
  ];
}
