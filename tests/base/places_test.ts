/** Where the user stands, and what paths are relative to. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { projectRoot, standingOf, type Started } from "../../src/base/places.ts";

const root = fromFileUrl(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");

Deno.test("where the user stands counts for a task of this project, and not what npm left elsewhere", () => {
  const start = (change: Partial<Started> & { npm?: string } = {}): Started => ({
    cwd: "/checkouts/likeness",
    root: "/checkouts/likeness",
    env: (name) => name === "npm_command" ? change.npm : undefined,
    isFolder: (path) => path !== "/gone",
    ...change,
  });
  const at = (folder: string, change?: Parameters<typeof start>[0]) =>
    standingOf([`--standing=${folder}`, "run", "x.yaml"], start(change));
  const words = ["run", "x.yaml"];
  assertEquals(at("/checkouts/likeness/deep"), { words, folder: "/checkouts/likeness/deep" });
  assertEquals(at("/checkouts/own"), { words, folder: "/checkouts/own" }); // deno task --config …
  // npx sets it to where the user stands; a script of another project, to that project.
  assertEquals(at("/checkouts/own", { npm: "exec" }).folder, "/checkouts/own");
  assertEquals(at("/checkouts/own", { npm: "run-script" }).folder, null);
  assertEquals(
    at("/checkouts/likeness/deep", { npm: "run-script" }).folder,
    "/checkouts/likeness/deep",
  );
  assertEquals(at("/checkouts/likeness-2", { npm: "run" }).folder, null);
  // Not started by our task, or not a folder.
  assertEquals(at("/checkouts/own", { cwd: "/checkouts/own" }).folder, null);
  assertEquals(at("/gone").folder, null);
  assertEquals(at("").folder, null);
  assertEquals(standingOf(words, start()), { words, folder: null });
});

Deno.test("deno task: paths are from where the user stands, what goes without saying is the project's", async () => {
  assertEquals(projectRoot, root);
  const folder = await Deno.makeTempDir({ dir: join(root, "tests") });
  try {
    await Deno.writeTextFile(
      join(folder, "here.yaml"),
      "suite: here\ndata: { dataset: toys }\nbudget: { steps: 1 }\nruns: [vae]\nmetrics: [slicd]\n",
    );
    const task = async (...words: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", ...words],
        cwd: folder,
        env: { NO_COLOR: "1", INIT_CWD: folder },
        stdout: "piped",
        stderr: "piped",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, text: text(stdout) + text(stderr) };
    };
    // A mistake in it is told by the name that was typed.
    const here = await task("likeness", "run", "here.yaml", "--engine", "wasm");
    assertEquals(here.code, 2, here.text);
    assertStringIncludes(
      here.text,
      "here.yaml:5:11: unknown metric `slicd`; did you mean `sliced`",
    );
    const gone = await task("likeness", "run", "heer.yaml", "--engine", "wasm");
    assertStringIncludes(gone.text, "suite heer.yaml isn't there; did you mean here.yaml?");
    const side = await task("likeness", "evaluate", "--real", "mine", "--fake", "mine");
    assertStringIncludes(side.text, "mine does not exist");
    // A bare name is the project's suite; records lie where they always do.
    const status = await task("status", "smoke", "--out", "records-here");
    assertStringIncludes(status.text, "no runs in records-here");
    const list = await task("list", "smoke");
    assertEquals(list.code, 0, list.text);
    assertStringIncludes(list.text, join(root, "suites", "smoke.yaml"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
