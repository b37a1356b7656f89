/**
 * Answers of a model for other runs: the declaration.
 * @module
 */
import { fixed } from "../../base/text/mod.ts";
import { documentsRole } from "../../families/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { entry, type RespondConfig } from "./entry.ts";

/** What was measured, in lines. */
function card({ measured = {}, spec, needs = [] }: RunRecord): [string, string][] {
  const { count, temperature, keep, pairs } = spec.config as unknown as RespondConfig;
  const whose = (role: string) => needs.find((one) => one.role === role)?.label;
  const judge = whose("judge");
  const numbers = Object.entries(measured).filter(([name]) =>
    /reward|right|judged|ended/.test(name)
  );
  return [
    ["policy", whose("policy") ?? "none"],
    ["chosen by", judge ?? "the exact rule"],
    ["answers", `${count} a prompt at temperature ${temperature}; ${pairs ? "pairs" : keep} kept`],
    ...["prompts", "documents", "tokens"].flatMap((name): [string, string][] =>
      measured[name] === undefined ? [] : [[name, fixed(measured[name], 0)]]
    ),
    ...numbers.map(([name, value]): [string, string] => [name, fixed(value, 4)]),
  ];
}

/** See the module. */
export const respond = defineProtocol<RespondConfig>({
  name: "respond",
  about: entry.about,
  row: "step",
  entry,
  needs: {
    policy: {
      kind: "weights",
      key: "of",
      about: "the model that answers",
      required: true,
      families: ["language"],
    },
    judge: {
      kind: "weights",
      key: "by",
      about: "a reward or attribute model that chooses among answers",
      families: ["language"],
    },
    data: documentsRole,
  },
  gives: { data: "data" },
  card,
  execute: async (run) => await (await import("./execute.ts")).executeRespond(run),
});
