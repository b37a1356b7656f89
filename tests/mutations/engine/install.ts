import type { Mutant } from "../run.ts";

const law = "tests/engine/tensorflow/install/install_laws_test.ts";

/** Bugs of the installer of TensorFlow. */
export const mutants: readonly Mutant[] = [
  {
    id: "unpacked-in-place",
    file: "src/engine/tensorflow/install/install.ts",
    find: `tree: join(part, "tree"),`,
    replace: `tree: home,`,
    law,
  },
  {
    id: "manifest-first",
    file: "src/engine/tensorflow/install/install.ts",
    find: `  const manifest: Manifest = { format: 1, device, version, ...content };
  const path = join(paths.tree, manifestName);`,
    replace: `  const manifest: Manifest = { format: 1, device, version, ...content };
  await Deno.mkdir(paths.home, { recursive: true });
  await Deno.writeTextFile(join(paths.home, manifestName), JSON.stringify(manifest));
  const path = join(paths.tree, manifestName);`,
    law,
  },
  {
    id: "sha256-not-checked",
    file: "src/install/pip.ts",
    find: `if (sha256 !== wheel.sha256) return`,
    replace: `if (sha256.length !== wheel.sha256.length) return`,
    law,
  },
  {
    id: "bad-wheel-kept",
    file: "src/engine/tensorflow/install/install.ts",
    find: `      await remove(at(wheel));
      throw failure`,
    replace: `      throw failure`,
    law,
  },
  {
    id: "sizes-not-checked",
    file: "src/install/tensorflow/place.ts",
    find: `if (found !== file.bytes) {`,
    replace: `if (found === null) {`,
    law,
  },
  {
    id: "room-for-wheels-alone",
    file: "src/install/disk.ts",
    find: ` + Math.max(0, ...sizes) + unpacked;`,
    replace: ` + Math.max(0, ...sizes);`,
    law,
  },
  {
    id: "room-not-checked",
    file: "src/install/disk.ts",
    find: `if (free >= needed) return;`,
    replace: `if (2 * free >= needed) return;`,
    law,
  },
  {
    id: "versions-as-text",
    file: "src/install/tensorflow/platform.ts",
    find: `if (p !== q) return p < q;`,
    replace: `if (p !== q) return String(p) < String(q);`,
    law,
  },
];
