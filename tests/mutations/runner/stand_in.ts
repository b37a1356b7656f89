/**
 * A stand-in for `Deno.test`, by which a test file can be run more than once in one process: it takes
 * what the file registers, and runs it when it is told to. Steps are run, sanitizers are not.
 * @module
 */

/** A test as a file registers it. */
export interface Registered {
  readonly name: string;
  readonly ignore: boolean;
  readonly fn: (t: Deno.TestContext) => void | Promise<void>;
}

/** Puts the stand-in in the place of `Deno.test`; what is registered goes to the list it gives. */
export function standIn(): Registered[] {
  const tests: Registered[] = [];
  const register = (first: string | Deno.TestDefinition, fn?: Registered["fn"]) => {
    const { name, ignore = false, fn: own } = typeof first === "string"
      ? { name: first, fn: fn! }
      : first;
    tests.push({ name, ignore, fn: own });
  };
  Object.defineProperty(Deno, "test", { value: register, configurable: true });
  return tests;
}

/** Runs a test and its steps; throws where one of them fails. */
export async function runTest({ name, fn }: Registered): Promise<void> {
  const failed: string[] = [];
  // Of what a test is given, steps alone are used here.
  const context = (name: string, parent?: Deno.TestContext): Deno.TestContext => {
    const own = {
      name,
      origin: Deno.mainModule,
      parent,
      step: async (
        first: string | Deno.TestStepDefinition | Registered["fn"],
        second?: Registered["fn"],
      ) => {
        const step = typeof first === "string"
          ? { name: first, fn: second! }
          : typeof first === "function"
          ? { name: first.name, fn: first }
          : first;
        if ("ignore" in step && step.ignore) return false;
        try {
          await step.fn(context(step.name, own));
          return true;
        } catch (error) {
          failed.push(`${step.name}: ${error}`);
          return false;
        }
      },
    } as Deno.TestContext;
    return own;
  };
  await fn(context(name));
  if (failed.length > 0) throw new Error(failed.join("\n"));
}
