/**
 * Documents for other runs: the declaration.
 * @module
 */
import { count, fixed } from "../../base/text/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { documentsRole } from "../../families/mod.ts";
import type { FlowStage } from "../flow.ts";
import { defineProtocol } from "../protocol.ts";
import { type CurateConfig, entry } from "./entry.ts";
import { flowOf } from "./measured.ts";

/** "1,204 of 1,300 documents kept, 12 rewritten; dropped: mean_word_length 90, words 6". */
function stageText({ read, kept, rewritten, dropped }: FlowStage): string {
  const number = (n: number) => fixed(n, 0);
  const changed = rewritten === 0 ? "" : `, ${number(rewritten)} rewritten`;
  const checks = dropped.map(({ check, documents }) => `${check} ${number(documents)}`);
  return `${number(kept.documents)} of ${count(read.documents, "document")} kept${changed}` +
    (checks.length === 0 ? "" : `; dropped: ${checks.join(", ")}`);
}

/** What each stage did, a line each. */
function card(record: RunRecord): [string, string][] {
  const flow = flowOf(record);
  if (flow === null) return [];
  const left = flow.stages.at(-1)!.kept;
  return [
    ...flow.stages.map((stage): [string, string] => [stage.name, stageText(stage)]),
    ["left", `${count(left.documents, "document")}, ${fixed(left.bytes, 0)} bytes of text`],
  ];
}

/** See the module. */
export const curate = defineProtocol<CurateConfig>({
  name: "curate",
  about: entry.about,
  row: "step",
  entry,
  needs: { data: documentsRole },
  gives: { data: "data" },
  card,
  flow: flowOf,
  async flowValues(read) {
    const bytes = await read("tallies");
    if (bytes === null) return [];
    const { valuesOf } = await import("./values.ts");
    return valuesOf(JSON.parse(new TextDecoder().decode(bytes)));
  },
  execute: async (run) => await (await import("./execute.ts")).executeCurate(run),
});
