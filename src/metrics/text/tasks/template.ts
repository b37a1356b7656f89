/**
 * Templates of tasks: Jinja as lm-evaluation-harness sets it up. Blocks keep their spaces, a last line
 * break stays, a name that a document lacks is an error, and values that are no texts are written as
 * Python writes them.
 * @module
 */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { DataError } from "../../../base/mod.ts";
import { isList, type Json, repr, textOf } from "./python/mod.ts";

type Value = ReturnType<Interpreter["run"]>;
type Program = ReturnType<typeof parse>;
type Node = Program["body"][number];

/**
 * Steps of the interpreter that Python takes another way. They are private to the library, whose
 * version is pinned, and are replaced on the one object.
 */
interface Steps {
  evaluate(node: Node, scope: Environment): Value;
  evaluateBlock(body: readonly Node[], scope: Environment): Value;
  evaluateIdentifier(node: Node & { value: string }, scope: Environment): Value;
  evaluateTestExpression(node: Node, scope: Environment): Value;
  evaluateFilterExpression(node: Node & { filter: Node }, scope: Environment): Value;
  evaluateCallExpression(node: Node, scope: Environment): Value;
}

/** Statements that write nothing. */
const silent = new Set(["Set", "Macro", "Comment", "Break", "Continue"]);

const textValue = (text: string) => new Environment().set("text", text);

/** A value of the interpreter as JSON has it. @throws Error where it has no like there */
function plain(value: Value): Json {
  const inner = value.value as unknown;
  if (value.type === "NullValue") return null;
  if (value.type === "UndefinedValue") throw new Error("a value that isn't defined");
  if (Array.isArray(inner)) return inner.map(plain);
  if (inner instanceof Map) {
    return Object.fromEntries(Array.from(inner, ([key, one]) => [key, plain(one)]));
  }
  if (typeof inner === "function") throw new Error("a function where a value was expected");
  return inner as Json;
}

/** A value as Python's `str` shows it. */
function written(value: Value): string {
  // The library's own text of a float has the ".0" that a whole one has in Python.
  if (value.type === "IntegerValue" || value.type === "FloatValue") return value.toString();
  return textOf(plain(value));
}

interface Called extends Node {
  readonly callee: { readonly type: string; readonly object?: Node; readonly property?: Node };
  readonly args: readonly Node[];
}

/** An interpreter with these steps; see the module. */
function interpreterOf(scope: Environment): Interpreter {
  const interpreter = new Interpreter(scope);
  const own = interpreter as unknown as Steps;
  const { evaluateTestExpression, evaluateFilterExpression, evaluateCallExpression } = own;
  // Above 0 within `is …` and `default`, which may be asked of what isn't there.
  let lenient = 0;
  const leniently = (work: () => Value) => {
    lenient++;
    try {
      return work();
    } finally {
      lenient--;
    }
  };
  const steps: Partial<Steps> = {
    evaluateBlock(body, inner) {
      let text = "";
      for (const node of body) {
        const value = own.evaluate(node, inner);
        if (!silent.has(node.type)) text += written(value);
      }
      return textValue(text);
    },
    evaluateIdentifier(node, inner) {
      const value = inner.lookupVariable(node.value);
      if (value.type !== "UndefinedValue" || lenient > 0) return value;
      throw new Error(`\`${node.value}\` isn't defined`);
    },
    evaluateTestExpression: (node, inner) =>
      leniently(() => evaluateTestExpression.call(interpreter, node, inner)),
    evaluateFilterExpression(node, inner) {
      const work = () => evaluateFilterExpression.call(interpreter, node, inner);
      const { callee, value } = node.filter as Node & { callee?: Node; value?: string };
      const name = value ?? (callee as { value?: string } | undefined)?.value;
      return name === "default" || name === "d" ? leniently(work) : work();
    },
    evaluateCallExpression(node, inner) {
      const { callee, args } = node as Called;
      const name = (callee.property as { value?: string } | undefined)?.value;
      if (callee.type === "MemberExpression" && name === "index" && args.length === 1) {
        const list = plain(own.evaluate(callee.object!, inner));
        const wanted = plain(own.evaluate(args[0], inner));
        const at = isList(list) ? list.findIndex((one) => repr(one) === repr(wanted)) : -1;
        if (isList(list) && at < 0) throw new Error(`${repr(wanted)} is not in ${repr(list)}`);
        if (isList(list)) return new Environment().set("at", at);
      }
      return evaluateCallExpression.call(interpreter, node, inner);
    },
  };
  for (const [name, step] of Object.entries(steps)) {
    Object.defineProperty(interpreter, name, { value: step });
  }
  return interpreter;
}

const parsed = new Map<string, Program>();

function programOf(source: string): Program {
  let found = parsed.get(source);
  if (found === undefined) {
    // The library drops one line break at the end, which is to stay.
    found = parse(tokenize(source.endsWith("\n") ? `${source}\n` : source));
    parsed.set(source, found);
  }
  return found;
}

const constants = { true: true, True: true, false: false, False: false, none: null, None: null };

/** The whole numbers that Python's `range` gives. */
function range(start: number, stop?: number | null, step: number | null = 1): number[] {
  const [from, to] = stop === undefined || stop === null ? [0, start] : [start, stop];
  const by = step ?? 1;
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by);
}

/**
 * A template with the fields of a document put in.
 * @throws DataError where it can't be read, or asks for what the document hasn't
 */
export function render(source: string, document: Readonly<Record<string, Json>>): string {
  const fault = (error: unknown) =>
    new DataError(`the template ${JSON.stringify(source)}: ${(error as Error).message}`);
  const scope = new Environment();
  for (const [name, value] of Object.entries({ ...constants, range, ...document })) {
    scope.variables.delete(name); // a field may have the name of a function
    scope.set(name, value);
  }
  try {
    return String(interpreterOf(scope).run(programOf(source)).value);
  } catch (error) {
    throw fault(error);
  }
}
