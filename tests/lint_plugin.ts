/**
 * Lint rules of this project: what the promise of same bits, and engines in workers, rest on.
 * @module
 */

/**
 * Rooms and files of `src` that are not on the path from a suite to the value of a metric, by how their
 * paths begin, each with why. Everything else is on it, a new room too.
 */
export const offTheBitPath: Readonly<Record<string, string>> = {
  "base/text/format.ts": "digits as people read them; a value is stored before it is shown",
  "report/": "values as pages and charts show them",
  "proof/": "float64 references and probes, held against what is on the path",
};

/** Whether the bits of a metric's value may depend on a file. */
function isOnBitPath(file: string): boolean {
  const at = file.lastIndexOf("/src/");
  const path = file.slice(at + "/src/".length);
  return at >= 0 && !Object.keys(offTheBitPath).some((begin) => path.startsWith(begin));
}

/** `Math` functions that are exact or fixed by IEEE 754, so the same on every machine. */
const exact = new Set([
  "abs",
  "ceil",
  "clz32",
  "floor",
  "fround",
  "f16round",
  "imul",
  "max",
  "min",
  "round",
  "sign",
  "sqrt",
  "trunc",
  // Constants.
  "E",
  "LN2",
  "LN10",
  "LOG2E",
  "LOG10E",
  "PI",
  "SQRT1_2",
  "SQRT2",
]);

function nameOf(node: Deno.lint.Node | null): string | undefined {
  if (node?.type === "Identifier") return node.name;
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  return undefined;
}

/** Whether `**` has one result by IEEE 754 everywhere: a whole, small, literal exponent. */
function isExactPower(right: Deno.lint.Node): boolean {
  const inner = right.type === "UnaryExpression" && right.operator === "-" ? right.argument : right;
  return inner.type === "Literal" && Number.isInteger(inner.value);
}

/** Names of what declares a test, or a law: `Deno.test`, `test`, `law`. */
const declares = /^(Deno\.)?(test|law)(\.(ignore|only))?$/;

function parentOf(node: Deno.lint.Node | undefined): Deno.lint.Node | undefined {
  return (node as { readonly parent?: Deno.lint.Node } | undefined)?.parent;
}

/** The function that a node is in. */
function functionAround(node: Deno.lint.Node): Deno.lint.Node | undefined {
  let at = parentOf(node);
  while (at !== undefined && !/Function/.test(at.type)) at = parentOf(at);
  return at;
}

/** Whether a function is the body of a test: an argument of its declaration, `fn` or `holds`. */
function isTestBody(body: Deno.lint.Node | undefined, source: (node: Deno.lint.Node) => string) {
  const parent = parentOf(body);
  if (parent?.type === "CallExpression") {
    return declares.test(source(parent.callee)) || /^needing\(/.test(source(parent.callee));
  }
  return parent?.type === "Property" && /^(fn|holds)$/.test(nameOf(parent.key) ?? "");
}

const plugin: Deno.lint.Plugin = {
  name: "likeness",
  rules: {
    /** Host reads block the worker; `await engine.read(tensor)` is the only way back. */
    "no-sync-read": {
      create(context) {
        return {
          MemberExpression(node) {
            const name = nameOf(node.property);
            if (name !== "dataSync" && name !== "arraySync" && name !== "bytesSync") return;
            context.report({
              node,
              message: `${name} blocks until the device is done`,
              hint: "use `await engine.read(tensor)`",
            });
          },
        };
      },
    },
    /** tfjs falls back to another backend in silence; engines are opened in src/engine alone. */
    "no-set-backend": {
      create(context) {
        if (context.filename.includes("/src/engine/")) return {};
        return {
          MemberExpression(node) {
            if (nameOf(node.property) !== "setBackend") return;
            context.report({
              node,
              message: "setBackend outside src/engine can end up on another backend in silence",
              hint: "use `openEngine`",
            });
          },
        };
      },
    },
    /** A test that looks and leaves has passed without testing; a skipped one is counted. */
    "no-silent-skip": {
      create(context) {
        if (!/\/tests\//.test(context.filename)) return {};
        const hint =
          "skip by tests/needs.ts; make an absence in the test; leave a law's case by fc.pre";
        const source = (node: Deno.lint.Node) => context.sourceCode.getText(node);
        return {
          Property(node) {
            if (nameOf(node.key) !== "ignore" || context.filename.endsWith("/needs.ts")) return;
            const call = parentOf(node.parent);
            if (call?.type !== "CallExpression" || !declares.test(source(call.callee))) return;
            // Not by tests/needs.ts: its reason would be in no count.
            if (/^skips\(/.test(source(node.value))) return;
            context.report({
              node,
              message: "a test ignored without a reason that is counted",
              hint,
            });
          },
          MemberExpression(node) {
            if (source(node) !== "Deno.test.ignore" && source(node) !== "test.ignore") return;
            context.report({
              node,
              message: "a test ignored without a reason that is counted",
              hint,
            });
          },
          ReturnStatement(node) {
            if (node.argument !== null || !isTestBody(functionAround(node), source)) return;
            context.report({
              node,
              message: "a test that ends early passes without testing",
              hint,
            });
          },
        };
      },
    },
    /** `Math.exp`, `Math.random`, … and general powers may differ between machines. */
    "no-platform-math": {
      create(context) {
        if (!isOnBitPath(context.filename)) return {};
        const hint = "use src/numeric/elementary.ts, or keys of src/random";
        return {
          MemberExpression(node) {
            if (nameOf(node.object) !== "Math") return;
            const name = nameOf(node.property);
            if (name !== undefined && exact.has(name)) return;
            const message = `Math.${name ?? "[…]"} may give other bits on another machine`;
            context.report({ node, message, hint });
          },
          VariableDeclarator(node) {
            if (node.init === null || nameOf(node.init) !== "Math") return;
            context.report({ node, message: "Math taken apart can't be checked", hint });
          },
          BinaryExpression(node) {
            if (node.operator as string !== "**" || isExactPower(node.right)) return;
            const message = "a power with a computed exponent may give other bits elsewhere";
            context.report({ node, message, hint });
          },
        };
      },
    },
  },
};
export default plugin;
