/**
 * Whether the files that a run rests on are still what they were when it was planned. A worker starts
 * no work on others: its numbers would go by the name of the old ones.
 * @module
 */
import { changedSince, codeDigest, contentOf } from "../content/mod.ts";
import type { DatasetDefinition } from "../data/mod.ts";
import { nounOf, originOf, type Registered } from "../registry.ts";
import type { PlannedRun, RunSpec } from "../record/mod.ts";

/**
 * Compares the code of the user's modules, as registered here, with the plan.
 * @throws DataError for a module that was edited
 */
export async function checkCode({ spec, sources = [] }: PlannedRun): Promise<void> {
  const used: [keyof Registered, string, string | undefined][] = [
    [nounOf(spec.family), spec.family, spec.code],
    ["datasets", spec.data.dataset, spec.data.code],
    ...spec.metrics.map(({ metric, code }) =>
      ["metrics", metric, code] as [
        keyof Registered,
        string,
        string | undefined,
      ]
    ),
  ];
  const digests = new Map<string, Promise<string>>();
  for (const [noun, name, then] of used) {
    const url = originOf(noun, name);
    const source = sources.find((source) => source.url === url);
    if (source !== undefined && !digests.has(source.url)) {
      digests.set(source.url, codeDigest(source));
    }
    const now = await digests.get(source?.url ?? "");
    if (now !== then) {
      throw changedSince(`the module of \`${name}\` (${url ?? "built in"})`, { then, now });
    }
  }
}

/**
 * Compares the files of a dataset with the plan. After loading, so that it is of what was loaded.
 * @throws DataError where they are others
 */
export async function checkData(
  definition: DatasetDefinition,
  { config, content: then, dataset }: RunSpec["data"],
  at: { readonly base: string | undefined; readonly cache: string },
): Promise<void> {
  const now = await contentOf(definition, config, at);
  if (now !== then) throw changedSince(`the data (\`${dataset}\`)`, { then, now });
}
