/**
 * A control row's run: its samples, scored like any model's.
 * @module
 */
import { givenTo, type Outcome, type Run, timed, untrained } from "../../run/mod.ts";
import { conclude, knownValues } from "../../run/score/mod.ts";
import { readTokenizer, type Tokenizer } from "../../tokenizers/mod.ts";

/** The tokenizer that the run takes of another; undefined where it takes none. */
async function tokenizerOf({ taken, host, store }: Run): Promise<Tokenizer | undefined> {
  const { tokenizer: given } = givenTo(taken, { store, engine: host.engine });
  return given && await readTokenizer(await given.bytes(), { cache: store.cache });
}

/** Executes a run of protocol `control`; see the module. */
export async function executeControl(run: Run): Promise<Outcome> {
  const { planned, host, keys } = run;
  const { spec } = planned;
  host.emit({ kind: "phase", phase: "data" });
  const dataset = await timed(run, "data", () => host.dataset(spec.data));
  const tokenizer = await tokenizerOf(run);
  const subject = host.control(spec.family, {
    dataset,
    key: keys.sample,
    ...(tokenizer !== undefined && { tokenizer }),
  });
  return await conclude(run, {
    subject,
    samples: subject.most === 0
      ? null
      : (count) => subject.sample(Math.min(count, subject.most ?? count)),
    known: await knownValues(run, null),
    ending: { ...untrained, dataset },
  });
}
