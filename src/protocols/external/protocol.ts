/**
 * Samples that something else makes: the declaration.
 * @module
 */
import { fixed, formatSeconds } from "../../base/text/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { entry, type ExternalConfig } from "./external.ts";

/** What is known of samples from elsewhere. */
function card({ samples, spec }: RunRecord): [string, string][] {
  const unknown: [string, string] = ["training and parameters", "not measured: external"];
  const files: [string, string] = [
    "files of the samples",
    spec.content ?? "not known: nothing that was named lies here as a file",
  ];
  if (samples === undefined) return [files, unknown];
  const { from, asked, count, seconds, sha256 } = samples;
  return [
    files,
    unknown,
    ["samples from", from],
    ["samples", `${fixed(count, 0)} of ${fixed(asked, 0)} asked; sha256 ${sha256}`],
    [
      "sampling time",
      seconds === null ? "not measured: a folder" : `${formatSeconds(seconds)}, start-up included`,
    ],
  ];
}

/** See the module. */
export const external = defineProtocol<ExternalConfig>({
  name: "external",
  about: entry.about,
  row: "elsewhere",
  entry,
  untimed: { status: "not-defined", reason: "external: it was trained and sampled elsewhere" },
  costs: {
    status: "not-measured",
    reason: "external: it was trained elsewhere",
    but: ["sampling time"],
  },
  card,
  execute: async (run) => await (await import("./execute.ts")).executeExternal(run),
});
