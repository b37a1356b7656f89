/**
 * The README's two commands as a new user runs them: in a fresh clone of this commit, with npm
 * alone, an empty home and an empty cache; on an idle machine, and beside two programs that keep it
 * busy.
 * @module
 */
import { join } from "@std/path";
import type { Figure, FigureContext, Measured } from "../figure.ts";
import { inTempFolder, root } from "../process.ts";
import { type Ended, ends, shownEnd } from "./program.ts";

/** The words of the README's command line for a task: `npx -y deno@… task bench`. */
export function readmeCommand(readme: string, task: string): string[] {
  const found = readme.match(new RegExp(`^(npx .* task ${task})\\b`, "m"));
  if (found === null) throw new Error(`the README has no command line that ends in task ${task}`);
  return found[1].split(/\s+/);
}

/** What of this environment a newcomer has: where programs lie and how npm's registry is reached. */
export function newcomersEnv(
  env: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) =>
    /^(PATH|LANG|TERM|TMPDIR|(https?|no)_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)$/i.test(name) ||
    /^npm_config_(registry|cafile|https?_proxy|proxy)$/i.test(name) || name === "DENO_TLS_CA_STORE"
  );
  return {
    ...Object.fromEntries(kept),
    HOME: join(folder, "home"),
    LIKENESS_CACHE: join(folder, "cache"),
  };
}

/** Ends the busy loops that it started. */
function busy(loops: number): () => Promise<void> {
  const children = Array.from({ length: loops }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", "for (;;) Math.sqrt(2)"],
      stdout: "null",
      stderr: "null",
    }).spawn());
  return async () => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map(({ status }) => status));
  };
}

/** Hours that a command may take before it is late. */
const limit = 3 * 3600;

/** Gives one of the README's commands in a fresh clone. */
export function asNewcomer(
  task: string,
  { loops = 0, commit = "HEAD" }: { readonly loops?: number; readonly commit?: string } = {},
): Promise<Ended> {
  return inTempFolder(async (folder) => {
    const clone = join(folder, "likeness");
    for (
      const words of [
        ["clone", "--quiet", "--no-checkout", root, clone],
        ["-C", clone, "checkout", "--quiet", "--detach", commit],
      ]
    ) {
      const ended = await ends(["git", ...words]);
      if (ended.code !== 0) throw new Error(`git ${words.join(" ")}: ${shownEnd(ended)}`);
    }
    const env = newcomersEnv(Deno.env.toObject(), folder);
    await Deno.mkdir(env.HOME);
    // Where the registry is, where that is written down.
    const npmrc = join(Deno.env.get("HOME") ?? "", ".npmrc");
    await Deno.copyFile(npmrc, join(env.HOME, ".npmrc")).catch(() => {});
    const words = readmeCommand(await Deno.readTextFile(join(clone, "README.md")), task);
    const stop = busy(loops);
    try {
      return await ends(words, { cwd: clone, env, clearEnv: true, limit });
    } finally {
      await stop();
    }
  });
}

/** The last line on standard output; on the other a first run tells of downloads. */
const lastPrinted = ({ stdout }: Ended) => stdout.trim().split("\n").at(-1) ?? "";

/** What a command's end is as a figure: its exit code. */
export function exitOf(ended: Ended): Measured {
  return ended.code === null
    ? { value: null, reason: shownEnd(ended) }
    : { value: ended.code, detail: { seconds: ended.seconds, lastLine: lastPrinted(ended) } };
}

/** Its seconds; none where it failed, since a failure can be quick. */
export function secondsOf(ended: Ended): Measured {
  return ended.code === 0
    ? { value: ended.seconds, detail: { cores: navigator.hardwareConcurrency } }
    : { value: null, reason: shownEnd(ended) };
}

const newcomer = ({ once, note }: FigureContext, task: string, loops = 0) =>
  once(`newcomer ${task} ${loops}`, () => {
    note(`${task} in a fresh clone${loops === 0 ? "" : `, beside ${loops} busy loops`}`);
    return asNewcomer(task, { loops });
  });

const figure = (
  name: string,
  rest: Pick<Figure, "about" | "unit" | "target" | "measure">,
): Figure => ({
  group: "faults",
  name,
  cost: "long",
  command: `deno task figures faults/${name} --measure`,
  ...rest,
});

const fresh = "in a fresh clone of this commit on npm alone, home and cache empty";
const passes = { unit: "exit code", target: { is: "=", value: 0 } } as const;

/** See the module. */
export const readme: readonly Figure[] = [
  figure("readme-bench-exit", {
    about: `Exit code of the README's \`deno task bench\`, ${fresh}`,
    ...passes,
    measure: async (context) => exitOf(await newcomer(context, "bench")),
  }),
  figure("readme-bench-seconds", {
    about: `Wall time of the README's \`deno task bench\`, ${fresh}, npm's downloads included`,
    unit: "s",
    target: { is: "<", value: 240 },
    measure: async (context) => secondsOf(await newcomer(context, "bench")),
  }),
  figure("readme-bench-busy-exit", {
    about: `Exit code of the README's \`deno task bench\`, ${fresh}, beside two busy loops`,
    ...passes,
    measure: async (context) => exitOf(await newcomer(context, "bench", 2)),
  }),
  figure("readme-test-exit", {
    about: `Exit code of the README's \`deno task test\`, ${fresh}`,
    ...passes,
    measure: async (context) => exitOf(await newcomer(context, "test")),
  }),
  figure("readme-test-busy-exit", {
    about: `Exit code of the README's \`deno task test\`, ${fresh}, beside two busy loops`,
    ...passes,
    measure: async (context) => exitOf(await newcomer(context, "test", 2)),
  }),
];
