/** A protocol of a user's own that gives documents: the training texts in capitals. */
import { z } from "zod";
import {
  defineProtocol,
  keepArtefact,
  madeLines,
  textsOf,
  timed,
  writeRecord,
} from "@likeness/likeness";
import { stringsOf } from "../../src/kinds/text/mod.ts";

/** See above. */
export const upper = defineProtocol<Record<string, never>>({
  name: "upper",
  about: "the training texts in capitals",
  row: "step",
  gives: { data: "data" },
  entry: {
    name: "upper",
    version: 1,
    about: "the training texts in capitals",
    papers: [],
    takes: ["text"],
    config: z.strictObject({}),
    seeded: () => false,
  },
  async execute(run) {
    const dataset = await run.host.dataset(run.planned.spec.data);
    const rows = Uint32Array.from({ length: dataset.size("train") }, (_, i) => i);
    const { samples } = await timed(run, "data", () => dataset.read("train", rows));
    const texts = stringsOf(textsOf(samples));
    const artefact = await keepArtefact(run, {
      name: "data",
      file: "data.jsonl",
      about: "The training texts in capitals",
      bytes: madeLines(texts.map((text) => ({ text: text.toUpperCase() }))),
    });
    return await writeRecord(run, {
      state: "done",
      dataset,
      steps: 0,
      parameters: 0,
      metrics: [],
      artefacts: [artefact],
      resumed: 0,
      seriesSha256: null,
    });
  },
});
