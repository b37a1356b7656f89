import { asInstalled } from "../../src/base/program/child.ts";

/** The command line, run to its end: its exit code and all that it said. */
export async function likeness(
  ...words: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", asInstalled, "src/main.ts", ...words],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text };
}
