/**
 * The data of a run: those that its suite names, with a training split that another run made where it
 * takes one.
 * @module
 */
import { DataError } from "../base/mod.ts";
import type { Dataset } from "../data/mod.ts";
import { withTraining } from "../data/text/mod.ts";
import { kindOf } from "../kinds/mod.ts";
import type { Run } from "./job.ts";
import { wholeArtefact } from "./needs.ts";

/** The role of documents that take the place of the training split. */
export const DATA_ROLE = "data";

/**
 * See the module.
 * @throws DataError where they aren't texts, or what the other run made are none
 */
export async function dataOf(
  { planned, host, store, taken }: Pick<Run, "planned" | "host" | "store" | "taken">,
): Promise<Dataset> {
  const dataset = await host.dataset(planned.spec.data);
  const made = taken.find(({ role }) => role === DATA_ROLE);
  if (made === undefined) return dataset;
  if (dataset.sample.kind !== "text") {
    const { unit } = kindOf(dataset.sample);
    throw new DataError(
      `${made.label} gives texts, and ${dataset.name} holds ${unit.many}: the run that takes them ` +
        "has to be on texts too",
    );
  }
  const bytes = await wholeArtefact(store, made);
  return withTraining(dataset as Dataset<"text">, bytes, `the data of ${made.label}`);
}
