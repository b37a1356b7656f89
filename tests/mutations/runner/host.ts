/**
 * One test file under several mutants in one process: what a mutant doesn't touch is loaded once. Of
 * each mutant only the file that it changes and those that import it in the end are loaded anew, under
 * a URL with a number of its own. Run in a copy of the tree: `deno run -A host.ts JOB RESULTS`.
 * @module
 */
import { registerHooks } from "node:module";
import { join, toFileUrl } from "@std/path";
import { type Registered, runTest, standIn } from "./stand_in.ts";

/** A mutant's run of the test file. */
export interface Task {
  readonly id: string;
  /** The file that is changed, from the root of the tree, and its text with the bug. */
  readonly file: string;
  readonly text: string;
  /** As of `deno test --filter`; default: all tests. */
  readonly filter?: string;
  readonly failFast: boolean;
  /** Files to load anew: those that import `file` in the end. */
  readonly touched: readonly string[];
}

/** A test file with its mutants. */
export interface Job {
  readonly law: string;
  readonly tasks: readonly Task[];
}

/** A line of the results. */
export interface Result {
  /** null: the last, the tests that failed under one of the mutants, run once more without any. */
  readonly id: string | null;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Why nothing can be said: the file didn't load, or something failed outside its tests. */
  readonly error?: string;
  readonly seconds: number;
}

/** Whether `deno test --filter` of this value would take a test. */
export function takes(filter: string | undefined, name: string): boolean {
  if (filter === undefined) return true;
  const pattern = filter.match(/^\/(.*)\/$/s)?.[1];
  return pattern === undefined ? name.includes(filter) : new RegExp(pattern).test(name);
}

/** What a round loads anew and runs. */
interface Round {
  readonly touched: Iterable<string>;
  readonly taken: (name: string) => boolean;
  readonly failFast: boolean;
}

/** Prepares this process; gives what runs the test file, each time with the files named read anew. */
function rounds(law: string): (round: Round) => Promise<Omit<Result, "id">> {
  const registered: Registered[] = standIn();
  const href = (file: string) => toFileUrl(join(Deno.cwd(), file)).href;
  let number = 0, anew = new Set<string>(), outside: string | undefined;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return anew.has(found.url) ? { ...found, url: `${found.url}?round=${number}` } : found;
    },
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    outside ??= String(event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    outside ??= String(event.reason);
  });
  return async ({ touched, taken, failFast }) => {
    const start = performance.now(), passed: string[] = [], failed: string[] = [];
    const end = (error?: string) => {
      return { passed, failed, error, seconds: (performance.now() - start) / 1000 };
    };
    number++;
    anew = new Set([law, ...touched].map(href));
    registered.length = 0;
    outside = undefined;
    try {
      await import(href(law));
    } catch (error) {
      return end(String(error));
    }
    for (const test of registered.filter(({ name, ignore }) => !ignore && taken(name))) {
      await runTest(test).then(() => passed.push(test.name), () => failed.push(test.name));
      if (failFast && failed.length > 0) break;
    }
    // A rejection that nobody handles is told of in a later turn.
    await new Promise((resolve) => setTimeout(resolve));
    return end(outside);
  };
}

async function main([job, results]: readonly string[]): Promise<void> {
  const { law, tasks } = JSON.parse(await Deno.readTextFile(job)) as Job;
  const run = rounds(law), noticed = new Set<string>(), loaded = new Set<string>();
  const tell = (result: Result) =>
    Deno.writeTextFile(results, `${JSON.stringify(result)}\n`, { append: true });
  for (const { id, file, text, filter, failFast, touched } of tasks) {
    const source = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text);
    const result = await run({ touched, taken: (name) => takes(filter, name), failFast });
    await Deno.writeTextFile(file, source);
    for (const name of result.failed) noticed.add(name);
    for (const name of touched) loaded.add(name);
    await tell({ id, ...result });
  }
  const last = { touched: loaded, taken: (name: string) => noticed.has(name), failFast: false };
  await tell({ id: null, ...await run(last) });
}

if (import.meta.main) {
  await main(Deno.args);
  // What failed tests leave running would keep the process alive.
  Deno.exit(0);
}
