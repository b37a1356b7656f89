/**
 * What dataset.ts asks of a dataset, checked wherever a dataset of the user's own is loaded or read:
 * samples of other shapes than it says, or labels that stand for no class, would be scored as if
 * nothing were wrong.
 * @module
 */
import type { Batch, Dataset, DatasetDefinition, Factor, Split } from "./dataset.ts";
import { DataError } from "../base/mod.ts";
import { kindOf, type SampleSpec } from "../kinds/mod.ts";

const splits: readonly Split[] = ["train", "test", "judge", "judge_test"];

/** Why a spec is none of its kind's; null where it is. */
function specFault(spec: SampleSpec): string | null {
  const kind = kindOf(spec), parsed = kind.spec.safeParse(spec);
  if (parsed.success) return null;
  const [{ path: [key], message }] = parsed.error.issues;
  return `kind \`${kind.name}\`: \`${String(key ?? "spec")}\`: ${message}`;
}

function requireSound(dataset: Dataset, name: string): void {
  const wrong = (what: string): never => {
    throw new DataError(`dataset ${name}: ${what}`);
  };
  for (
    const [what, spec] of [["samples", dataset.sample], ...Object.entries(dataset.given ?? {})]
  ) {
    const fault = specFault(spec as SampleSpec);
    if (fault !== null) wrong(`${what} of ${fault}`);
  }
  if (typeof dataset.digest !== "string" || dataset.digest === "") {
    wrong("it has no digest: a text that changes whenever its bytes do, by which they are cached");
  }
  for (const split of splits) {
    const size = dataset.size(split);
    if (!Number.isInteger(size) || size < 0) wrong(`its split ${split} has ${size} samples`);
  }
}

/** Labels are whole numbers from −1 below the number of classes, or numbers. */
function labelFault(factor: Factor, labels: Float32Array | undefined, count: number) {
  if (labels === undefined) return `no labels of its factor ${factor.name}`;
  if (labels.length !== count) {
    return `${labels.length} labels of ${factor.name} for ${count} samples`;
  }
  if (factor.kind !== "class") {
    const at = labels.findIndex(Number.isNaN);
    return at < 0 ? null : `NaN as the ${factor.name} of sample ${at}`;
  }
  const { length } = factor.classes;
  const at = labels.findIndex((label) =>
    !(Number.isInteger(label) && label >= -1 && label < length)
  );
  return at < 0
    ? null
    : `${labels[at]} as the ${factor.name} of sample ${at}; it has classes 0 to ${
      length - 1
    }, and −1`;
}

function requireBatch({ sample, factors, given: told = {} }: Dataset, batch: Batch, of: {
  readonly name: string;
  readonly split: Split;
  readonly count: number;
}): void {
  const where = `dataset ${of.name}: reading ${of.count} samples of ${of.split} gave`;
  const { samples, labels, given = {} } = batch;
  const refuse = (what: string) => {
    throw new DataError(`${where} ${what}`);
  };
  if (samples === undefined) {
    refuse(`${Object.keys(batch).map((name) => `\`${name}\``).join(", ")} and no \`samples\``);
  }
  const fault = kindOf(sample).fault(samples, { spec: sample, count: of.count });
  if (fault !== null) refuse(fault);
  for (const [name, spec] of Object.entries(told)) {
    if (given[name] === undefined) refuse(`nothing as \`given.${name}\``);
    const fault = kindOf(spec).fault(given[name], { spec, count: of.count });
    if (fault !== null) refuse(`as \`given.${name}\` ${fault}`);
  }
  for (const factor of factors) {
    const fault = labelFault(factor, labels[factor.name], of.count);
    if (fault !== null) throw new DataError(`${where} ${fault}`);
  }
}

/** The definition with everything that it gives checked. */
export function checkedDataset<C>(definition: DatasetDefinition<C>): DatasetDefinition<C> {
  const { name } = definition;
  return {
    ...definition,
    status: () => definition.status(),
    ...(definition.outline && { outline: (config: C) => definition.outline!(config) }),
    async load(config, context) {
      const dataset = await definition.load(config, context);
      requireSound(dataset, name);
      return {
        ...dataset,
        size: (split) => dataset.size(split),
        ...(dataset.captions && { captions: (split: Split) => dataset.captions!(split) }),
        ...(dataset.truth && { truth: () => dataset.truth!() }),
        async read(split, indices) {
          const batch = await dataset.read(split, indices);
          requireBatch(dataset, batch, { name, split, count: indices.length });
          return batch;
        },
      };
    },
  };
}
