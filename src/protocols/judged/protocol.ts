/**
 * A served model as the judge between two models: the declaration.
 * @module
 */
import { fixed } from "../../base/text/mod.ts";
import { documentsRole, type Role } from "../../families/mod.ts";
import type { RunRecord } from "../../record/mod.ts";
import { defineProtocol } from "../protocol.ts";
import { entry, type JudgedConfig } from "./entry.ts";

/** What was said, in lines. */
function card({ measured = {}, spec, needs = [] }: RunRecord): [string, string][] {
  const { model, url } = spec.config as unknown as JudgedConfig;
  const whose = (role: string) => needs.find((one) => one.role === role)?.label ?? "none";
  return [
    ["judge", `${model} at ${new URL(url).host}: no exact rule, another model's opinion`],
    ["judged", `${whose("policy")} against ${whose("against")}, each pair in both orders`],
    ...Object.entries(measured).map(([name, value]): [string, string] => [
      name,
      fixed(value, name === "pairs" ? 0 : 3),
    ]),
  ];
}

const weights = (key: string, about: string): Role<JudgedConfig> => ({
  kind: "weights",
  key,
  about,
  required: true,
  families: ["language"],
});

/** See the module. */
export const judged = defineProtocol<JudgedConfig>({
  name: "judged",
  about: entry.about,
  row: "step",
  entry,
  needs: {
    policy: weights("of", "the model whose wins are counted"),
    against: weights("against", "the model that it is compared with"),
    data: documentsRole,
  },
  card,
  execute: async (run) => await (await import("./execute.ts")).executeJudged(run),
});
