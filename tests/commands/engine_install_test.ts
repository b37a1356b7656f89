import { assert, assertEquals, assertThrows } from "@std/assert";
import { asInstalled } from "../../src/base/program/child.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { Command } from "../../src/cli/command.ts";
import { checkInstall, outcome, outcomeText } from "../../src/commands/engine/engine_install.ts";
import { bytesText, endedText, InstallView } from "../../src/commands/engine/install_view.ts";
import { commands } from "../../src/commands/table.ts";
import type { Installation } from "../../src/engine/tensorflow/install/install.ts";
import { UsageError } from "../../src/base/errors.ts";
import { keptTerminal } from "./terminal.ts";

const row = commands.find((c) => c.name === "engine") as Command;

Deno.test("--install is for tensorflow, and its options are for it", () => {
  const check = (...words: string[]) => checkInstall(parseArguments(row, words));
  check();
  check("wasm", "--conformance");
  check("tensorflow", "--install", "--device", "cuda", "--from", "x", "--force", "--json");
  const mistakes: [words: string[], message: string][] = [
    [["--install"], "no engine was named; write: likeness engine tensorflow --install"],
    [["wasm", "--install"], "`wasm` was named"],
    [["tensorflow", "--device", "cuda"], "--device goes with --install"],
    [["tensorflow", "--from", "x"], "--from goes with --install"],
    [["tensorflow", "--force"], "--force goes with --install"],
    [["tensorflow", "--install", "--conformance"], "install first"],
  ];
  for (const [words, message] of mistakes) {
    assertThrows(() => check(...words), UsageError, message);
  }
});

/** The command line in a process with nothing on its PATH and an empty cache. */
async function command(...words: string[]) {
  const cache = await Deno.makeTempDir({ prefix: "likeness-cache-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", asInstalled, "--no-check", "--quiet", "src/main.ts", "engine", ...words],
      env: { PATH: "/nowhere", LIKENESS_CACHE: cache },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out, err, cache };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("exit codes: 2 for a device that isn't one, 3 where the machine lacks something", async () => {
  const device = await command("tensorflow", "--install", "--device", "tpu");
  assertEquals([device.code, device.out], [2, ""]);
  assert(device.err.includes("--device takes cpu or cuda, not `tpu`"), device.err);
  const { code, out, err } = await command("tensorflow", "--install", "--json");
  assertEquals([code, out], [3, ""]);
  // Which of the two depends on the machine; both are told in one message without a stack.
  assert(/^engine tensorflow: (pip 20.3 or newer is needed|not for this)/.test(err), err);
  assert(!err.includes("bug in Likeness"));
});

Deno.test("bytes, rate and time left; a phase that ended", () => {
  assertEquals(
    bytesText({ done: 120e6, total: 274e6, seconds: 2 }),
    "120 MB of 274 MB  60 MB/s  2.6 s left",
  );
  assertEquals(bytesText({ done: 0, total: 274e6, seconds: 2 }), "0 B of 274 MB");
  assertEquals(bytesText({ done: 5e6, total: 5e6, seconds: 2 }), "5.0 MB of 5.0 MB  2.5 MB/s");
  const ended = { phase: "download", bytes: 274e6, seconds: 9 } as const;
  assertEquals(endedText(ended), "download      274 MB in 9.0 s (30 MB/s)");
  assertEquals(endedText({ phase: "smoke", bytes: 0, seconds: 3 }), "smoke test    3.0 s");
});

const progress = (done: number) =>
  ({ kind: "progress", phase: "unpack", what: "x.whl", done, total: 100, seconds: 1 }) as const;

Deno.test("where lines can't be redrawn a short phase is one line, at its end", () => {
  const terminal = keptTerminal();
  const view = new InstallView(terminal, false);
  for (let done = 0; done <= 100; done++) view.listen(progress(done));
  view.listen({ kind: "ended", phase: "unpack", bytes: 100, seconds: 1 });
  view.listen({ kind: "note", text: "a note" });
  view.close();
  assertEquals(terminal.err, ["unpack        100 B in 1.0 s (100 B/s)", "a note"]);
  assertEquals(terminal.out, []);
});

Deno.test("on a terminal a bar is drawn within its width, and taken away", () => {
  const terminal = { ...keptTerminal(), live: true, columns: 60 };
  const view = new InstallView(terminal, false);
  view.listen(progress(50));
  view.listen({ kind: "ended", phase: "unpack", bytes: 100, seconds: 1 });
  view.listen({ ...progress(1), phase: "download" });
  view.close();
  const [drawn, cleared, ended, second, last] = terminal.err;
  assert(drawn.startsWith("unpack") && drawn.includes("█░") && drawn.length <= 60, drawn);
  assertEquals([cleared, last], ["\x1b[1A\x1b[J", "\x1b[1A\x1b[J"]);
  assert(ended.startsWith("unpack") && second.startsWith("download"));
});

Deno.test("programs get no news but the outcome", () => {
  const terminal = keptTerminal();
  const view = new InstallView(terminal, true);
  view.listen(progress(50));
  view.listen({ kind: "note", text: "a note" });
  view.close();
  assertEquals([terminal.out, terminal.err], [[], []]);
});

const result: Installation = {
  state: "installed",
  place: { device: "cuda", library: "/c/tensorflow/l.so", folder: "/c", source: "cache" },
  smoke: { version: "2.21.0", device: "CPU (2 threads)" },
  seconds: { download: 9, verify: 0.5, unpack: 7, smoke: 3 },
  downloaded: 1000,
};

Deno.test("the outcome: seconds by phase; the CUDA build without a GPU is said", () => {
  const { seconds, ...rest } = outcome(result, 20);
  assertEquals(seconds, { download: 9, verify: 0.5, unpack: 7, smoke: 3, total: 20 });
  assertEquals([rest.state, rest.build, rest.downloaded], ["installed", "cuda", 1000]);
  assertEquals(outcomeText(result, 20).split("\n"), [
    "TensorFlow 2.21.0 for cuda: installed in /c",
    "  smoke test passed on CPU (2 threads)",
    "  20 s in all: download 9.0 s, verify 0.50 s, unpack 7.0 s, smoke 3.0 s",
    "  no GPU was found: this build runs on the CPU here",
  ]);
  const smoke = { version: "2.21.0", device: "GPU: some card" };
  const again = { ...result, state: "already", smoke, seconds: { smoke: 3 } } as const;
  assertEquals(outcomeText(again, 3).split("\n"), [
    "TensorFlow 2.21.0 for cuda: already installed in /c",
    "  smoke test passed on GPU: some card",
    "  3.0 s in all: smoke 3.0 s",
  ]);
});
