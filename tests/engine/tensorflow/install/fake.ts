/**
 * A small build of fake wheels, a pip that hands them out, and an installation of it: what the
 * installer is tested on without a network.
 * @module
 */
import { join } from "@std/path";
import {
  install,
  type Installation,
  type InstallOptions,
} from "../../../../src/engine/tensorflow/install/install.ts";
import { sha256OfFile } from "../../../../src/base/digest/digest.ts";
import {
  type Build,
  type Device,
  isNeeded,
  type Wheel,
} from "../../../../src/install/tensorflow/wheels.ts";
import { type Packed, zip } from "./zip.ts";

/** Version of the fake build. */
export const version = "2.21.0";

/** Bytes that don't repeat, so that a cut or a change anywhere shows. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** What lies in the fake wheels, by file name. */
export const contents: Readonly<Record<string, readonly Packed[]>> = {
  "tensorflow_fake-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl": [
    { path: "tensorflow/libtensorflow_cc.so.2", bytes: noise(150_000, 1) },
    { path: "tensorflow/__init__.py", bytes: noise(100, 2) },
    { path: "tensorflow/libtensorflow_framework.so.2", bytes: noise(9_000, 3) },
  ],
  "nvidia_fake_cu12-12.9.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl": [
    { path: "nvidia/fake/lib/libfake.so.12", bytes: noise(20_000, 4) },
    { path: "nvidia/fake/lib/libfake_static.a", bytes: noise(100, 5) },
    { path: "nvidia/fake/bin/ptxas", bytes: noise(500, 6), mode: 0o744 },
    { path: "nvidia/fake/include/fake.h", bytes: noise(100, 7) },
  ],
};

/** A folder with the fake wheels, a pip and a cache. */
export interface Shop {
  readonly root: string;
  readonly cache: string;
  /** Where pip takes the wheels from; change them there to make it hand out others. */
  readonly shelf: string;
  /** PATH with the fake pip before all. */
  readonly path: string;
  readonly build: Build;
  /** What pip did: one line a download. */
  downloads(): Promise<string[]>;
  /** Makes pip run `script` (sh) before it hands out a wheel; `$file` and `$dir` are set. */
  before(script: string): Promise<void>;
  install(options?: Partial<InstallOptions>): Promise<Installation>;
}

/**
 * Like pip as far as it is used here: says its version; `download` puts the wheel of the asked name
 * into -d, by way of TMPDIR.
 */
const pipScript = (root: string) =>
  `#!/bin/sh
[ "$1" = -m ] && [ "$2" = pip ] && shift 2
[ "$1" = --version ] && { echo "pip 24.0 from nowhere (python 3.11)"; exit 0; }
while [ $# -gt 0 ]; do
  case "$1" in -d) dir="$2"; shift ;; *==*) name="\${1%%==*}" ;; esac
  shift
done
file=$(cd "${root}/shelf" && ls | grep "^$(echo "$name" | tr - _)-")
echo "$file" >> "${root}/downloads"
. "${root}/before"
cp "${root}/shelf/$file" "$TMPDIR/$file" && mv "$TMPDIR/$file" "$dir/$file"
`;

/** A fresh shop with one fake wheel (cpu) or two (cuda). Remove its root afterwards. */
export async function openShop(device: Device = "cpu"): Promise<Shop> {
  const root = await Deno.makeTempDir({ prefix: "likeness-shop-" });
  const shelf = join(root, "shelf");
  await Deno.mkdir(shelf);
  await Deno.mkdir(join(root, "bin"));
  await Deno.writeTextFile(join(root, "before"), "");
  await Deno.writeTextFile(join(root, "bin", "python3"), pipScript(root), { mode: 0o755 });
  const wheels: Wheel[] = [];
  for (const [file, packed] of Object.entries(contents).slice(0, device === "cpu" ? 1 : 2)) {
    const bytes = zip(packed);
    await Deno.writeFile(join(shelf, file), bytes);
    wheels.push({
      file,
      bytes: bytes.length,
      sha256: await sha256OfFile(join(shelf, file)),
      unpacked: packed.filter(({ path }) => isNeeded(path))
        .reduce((sum, { bytes }) => sum + bytes.length, 0),
    });
  }
  const cache = join(root, "cache");
  const path = `${join(root, "bin")}:/usr/bin:/bin`;
  const libraries = {
    "tensorflow/libtensorflow_cc.so.2": "0".repeat(64),
    "tensorflow/libtensorflow_framework.so.2": "0".repeat(64),
  };
  const build: Build = { device, version, wheels, libraries };
  return {
    root,
    cache,
    shelf,
    path,
    build,
    downloads: async () =>
      (await Deno.readTextFile(join(root, "downloads")).catch(() => "")).split("\n")
        .filter((line) => line !== ""),
    before: (script) => Deno.writeTextFile(join(root, "before"), script + "\n"),
    install: (options) =>
      install({
        build,
        cache,
        path,
        machine: { os: "linux", arch: "x86_64", glibc: "2.36" },
        smoke: () => Promise.resolve({ version, device: "fake" }),
        ...options,
      }),
  };
}

/** Runs `body` in a fresh shop, which is removed afterwards. */
export async function inShop<T>(
  device: Device,
  body: (shop: Shop) => Promise<T>,
): Promise<T> {
  const shop = await openShop(device);
  try {
    return await body(shop);
  } finally {
    await Deno.remove(shop.root, { recursive: true });
  }
}

/** The files that an installation of `build` must have, and their bytes. */
export function expectedFiles({ wheels }: Build): Packed[] {
  return wheels.flatMap(({ file }) => contents[file]).filter(({ path }) => isNeeded(path));
}

/** All files below a folder, by path from it, sorted. */
export async function tree(folder: string, below = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(join(folder, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await tree(folder, path));
    else paths.push(path);
  }
  return paths.sort();
}
