/**
 * A decoder's parameters out of a file of tensors, one tensor at a time.
 * @module
 */
import { DataError } from "../../../base/mod.ts";
import type { DecoderParameters, DecoderShape } from "../../../backbones/decoder/mod.ts";
import type { Engine, TensorTree } from "../../../engine/mod.ts";
import type { TensorFile } from "../../../nn/files/mod.ts";
import { fromFile, type Place, shapeInFile } from "./layout.ts";
import { type Naming, parameterShapes } from "./names.ts";

/** One parameter and where it is. */
interface Part {
  readonly path: string;
  readonly shape: readonly number[];
  readonly place: Place;
}

/** Which parameters each tensor of a file holds. */
export type Assigned = ReadonlyMap<string, readonly Part[]>;

/** Names that a message has room for. */
const SHOWN = 6;

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The tensors that a shape wants, by the file's names. */
function wantedOf(shape: DecoderShape, naming: Naming, bare: boolean): Map<string, Part[]> {
  const wanted = new Map<string, Part[]>();
  for (const [path, own] of parameterShapes(shape)) {
    const place = naming.place(path);
    const name = bare && place.name.startsWith(naming.prefix)
      ? place.name.slice(naming.prefix.length)
      : place.name;
    const parts = wanted.get(name) ?? [];
    parts.push({ path, shape: own, place });
    wanted.set(name, parts);
  }
  return wanted;
}

/**
 * Finds each parameter in a file.
 * @param options `what`: the file, for messages
 * @throws DataError that lists what is missing, what is there and isn't known, and what has other
 * shapes than the config gives
 */
export function assign(
  { tensors }: Pick<TensorFile, "tensors">,
  { shape, naming, what }: {
    readonly shape: DecoderShape;
    readonly naming: Naming;
    readonly what: string;
  },
): Assigned {
  const anchor = naming.place("tokens/weight").name;
  const bare = !tensors.has(anchor) && tensors.has(anchor.slice(naming.prefix.length));
  const wanted = wantedOf(shape, naming, bare);
  const missing = [...wanted.keys()].filter((name) => !tensors.has(name));
  const surplus = [...tensors.keys()].filter((name) =>
    !wanted.has(name) && !naming.needless.test(name) && !(shape.tied && name === naming.head)
  );
  const misshapen = [...wanted].flatMap(([name, [part]]) => {
    const found = tensors.get(name), right = shapeInFile(part.shape, part.place);
    if (found === undefined || String(found.shape) === String(right)) return [];
    return [`${name} is [${found.shape}] where the config makes it [${right}]`];
  });
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${listed(missing)}`] : []),
    ...(surplus.length > 0
      ? [`it has ${listed(surplus)}, which ${naming.name} form has no place for`]
      : []),
    ...(misshapen.length > 0 ? [listed(misshapen)] : []),
  ];
  if (faults.length > 0) {
    throw new DataError(
      `${what}: ${faults.join("; ")}; tensors and config have to be of one model`,
    );
  }
  return wanted;
}

/** Calls back with each parameter's values, row-major, in the order of the file. */
export async function eachParameter(
  file: TensorFile,
  assigned: Assigned,
  take: (path: string, parameter: { shape: readonly number[]; values: Float32Array }) => void,
): Promise<void> {
  for (const name of file.tensors.keys()) {
    const parts = assigned.get(name);
    if (parts === undefined) continue;
    const values = await file.read(name);
    for (const { path, shape, place } of parts) {
      take(path, { shape, values: fromFile(values, { shape, place }) });
    }
  }
}

/**
 * Refuses a file whose model shares its head with the embeddings and that holds another head beside.
 * @throws DataError
 */
export async function checkTied(
  file: TensorFile,
  { shape, naming, what }: {
    readonly shape: DecoderShape;
    readonly naming: Naming;
    readonly what: string;
  },
): Promise<void> {
  if (!shape.tied || !file.tensors.has(naming.head)) return;
  const embeddings =
    [naming.place("tokens/weight").name].map((name) =>
      file.tensors.has(name) ? name : name.slice(naming.prefix.length)
    )[0];
  const head = await file.read(naming.head), tokens = await file.read(embeddings);
  if (head.length === tokens.length && head.every((value, i) => value === tokens[i])) return;
  throw new DataError(
    `${what}: the config ties the head to the embeddings, and ${naming.head} is another matrix ` +
      `than ${embeddings}: set tie_word_embeddings to false if it is the head`,
  );
}

type Branch<T> = Map<string, Branch<T> | T>;

/** The tree of leaves by path; parts of a path that are whole numbers are indices. */
export function treeOf<T extends object>(leaves: ReadonlyMap<string, T>): unknown {
  const root: Branch<T> = new Map();
  for (const [path, leaf] of leaves) {
    const parts = path.split("/"), last = parts.pop()!;
    let at = root;
    for (const part of parts) {
      if (!at.has(part)) at.set(part, new Map());
      at = at.get(part) as Branch<T>;
    }
    at.set(last, leaf);
  }
  const planted = (branch: Branch<T>): unknown => {
    const entries = [...branch].map(([name, child]) =>
      [name, child instanceof Map ? planted(child) : child] as const
    );
    if (!entries.every(([name]) => /^\d+$/.test(name))) return Object.fromEntries(entries);
    return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
  };
  return planted(root);
}

/** A parameter as it is to be held: itself, or tensors in its place. */
export type Hold = (
  path: string,
  parameter: { readonly shape: readonly number[]; readonly values: Float32Array },
) => readonly {
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}[];

/** A file's parameters on an engine, one after the other. The caller disposes them. */
export async function loadParameters(
  engine: Engine,
  file: TensorFile,
  { assigned, hold = (path, parameter) => [{ path, ...parameter }] }: {
    readonly assigned: Assigned;
    readonly hold?: Hold;
  },
): Promise<DecoderParameters> {
  const leaves = new Map<string, TensorTree>();
  await eachParameter(file, assigned, (path, parameter) => {
    for (const { path: own, shape, values } of hold(path, parameter)) {
      leaves.set(own, engine.tensor(values, shape));
    }
  });
  return treeOf(leaves) as DecoderParameters;
}
