/**
 * What family.ts asks of a model, checked: what it is built of, and what its programs give. A family
 * of the user's own that gives [B, C, H, W], values in [−1, 1] or 0 to 255 would get bad scores that
 * look like any other; it gets an error that says what came.
 * @module
 */
import { ToldError } from "../base/mod.ts";
import { type HostValues, type Kind, kindOf, type SampleSpec, takesFaults } from "../kinds/mod.ts";
import type { Family, Model, TensorRecord } from "./family.ts";
import type { Capabilities } from "../subject/mod.ts";

/** A model or metric that doesn't keep what its declaration promises. Ends the run as failed. */
export class ContractError extends ToldError {
  override readonly name = "ContractError";
}

/** What a capability has to be. */
const kinds: { readonly [K in keyof Required<Capabilities>]: (value: unknown) => boolean } = {
  likelihood: (v) => ["exact", "bound", "none"].includes(v as string),
  measure: (v) => ["discrete-256", "density", "bernoulli", "tokens"].includes(v as string),
  latent: (v) => ["continuous", "discrete", "none"].includes(v as string),
  reconstructs: (v) => typeof v === "boolean",
  samples: (v) => typeof v === "boolean",
  importance: (v) => typeof v === "boolean",
  conditions: (v) => Array.isArray(v) && v.every((name) => typeof name === "string"),
  evaluations: (v) => Number.isInteger(v) && (v as number) >= 1,
  anyEvaluations: (v) => typeof v === "boolean",
  guidance: (v) => typeof v === "boolean",
  noise: (v) => Number.isInteger(v) && (v as number) >= 1,
  codes: (v) => {
    const { size, count } = (v ?? {}) as Record<string, unknown>;
    return [size, count].every((n) => Number.isInteger(n) && (n as number) >= 1);
  },
  critic: (v) => typeof v === "boolean",
  posterior: (v) => typeof v === "boolean",
};
const required: readonly (keyof Capabilities)[] = [
  "likelihood",
  "latent",
  "reconstructs",
  "samples",
];

/** What of a model isn't as family.ts has it, a sentence each; none where all is well. */
export function modelFaults({ capabilities, programs, driver, reshapes = [] }: Model): string[] {
  const faults: string[] = [];
  const told = Object.entries(capabilities ?? {}).filter(([, value]) => value !== undefined);
  for (const name of required) {
    if (!told.some(([key]) => key === name)) faults.push(`its capabilities leave out \`${name}\``);
  }
  for (const [name, value] of told) {
    const right = Object.hasOwn(kinds, name) ? kinds[name as keyof Capabilities] : undefined;
    if (right === undefined) {
      const known = Object.keys(kinds).join(", ");
      faults.push(`no capability is called \`${name}\`; there are ${known}`);
    } else if (!right(value)) {
      faults.push(`its capability \`${name}\` can't be ${JSON.stringify(value)}`);
    }
  }
  if (faults.length > 0) return faults;
  const { samples, reconstructs, likelihood, measure, critic, codes, posterior, noise } =
    capabilities;
  const has = (name: string) => Object.hasOwn(programs ?? {}, name);
  const promise = (promised: boolean, held: boolean, what: string) => {
    if (promised && !held) faults.push(what);
  };
  const program = (capability: string, name: string) =>
    `its capability \`${capability}\` names the program \`${name}\`, which it doesn't have`;
  promise(
    samples,
    has("sample") || driver?.sample !== undefined,
    `${program("samples", "sample")}; nor has its driver a \`sample\``,
  );
  promise(reconstructs, has("reconstruct"), program("reconstructs", "reconstruct"));
  promise(likelihood !== "none", has("log_weight"), program("likelihood", "log_weight"));
  promise(
    likelihood !== "none",
    measure !== undefined,
    "its capabilities say `likelihood`, and not over which `measure`",
  );
  promise(critic === true, has("score"), program("critic", "score"));
  promise(codes !== undefined, has("codes"), program("codes", "codes"));
  promise(posterior === true, has("encode"), program("posterior", "encode"));
  promise(
    noise !== undefined,
    has("decode") || driver?.decode !== undefined,
    `${program("noise", "decode")}; nor has its driver a \`decode\``,
  );
  if (driver === undefined) faults.push("it has no `driver`; {} is one");
  for (const name of reshapes) {
    promise(
      true,
      has(name),
      `its \`reshapes\` names the program \`${name}\`, which it doesn't have`,
    );
  }
  for (const name of driver?.schedule?.(0) ?? ["train"]) {
    promise(true, has(name), `its first step runs the program \`${name}\`, which it doesn't have`);
  }
  return faults;
}

/** What of a definition that a suite names isn't as it has to be: its name, version, config. */
export function definitionFaults(
  { name, version, config }: Pick<Family, "name" | "version" | "config">,
): string[] {
  const faults: string[] = [];
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    faults.push("its name is none: letters, digits, _ and -, a letter first");
  }
  if (!Number.isInteger(version) || version < 1) {
    faults.push(`its version is ${JSON.stringify(version)}; a whole number from 1 was expected`);
  }
  if (typeof config?.safeParse !== "function") faults.push("its config is no zod schema");
  return faults;
}

/** What of a family's declaration isn't as family.ts has it, a sentence each. */
export function familyFaults(family: Family): string[] {
  const faults = [...definitionFaults(family), ...takesFaults(family.takes)];
  if (faults.length === 0 && !family.config.safeParse({}).success) {
    faults.push("its config refuses {}: give every field a default");
  }
  return faults;
}

/** Refuses a model with faults. @throws ContractError with everything that is wrong */
export function requireModel(model: Model, label: string): void {
  const faults = modelFaults(model);
  if (faults.length > 0) throw new ContractError(`${label}: ${faults.join("; ")}`);
}

/**
 * What the program `train` gives of a step.
 * @throws ContractError where there is no loss among it
 */
export function requireLoss(program: string, outputs: TensorRecord): void {
  if (program !== "train" || "loss" in outputs) return;
  const given = Object.keys(outputs).map((name) => `\`${name}\``).join(", ") || "nothing";
  throw new ContractError(
    `\`train\` gives ${given} and no \`loss\`: the scalar that it minimises, by which divergence is ` +
      "seen",
  );
}

/** What an output has to be: "sample gives x_BHWC". */
export interface Promised {
  /** "vae: sample". */
  readonly where: string;
  /** Shape; −1: any number. */
  readonly shape: readonly number[];
}

/**
 * Refuses outputs of another shape.
 * @param hint says what to do, where that can be told from the two
 * @throws ContractError with both
 */
export function requireShape(
  shape: readonly number[],
  { where, shape: wanted }: Promised,
  hint?: Kind["shapeHint"],
): void {
  const fits = shape.length === wanted.length &&
    shape.every((n, i) => wanted[i] === -1 || n === wanted[i]);
  if (fits) return;
  const told = hint?.(shape, wanted) ?? null;
  throw new ContractError(
    `${where} gives [${shape.join(", ")}] where [${
      wanted.map((n) => n === -1 ? "any" : n).join(", ")
    }] was expected` + (told === null ? "" : `: ${told}`),
  );
}

/**
 * Samples as their kind has them: pictures are float32 in [0, 1], and are rounded to k/255 when they are
 * read.
 * @throws ContractError for values that are none
 */
export function requireSamples(
  values: HostValues,
  { where, sample }: { readonly where: string; readonly sample: SampleSpec },
): void {
  const fault = kindOf(sample).valueFault(sample, values);
  if (fault !== null) throw new ContractError(`${where} gives ${fault}`);
}

/** Refuses values that aren't finite. @throws ContractError with the first of them */
export function requireFiniteValues(values: Float32Array | Int32Array, where: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new ContractError(`${where} gives ${values[at]} (value ${at})`);
}

/** Whole numbers in [0, size). @throws ContractError for others */
export function requireCodes(
  values: Float32Array | Int32Array,
  { where, size }: { readonly where: string; readonly size: number },
): void {
  const at = values.findIndex((v) => !(Number.isInteger(v) && v >= 0 && v < size));
  if (at < 0) return;
  throw new ContractError(
    `${where} gives ${values[at]} (value ${at}) where whole numbers from 0 to ${size - 1} were ` +
      "expected",
  );
}
