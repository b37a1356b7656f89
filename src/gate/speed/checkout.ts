/**
 * A checkout of another commit of this project, which exists while something is measured in it.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { ToldError } from "../../base/mod.ts";

/** Where this code lies; null where it is not on a disk. */
export const projectRoot: string | null = import.meta.url.startsWith("file:")
  ? fromFileUrl(new URL("../../../", import.meta.url))
  : null;

/** Why there is no checkout. */
export class NoCheckout extends ToldError {
  override readonly name = "NoCheckout";
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  let output: Deno.CommandOutput;
  try {
    output = await command.output();
  } catch (error) {
    throw new NoCheckout(`${program} can't be run: ${(error as Error).message}`);
  }
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (output.success) return text(output.stdout);
  throw new NoCheckout(text(output.stderr).split("\n").at(-1) || `${program} ${args[0]} failed`);
}

/** The full name of a commit, tag or branch. */
export async function resolveCommit(name: string, root: string): Promise<string> {
  try {
    return await run("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], root);
  } catch {
    throw new NoCheckout(
      `commit ${
        name.slice(0, 12)
      } is not in this clone (a shallow one? \`git fetch --unshallow\`, ` +
        "or fetch-depth: 0 in CI)",
    );
  }
}

/** Packages as this checkout has them, or installed where the other's lock says otherwise. */
async function packages(root: string, folder: string): Promise<void> {
  const lock = (at: string) => Deno.readTextFile(join(at, "deno.lock")).catch(() => "");
  if (await lock(root) === await lock(folder)) {
    await Deno.symlink(join(root, "node_modules"), join(folder, "node_modules"));
    return;
  }
  try {
    await run(Deno.execPath(), ["install"], folder);
  } catch (error) {
    throw new NoCheckout(`its packages can't be installed: ${(error as Error).message}`);
  }
}

/**
 * Gives `body` a folder with the project as of `commit`, with its packages, and removes it after.
 * @throws NoCheckout with the reason where it can't be had
 */
export async function withCheckout<T>(
  commit: string,
  body: (folder: string, commit: string) => Promise<T>,
  root = projectRoot,
): Promise<T> {
  if (root === null) throw new NoCheckout("this code is not in a folder");
  const sha = await resolveCommit(commit, root);
  const parent = await Deno.makeTempDir({ prefix: "likeness-checkout-" });
  const folder = join(parent, sha.slice(0, 12));
  try {
    await run("git", ["worktree", "add", "--detach", "--quiet", folder, sha], root);
    await packages(root, folder);
    return await body(folder, sha);
  } finally {
    await run("git", ["worktree", "remove", "--force", folder], root).catch(() => {});
    await Deno.remove(parent, { recursive: true }).catch(() => {});
    await run("git", ["worktree", "prune"], root).catch(() => {});
  }
}
