/**
 * A control row's run: its samples, scored like any model's.
 * @module
 */
import { type Outcome, type Run, timed } from "../../run/mod.ts";
import { conclude, knownValues } from "../../run/score/mod.ts";

/** Executes a run of protocol `control`; see the module. */
export async function executeControl(run: Run): Promise<Outcome> {
  const { planned, host, keys } = run;
  const { spec } = planned;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(spec.data));
  const subject = host.control(spec.family, dataset, keys.sample);
  return await conclude(run, {
    subject,
    samples: subject.most === 0
      ? null
      : (count) => subject.sample(Math.min(count, subject.most ?? count)),
    known: await knownValues(run, null),
    ending: {
      dataset,
      steps: 0,
      parameters: 0,
      resumed: 0,
      seriesSha256: null,
      artefacts: [],
    },
  });
}
