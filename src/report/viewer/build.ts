/**
 * Packs the viewer of splats into one script: `deno task viewer`, with `--check` to compare what it
 * packs with the bytes that are here. The libraries and what packs them are taken from npm for this
 * alone, and are no dependencies of the project.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { exitCodes, ToldError } from "../../base/mod.ts";
import { runProgram } from "../../base/program/mod.ts";

/** What is packed, and by what. */
export const PACKAGES = {
  "@mkkellogg/gaussian-splats-3d": "0.4.7",
  "three": "0.180.0",
} as const;
/** What packs. */
export const PACKER = "npm:esbuild@0.28.2";

/** The script, beside this file: it leaves what the page calls in one variable. */
export const VIEWER = "viewer.min.js";
/** The variable. */
const NAME = "SplatViewer";

const entry = `
export { RenderMode, SceneRevealMode, SplatLoader, Viewer } from "@mkkellogg/gaussian-splats-3d";
export { Color, PerspectiveCamera, Vector3, WebGLRenderer } from "three";
`;

const here = fromFileUrl(new URL(".", import.meta.url));

const options = [
  ...["--bundle", "--minify", "--format=iife", `--global-name=${NAME}`, "--target=es2022"],
  ...["--legal-comments=none", "--charset=ascii", "--log-level=warning"],
];

/** Runs Deno in a folder of its own settings. @throws ToldError where it fails or says something */
async function deno(args: readonly string[], cwd: string): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim();
  if (!success) throw new ToldError(`deno ${args.join(" ")}:\n${said}`);
}

/** The packed script with the libraries' licences before it. @throws ToldError where npm can't be had */
export async function build(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "viewer-" });
  try {
    const manifest = { private: true, type: "module", dependencies: PACKAGES };
    await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest));
    await Deno.writeTextFile(join(folder, "deno.json"), `{ "nodeModulesDir": "auto" }`);
    await Deno.writeTextFile(join(folder, "entry.js"), entry);
    await deno(["install", "--quiet", "--no-lock"], folder);
    const packer = ["run", "-A", "--quiet", "--no-lock", PACKER];
    await deno([...packer, "entry.js", ...options, "--outfile=packed.js"], folder);
    const packed = await Deno.readTextFile(join(folder, "packed.js"));
    const licences = await Promise.all(
      Object.entries(PACKAGES).map(async ([name, version]) => {
        const text = await Deno.readTextFile(join(folder, "node_modules", name, "LICENSE"));
        return `${name} ${version}\n\n${text.trim()}`;
      }),
    );
    const notice = licences.join("\n\n----\n\n").replaceAll("\r\n", "\n").replaceAll("©", "(c)");
    return new TextEncoder().encode(`/*!\n${notice}\n*/\n${packed}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(): Promise<number> {
  const check = Deno.args.includes("--check");
  const unknown = Deno.args.filter((word) => word !== "--check");
  if (unknown.length > 0) {
    console.error(`deno task viewer [--check]: no option ${unknown.join(" ")}`);
    return exitCodes.usage;
  }
  const bytes = await build(), path = join(here, VIEWER);
  const kept = await Deno.readFile(path).catch(() => new Uint8Array());
  const same = kept.length === bytes.length && kept.every((byte, i) => byte === bytes[i]);
  if (!same && !check) await Deno.writeFile(path, bytes);
  const end = same ? "as it was" : check ? "differs: `deno task viewer` packs it" : "written";
  console.log(`src/report/viewer/${VIEWER}: ${bytes.length} bytes, ${end}`);
  return same || !check ? exitCodes.pass : exitCodes.regressed;
}

if (import.meta.main) runProgram(main);
