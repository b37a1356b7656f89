/**
 * Whether another run's weights are of this model: they know the same tokens and have the same shapes.
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { DataError } from "../../../base/mod.ts";
import type { DecoderParameters } from "../../../backbones/mod.ts";
import { type Engine, leaves } from "../../../engine/mod.ts";

/** What a state says of its tokenizer. */
interface Tokens {
  readonly tokenizer?: tf.Tensor;
}

/**
 * Refuses weights of another tokenizer.
 * @param options `what`: the weights, for messages: "the weights that this run goes on from"
 * @throws DataError where they are of another tokenizer
 */
export async function requireTokenizer(
  own: Tokens,
  other: Tokens,
  { engine, what, name }: { readonly engine: Engine; readonly what: string; readonly name: string },
): Promise<void> {
  const [mine, theirs] = await Promise.all(
    [own.tokenizer, other.tokenizer].map((words) =>
      words === undefined ? "" : engine.read(words).then((read) => read.join())
    ),
  );
  if (mine !== theirs) {
    throw new DataError(
      `${what} know the tokens of another tokenizer than ${name}: give both runs the same one`,
    );
  }
}

/** What weights have to be: others of the same shapes, or those shapes by path. */
type Shapes = DecoderParameters | ReadonlyMap<string, readonly number[]>;

/** What an adapter puts beside weights isn't compared. */
function shapesOf(own: Shapes): string[] {
  const found = own instanceof Map
    ? [...own as ReadonlyMap<string, readonly number[]>]
    : leaves(own as DecoderParameters).map(([path, { shape }]) => [path, shape] as const);
  return found.filter(([path]) => !/\/(low|prefix|bottlenecks)\//.test(path))
    .map(([path, shape]) => `${path} [${shape}]`).sort();
}

/** Refuses weights of other shapes. @throws DataError that names the first that differs */
export function requireShapes(own: Shapes, other: DecoderParameters): void {
  const [here, there] = [shapesOf(own), shapesOf(other)];
  for (let i = 0; i < Math.max(here.length, there.length); i++) {
    if (here[i] === there[i]) continue;
    throw new DataError(
      `the weights have ${there[i] ?? "nothing"} where this model has ${here[i] ?? "nothing"}`,
    );
  }
}
