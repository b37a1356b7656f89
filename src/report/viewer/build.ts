/**
 * Packs the viewer of splats into one script: `deno task viewer`, with `--check` to compare what it
 * packs with the bytes that are here. The libraries and what packs them are taken from npm for this
 * alone, and are no dependencies of the project.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { keepBuilt, saidByDeno } from "../../base/build/mod.ts";
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

/** The packed script with the libraries' licences before it. @throws ToldError where npm can't be had */
export async function build(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "viewer-" });
  try {
    const manifest = { private: true, type: "module", dependencies: PACKAGES };
    await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(manifest));
    await Deno.writeTextFile(join(folder, "deno.json"), `{ "nodeModulesDir": "auto" }`);
    await Deno.writeTextFile(join(folder, "entry.js"), entry);
    await saidByDeno(["install", "--quiet", "--no-lock"], folder);
    const packer = ["run", "-A", "--quiet", "--no-lock", PACKER];
    await saidByDeno([...packer, "entry.js", ...options, "--outfile=packed.js"], folder);
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

function main(): Promise<number> {
  const files = [{ path: join(here, VIEWER), name: `src/report/viewer/${VIEWER}`, build }];
  return keepBuilt("deno task viewer", { files, words: Deno.args });
}

if (import.meta.main) runProgram(main);
