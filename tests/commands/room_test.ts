/**
 * What stands in the way of a suite's files is told before anything is trained for them.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { dispatch } from "../../src/cli/dispatch.ts";
import { commands } from "../../src/commands/table.ts";
import { inFolder } from "../run/harness.ts";
import { keptTerminal } from "./terminal.ts";
import { tinySuite } from "./tiny_suite.ts";
import { need, needing } from "../needs.ts";

const file = (path: string) => Deno.writeTextFile(path, "");
const folder = (path: string) => Deno.mkdir(path, { recursive: true });

const obstacles: [
  what: string,
  make: (out: string) => unknown,
  options: readonly string[],
  says: string,
][] = [
  [
    "the folder is a file",
    (out) => file(out),
    [],
    "a file is in the way, where a folder should be",
  ],
  [
    "records is a file",
    async (out) => (await folder(out), await file(join(out, "records"))),
    [],
    "records",
  ],
  [
    "cache is a file",
    async (out) => (await folder(out), await file(join(out, "cache"))),
    [],
    "cache",
  ],
  ["the plan is a folder", (out) => folder(join(out, "plans", "tiny.jsonl")), [], "it is a folder"],
  [
    "the report's page is a folder",
    (out) => folder(join(out, "reports", "tiny", "index.html")),
    [],
    "it is a folder",
  ],
  [
    "the history is a folder",
    (out) => folder(join(out, "history", "tiny.jsonl")),
    [],
    "it is a folder",
  ],
  [
    "the file for CI is a folder",
    (out) => folder(join(out, "ci.xml")),
    ["--junit"],
    "it is a folder",
  ],
  ["the file for CI has too long a name", () => {}, ["--markdown"], "choose a shorter one"],
];
for (const [what, make, options, says] of obstacles) {
  Deno.test(`run: ${what}: told with what to do, and nothing is trained`, () =>
    inFolder(async (at) => {
      const suite = await tinySuite(at);
      const out = join(at, "out");
      await make(out);
      const named = options.flatMap((option) => [
        option,
        option === "--junit" ? join(out, "ci.xml") : join(at, `${"n".repeat(300)}.md`),
      ]);
      const terminal = keptTerminal();
      const words = ["run", suite, "--engine", "wasm", "--out", out, ...named];
      const code = await dispatch(words, { commands, version: "0", terminal });
      const said = terminal.err.join("\n");
      assertEquals(code, 3, said);
      assertStringIncludes(said, says);
      assertStringIncludes(said, at);
      assert(!said.includes("bug in Likeness"), said);
      assertEquals(terminal.out, []);
    }));
}

Deno.test("run: a record that can't be read is told before the others are trained; --fresh replaces it", () =>
  inFolder(async (at) => {
    const suite = await tinySuite(at);
    const out = join(at, "out");
    const words = ["run", suite, "--engine", "wasm", "--out", out, "--no-report", "--no-gate"];
    const likeness = async (...more: string[]) => {
      const terminal = keptTerminal();
      const code = await dispatch([...words, ...more], { commands, version: "0", terminal });
      return { code, out: terminal.out.join("\n"), err: terminal.err.join("\n") };
    };
    assertEquals((await likeness("--seeds", "1")).code, 0);
    const [{ name }] = [...Deno.readDirSync(join(out, "records"))].filter((e) => e.isDirectory);
    const record = join(out, "records", name, "record.json");
    await Deno.writeTextFile(record, "{");
    const told = await likeness();
    assertEquals([told.code, told.out], [3, ""], told.err);
    assertStringIncludes(told.err, `${record} is not valid JSON`);
    assertEquals(await Deno.readTextFile(record), "{", "it is left alone");
    assertEquals((await likeness("--fresh")).code, 0);
  }));

const mounts = await need("mounts");

/** Runs the command line with `out` on a disk of its own, after `prepare` in the shell. */
async function onDisk(
  out: string,
  { options, prepare, words }: { options: string; prepare: string; words: readonly string[] },
) {
  const script = `mount -t tmpfs -o ${options} none "$OUT" && ${prepare} && exec "$@"`;
  const entry = fromFileUrl(new URL("../../src/main.ts", import.meta.url));
  const { code, stderr, stdout } = await new Deno.Command("unshare", {
    args: [
      "-rm",
      "sh",
      "-c",
      script,
      "sh",
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      entry,
      ...words,
    ],
    env: { OUT: out, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const disks: [
  what: string,
  disk: { options: string; prepare: string },
  says: string,
  begins: boolean,
][] = [
  [
    "full at the start",
    {
      options: "size=64k",
      prepare: 'dd if=/dev/zero of="$OUT/x" bs=1k count=64 2>/dev/null; true',
    },
    "free some space",
    false,
  ],
  ["read-only", { options: "size=9m,ro", prepare: "true" }, "nothing can be written there", false],
  // Room for the trial, and for a checkpoint of 300 kB a seed no longer.
  ["full in the middle", { options: "size=1100k", prepare: "true" }, "free some space", true],
];
for (const [what, disk, says, begins] of disks) {
  needing(mounts)(
    `run: a disk that is ${what} ends the program by 3, and says what to do`,
    () =>
      inFolder(async (at) => {
        const suite = await tinySuite(at, { runs: "{ latent: [800, 801, 802] }", steps: 3 });
        const out = join(at, "out");
        await Deno.mkdir(out);
        const words = ["run", suite, "--engine", "wasm", "--out", out, "--jobs", "2"];
        const said = await onDisk(out, { ...disk, words });
        assertEquals(said.code, 3, said.err + said.out);
        assertStringIncludes(said.err, says);
        assert(!said.err.includes("bug in Likeness"), said.err);
        assertEquals(said.out !== "", begins, said.out);
      }),
  );
}
