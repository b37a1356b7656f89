/**
 * Dialogues with the attributes that a model finds in them: the declaration.
 * @module
 */
import { fixed } from "../../base/text/mod.ts";
import { documentsRole } from "../../families/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { type AnnotateConfig, entry } from "./entry.ts";

/** What was found, in lines. */
function card({ measured = {}, spec, needs = [] }: RunRecord): [string, string][] {
  const { conditioned, least, most } = spec.config as unknown as AnnotateConfig;
  const { documents, ...means } = measured;
  return [
    ["judge", needs.find(({ role }) => role === "judge")?.label ?? "none"],
    [
      "attributes",
      `whole numbers from ${least} to ${most}, ${conditioned ? "asked for" : "labels"}`,
    ],
    ...(documents === undefined ? [] : [["documents", fixed(documents, 0)] as [string, string]]),
    ...Object.entries(means).map(([name, value]): [string, string] => [name, fixed(value, 3)]),
  ];
}

/** See the module. */
export const annotate = defineProtocol<AnnotateConfig>({
  name: "annotate",
  about: entry.about,
  row: "step",
  entry,
  needs: {
    judge: {
      kind: "weights",
      key: "by",
      about: "the attribute model that judges",
      required: true,
      families: ["language"],
    },
    data: documentsRole,
  },
  gives: { data: "data" },
  card,
  execute: async (run) => await (await import("./execute.ts")).executeAnnotate(run),
});
