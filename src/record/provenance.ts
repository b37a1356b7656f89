/**
 * Where numbers come from: code, machine, engine, data, command.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import {
  type Engine,
  type EngineIdentity,
  type EngineName,
  processorModel,
} from "../engine/mod.ts";
import type { Provenance } from "./record.ts";
import { sha256 } from "../base/digest/mod.ts";
import { readBytes } from "../base/mod.ts";

/** What doesn't depend on the run: gathered once a process and handed to workers. */
export type HostProvenance = Pick<
  Provenance,
  | "gitSha"
  | "gitDirty"
  | "lock"
  | "deno"
  | "v8"
  | "os"
  | "cpu"
  | "cores"
  | "memoryBytes"
  | "command"
>;

const root = import.meta.url.startsWith("file:")
  ? fromFileUrl(new URL("../../", import.meta.url))
  : null;

async function git(...args: string[]): Promise<string | null> {
  if (root === null) return null;
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", root, ...args],
      stdout: "piped",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null; // no git, or no right to run it
  }
}

async function cpuInfo(): Promise<{ model: string; flags: ReadonlySet<string> }> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    const field = (name: RegExp) => text.match(name)?.[1].trim() ?? "";
    return {
      model: field(/^model name\s*:(.*)$/m) || Deno.build.arch,
      flags: new Set(field(/^(?:flags|Features)\s*:(.*)$/m).split(/\s+/)),
    };
  } catch {
    return { model: Deno.build.arch, flags: new Set() };
  }
}

/** The widest vector instructions of this CPU, e.g. "avx512f"; "unknown" where it can't be told. */
export async function instructionSet(): Promise<string> {
  const { flags } = await cpuInfo();
  const known = ["avx512f", "avx2", "avx", "sse4_2", "asimd"];
  return known.find((name) => flags.has(name)) ?? "unknown";
}

/** Code, machine and command of this process. */
export async function hostProvenance(command: string): Promise<HostProvenance> {
  const [gitSha, status, lock, cpu] = await Promise.all([
    git("rev-parse", "HEAD"),
    git("status", "--porcelain"),
    root === null ? null : readBytes(join(root, "deno.lock")),
    cpuInfo(),
  ]);
  return {
    gitSha,
    gitDirty: gitSha === null || status === null ? null : status !== "",
    lock: lock === null ? null : await sha256(lock),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    cpu: cpu.model,
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
    command,
  };
}

const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9.]+/g, "-");

/**
 * Machines within which speed may be compared: engine and versions, CPU instruction set, processor
 * model, cores, GPU and driver. Safe as a folder's name.
 */
export async function machineClass(identity: EngineIdentity): Promise<string> {
  const versions = Object.entries(identity.versions).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, version]) => `${name}-${version}`);
  const parts = [
    identity.name,
    ...versions,
    Deno.build.arch,
    await instructionSet(),
    processorModel(),
    `${navigator.hardwareConcurrency}-cores`,
  ];
  if (identity.device !== "cpu") {
    parts.push(identity.device, ...identity.driver === undefined ? [] : [identity.driver]);
  }
  return parts.map(plain).join("_").replace(/-+(?=_|$)/g, "");
}

/** What of a run its provenance needs, beside the host's part. */
export interface RunProvenance {
  readonly engine: Pick<Engine, "identity" | "determinism">;
  readonly engineChoice: string;
  readonly datasetDigest: string;
  readonly datasetNotes: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** The whole of a run's provenance. */
export async function provenanceOf(host: HostProvenance, run: RunProvenance): Promise<Provenance> {
  const { scope, note } = run.engine.determinism;
  return {
    ...host,
    engine: run.engine.identity,
    engineChoice: run.engineChoice,
    determinism: note === "" ? scope : `${scope}: ${note}`,
    machineClass: await machineClass(run.engine.identity),
    datasetDigest: run.datasetDigest,
    datasetNotes: run.datasetNotes,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  };
}

/** Stands for an engine that never came up, in the record of a run that failed before it. */
export function unknownEngine(name: EngineName): Pick<Engine, "identity" | "determinism"> {
  return {
    identity: { name, versions: {}, device: "unknown", threads: 0 },
    determinism: { scope: "none", note: "the engine did not start" },
  };
}
