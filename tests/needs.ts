/**
 * What tests need that npm alone doesn't bring. Where it isn't here they are skipped, each with its
 * reason, and `deno task test` counts the reasons at its end (tests/all.ts). This is the only way in
 * which a test may be left out; a lint rule sees to that. A test of what happens *without* something
 * makes that absence itself, so that it runs everywhere.
 * @module
 */

/** Something that a test needs. */
export type NeedName = keyof typeof obstacles;

/** Whether a need is met here. */
export interface Need {
  readonly name: NeedName;
  /** Why it isn't here and what gets it; undefined where it is. */
  readonly obstacle: string | undefined;
}

/** A test that was skipped, as a line of the file that `LIKENESS_SKIPS` names. */
export interface Skip {
  /** URL of its file. */
  readonly file: string;
  /** null: all of the file ran, but with something else in place of what it would have taken. */
  readonly test: string | null;
  readonly need: NeedName;
  readonly reason: string;
}

async function tensorflowLibrary(): Promise<string | undefined> {
  return await (await import("../src/install/tensorflow/place.ts")).tensorflowObstacle();
}

const obstacles = {
  /** The library, whether or not it works on this machine. */
  "tensorflow-library": tensorflowLibrary,
  /** The engine: the library, and it passes its smoke test. */
  tensorflow: async () =>
    await tensorflowLibrary() ??
      await (await import("../src/engine/tensorflow/install/proven.ts")).smokeFailure(),
  webgpu: async () =>
    await (await import("../src/engine/webgpu/device/obstacle.ts")).webgpuObstacle(),
  openblas: async () => {
    const { openblas } = await import("../src/algebra/openblas.ts");
    const found = openblas();
    return "algebra" in found ? undefined : found.obstacle;
  },
  chromium: async () => {
    const { findChromium } = await import("./browser/chromium.ts");
    return await findChromium() === null
      ? "no Chromium: apt-get install chromium, or set CHROMIUM"
      : undefined;
  },
  peers: async () => {
    const { findPeersPython } = await import("../src/proof/peers/contender/python.ts");
    return await findPeersPython("cpu") === null
      ? "no PyTorch and JAX: `deno task peers:speed --install`"
      : undefined;
  },
  /** The peers, and gsplat with them. */
  gsplat: async () => {
    const { findGsplat } = await import("../src/proof/peers/scenes/environment.ts");
    return await findGsplat() === null
      ? "no gsplat: `deno task peers:scenes --install`"
      : undefined;
  },
  /** The compiler of src/kernels/assembly; npm brings it when it is first run. */
  assemblyscript: async () => {
    const { COMPILER, compilerArguments } = await import("../src/kernels/build.ts");
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: compilerArguments(["--version"]),
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? undefined : `no ${COMPILER}: npm's registry can't be reached`;
  },
  /** What packs the viewer of src/report/viewer; npm brings it when it is first run. */
  esbuild: async () => {
    const { PACKER } = await import("../src/report/viewer/build.ts");
    const args = ["run", "-A", "--quiet", "--no-config", "--no-lock", "--node-modules-dir=none"];
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...args, PACKER, "--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? undefined : `no ${PACKER}: npm's registry can't be reached`;
  },
  linux: () =>
    Promise.resolve(
      Deno.build.os === "linux" ? undefined : "what only Linux tells of files and processes",
    ),
  /** A process may mount a file system of its own, which vanishes with it. */
  mounts: async () => {
    const script = "mount -t tmpfs -o size=64k none /tmp";
    const args = ["-rm", "sh", "-c", script];
    const tried = await new Deno.Command("unshare", { args, stderr: "null" }).output()
      .catch(() => null);
    return tried?.success ? undefined : "full disks: this system lets nobody mount one";
  },
  shell: () => Promise.resolve(Deno.build.os === "windows" ? "no sh on Windows" : undefined),
};

/** Looks whether something is here. */
export async function need(name: NeedName): Promise<Need> {
  return { name, obstacle: await obstacles[name]() };
}

const told = new Set<string>();

/** Whether the test of this name is to be skipped; if so it is noted, with its reason. */
export function skips(test: string, need: Need | undefined): boolean {
  return lacks(test, need);
}

/** Whether this file's tests must take something else for what they would need; if so it is noted. */
export function standsIn(need: Need): boolean {
  return lacks(null, need);
}

function lacks(test: string | null, need: Need | undefined): boolean {
  if (need?.obstacle === undefined) return false;
  const list = Deno.env.get("LIKENESS_SKIPS");
  if (list) {
    // With `deno test` the main module is the test's file, also in a worker of `--parallel`.
    const skip: Skip = { file: Deno.mainModule, test, need: need.name, reason: need.obstacle };
    Deno.writeTextFileSync(list, JSON.stringify(skip) + "\n", { append: true });
  } else if (!told.has(need.name)) {
    told.add(need.name);
    console.log(`skipped: ${need.name}: ${need.obstacle}`);
  }
  return true;
}

/** `Deno.test` for tests that need something: `const test = needing(await need("webgpu"));`. */
export function needing(
  need: Need | undefined,
): (name: string, fn: (t: Deno.TestContext) => void | Promise<void>) => void {
  return (name, fn) => Deno.test({ name, ignore: skips(name, need), fn });
}
