import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command, Main } from "../../src/cli/command.ts";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { EngineError, exitCodes, UsageError, worstExit } from "../../src/base/errors.ts";
import { DECODINGS } from "../../src/data/decoding/meaning.ts";
import { FORMATS } from "../../src/report/write.ts";
import { law } from "../law.ts";
import { keptTerminal } from "../commands/terminal.ts";

/** The table with every command's work replaced. */
function withWork(main: Main): Command[] {
  return commands.map((c) => ({ ...c, load: () => Promise.resolve({ main }) }));
}

async function call(line: string, main: Main = () => Promise.resolve(0)) {
  const terminal = keptTerminal();
  const words = line === "" ? [] : line.split(" ");
  const code = await dispatch(words, { commands: withWork(main), version: "9.9.9", terminal });
  return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
}

Deno.test("no command is a mistake that shows the commands; --help and --version are none", async () => {
  const none = await call("");
  assertEquals([none.code, none.out], [2, ""]);
  assert(none.err.includes("Commands:"));
  for (const line of ["--help", "-h", "help"]) {
    const help = await call(line);
    assertEquals([help.code, help.err], [0, ""]);
    assert(help.out.startsWith("likeness 9.9.9:"));
  }
  assertEquals(await call("--version"), { code: 0, out: "likeness 9.9.9", err: "" });
});

Deno.test("every command answers --help, wherever it stands, without doing anything", async () => {
  const never = () => Promise.reject(new Error("was run"));
  for (const { name } of commands) {
    for (const line of [`${name} --help`, `${name} x --help`, `help ${name}`, `${name} --bad -h`]) {
      const { code, out } = await call(line, never);
      assertEquals(code, 0);
      assert(out.startsWith(`likeness ${name}: `), line);
    }
  }
});

const mistakes: [line: string, message: string][] = [
  ["rnu", "unknown command `rnu`; did you mean `run`?"],
  ["frobnicate", "unknown command `frobnicate`"],
  ["--hlep", "unknown option `--hlep`; did you mean `--help`?"],
  ["run s.yaml --seed 1", "unknown option `--seed` of `run`; did you mean `--seeds`?"],
  ["run s.yaml --engin=wasm", "unknown option `--engin` of `run`; did you mean `--engine`?"],
  ["run s.yaml -q", "unknown option `-q` of `run`"],
  ["run", "run needs SUITE…: Suites: files, e.g. suites/smoke.yaml, or names, e.g. smoke"],
  ["run s.yaml --engine", "--engine needs a value: --engine NAME; nothing follows"],
  ["run s.yaml --engine --fresh", "--engine needs a value: --engine NAME; `--fresh` follows"],
  ["run s.yaml --engine=", "--engine needs a value: --engine NAME; found none"],
  ["run s.yaml --fresh=yes", "--fresh is a switch and takes no value; found `--fresh=yes`"],
  ["engine wasm webgpu", "engine: `webgpu` is one argument too many"],
];
for (const [line, message] of mistakes) {
  Deno.test(`a mistake on the command line is told and exits 2: likeness ${line}`, async () => {
    const { code, out, err } = await call(line, () => Promise.reject(new Error("was run")));
    assertEquals([code, out, err.split("\n")[0]], [2, "", message]);
  });
}

Deno.test("errors become exit codes: usage 2, what can't be had here 3, our own faults 3 with a stack", async () => {
  const failing = (error: Error) => call("status", () => Promise.reject(error));
  assertEquals(await failing(new UsageError("bad key")), { code: 2, out: "", err: "bad key" });
  assertEquals(await failing(new EngineError("no GPU")), { code: 3, out: "", err: "no GPU" });
  const ours = await failing(new TypeError("x is undefined"));
  assertEquals(ours.code, 3);
  assert(
    ours.err.includes("a bug in Likeness") && ours.err.includes("TypeError: x is undefined"),
  );
  assert(ours.err.includes("dispatch_test.ts"), "the stack is shown");
  assertEquals((await call("status", () => Promise.resolve(4))).code, 4);
});

const run = commands.find((c) => c.name === "run") as Command;

Deno.test("arguments: switches, last value, all values, lists, positionals after --", () => {
  const args = parseArguments(run, [
    "a.yaml",
    "--set",
    "x=1",
    "--set=y=a=b",
    "--engine",
    "wasm",
    "--engine=webgpu",
    "--seeds",
    "1, 2,,3",
    "--fresh",
    "2",
    "--",
    "--odd.yaml",
  ]);
  assertEquals(args.positionals, ["a.yaml", "2", "--odd.yaml"]);
  assertEquals(args.all("set"), ["x=1", "y=a=b"]);
  assertEquals(args.one("engine"), "webgpu");
  assertEquals(args.list("seeds"), ["1", "2", "3"]);
  assertEquals(args.list("families"), undefined);
  assertEquals([args.has("fresh"), args.has("quiet")], [true, false]);
  assertEquals(args.one("out"), undefined);
});

Deno.test("arguments: values are checked as their options declare, and read as they were", () => {
  const args = parseArguments(run, ["a", "--jobs", "+4", "--seeds", "3, 1,,2", "--compile", "xla"]);
  assertEquals([args.whole("jobs"), args.whole("threads")], [4, undefined]);
  assertEquals(args.wholes("seeds"), [3, 1, 2]);
  assertEquals([args.word("compile"), args.word("precision")], ["xla", undefined]);
  const evaluate = commands.find((c) => c.name === "evaluate")!;
  assertEquals(parseArguments(evaluate, ["--skip", ".5"]).share("skip"), 0.5);
  // A reader that takes an option for what it isn't is our own mistake.
  assertThrows(() => args.whole("out"), Error, "--out is read as whole, declared undefined");
  assertThrows(() => args.whole("seeds"), Error, "declared wholes");
});

const wrong: [line: string, message: string][] = [
  ...["0", "1.5", "four", "1e3", "0x10", "-1"].map((text) =>
    [
      `run s.yaml --jobs=${text}`,
      `--jobs takes a whole number of at least 1, not \`${text}\``,
    ] as [string, string]
  ),
  // The last one wins, and none may be wrong.
  ["run s.yaml --jobs 0 --jobs 2", "--jobs takes a whole number of at least 1, not `0`"],
  ["run s.yaml --threads 0", "--threads takes a whole number of at least 1, not `0`"],
  ["run s.yaml --pairs 7", "--pairs takes a whole number of at least 8, not `7`"],
  ["gate s.yaml --pairs x", "--pairs takes a whole number of at least 8, not `x`"],
  [
    "run s.yaml --precision=bfloat",
    "--precision takes float32 or bfloat16, not `bfloat`; did you mean `bfloat16`?",
  ],
  ["run s.yaml --compile jit", "--compile takes graph or xla, not `jit`"],
  ["run s.yaml --seeds ,", "--seeds names none; found `,`"],
  ["run s.yaml --seeds 1,-2", "--seeds takes whole numbers up to 4294967295, e.g. 1,2,3; not `-2`"],
  [
    "run s.yaml --seeds 4294967296",
    "--seeds takes whole numbers up to 4294967295, e.g. 1,2,3; not `4294967296`",
  ],
  ["calibrate s.yaml --repeats 4", "--repeats takes a whole number from 5 to 1000, not `4`"],
  [
    "calibrate s.yaml --seeds 1.5",
    "--seeds takes whole numbers up to 4294967295, e.g. 1,2,3; not `1.5`",
  ],
  [
    "report s --format html,pgn",
    "--format takes html, svg, png, md or json, not `pgn`; did you mean `png`?",
  ],
  ["evaluate --samples 1", "--samples takes a whole number of at least 2, not `1`"],
  [
    "evaluate --shuffle 4294967296",
    "--shuffle takes a whole number from 0 to 4294967295, not `4294967296`",
  ],
  ["evaluate --seed -1", "--seed takes a whole number from 0 to 4294967295, not `-1`"],
  ["evaluate --size 7", "--size takes a whole number from 8 to 4096, not `7`"],
  ["evaluate --skip 1.1", "--skip takes a share from 0 to 1, not `1.1`"],
  ["evaluate --jobs 1025", "--jobs takes a whole number from 1 to 1024, not `1025`"],
  ["evaluate --split judge", "--split takes test or train, not `judge`"],
  ["evaluate --decode pill", "--decode takes viewer or pil, not `pill`; did you mean `pil`?"],
];
for (const [line, message] of wrong) {
  Deno.test(`a value that can't be is refused before any work: likeness ${line}`, async () => {
    const { code, out, err } = await call(line, () => Promise.reject(new Error("was run")));
    assertEquals([code, out, err], [2, "", message]);
  });
}

Deno.test("every option of numbers or of a few words declares them, and the words are their owners'", () => {
  const takes = (command: string, option: string) =>
    commands.find((c) => c.name === command)!.options.find((o) => o.name === option)!.takes;
  for (const { name, options } of commands) {
    for (const option of options) {
      const numbers = /^(N|SEED|PIXELS|SHARE|TYPE|WAY|1,2,…)$/.test(option.value ?? "");
      // The ways of resizing are the extractor's own.
      if (!numbers || option.name === "resize") continue;
      assert(option.takes !== undefined, `${name} --${option.name} declares what it takes`);
    }
  }
  assertEquals(takes("report", "format"), { kind: "words", words: [...FORMATS] });
  assertEquals(takes("evaluate", "decode"), { kind: "word", words: Object.keys(DECODINGS) });
});

law("the command line can be pasted: parsing its words again gives the same arguments", {
  source: "definition",
  given: { sets: fc.array(fc.string({ minLength: 1 }).map((s) => `k=${s}`), { maxLength: 3 }) },
  holds: ({ sets }) => {
    const words = ["a.yaml", ...sets.map((s) => `--set=${s}`)];
    const { line, all } = parseArguments(run, words);
    assertEquals(all("set"), sets);
    assertEquals(unquote(line).slice(2), words);
  },
  kills: ["shell-quotes-left-out"],
});

/** Words of a line as a POSIX shell splits it, for what `quote` writes: '…' and \'. */
function unquote(line: string): string[] {
  const words: string[] = [];
  let word = "", open = false, any = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === "'") [open, any] = [!open, true];
    else if (!open && c === "\\") [word, any] = [word + line[++i], true];
    else if (!open && /\s/.test(c)) {
      if (any) words.push(word);
      [word, any] = ["", false];
    } else [word, any] = [word + c, true];
  }
  return any ? [...words, word] : words;
}

law("of several outcomes 2 wins over 3 over 1 over 4 over 0", {
  source: "definition",
  given: { codes: fc.array(fc.constantFrom(0, 1, 2, 3, 4), { maxLength: 6 }) },
  holds: ({ codes }) => {
    const order = [2, 3, 1, 4, 0];
    const strongest = Math.min(...codes.map((c) => order.indexOf(c)), order.length - 1);
    return worstExit(codes) === order[strongest];
  },
  kills: ["regression-hides-failure"],
});

Deno.test("exit codes are those of the help", () => {
  assertEquals(exitCodes, { pass: 0, regressed: 1, usage: 2, failed: 3, inconclusive: 4 });
});
