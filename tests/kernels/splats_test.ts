/**
 * The rasteriser as others meet it: what it refuses and how it says so, its threads, its memory.
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { asInstalled, ToldError } from "../../src/base/mod.ts";
import { moduleThreads, openSplats, splatRows, useModuleThreads } from "../../src/kernels/mod.ts";
import { camera, frame, gaussians } from "./scenes.ts";
import { asking, bytes, fresh } from "./training.ts";

const splats = openSplats({ threads: 1 });
const { form, parameters } = gaussians(1, { count: 10, degree: 1 });
const cameras = camera(1, { height: 8, width: 8 }), f = frame(8, 8), asked = { ...f, cameras };

/** Parameters with one number replaced. */
function spoilt(row: number, i: number, value: number): Float32Array<ArrayBuffer> {
  return parameters.map((old, k) => k === row * form.count + i ? value : old);
}

function refuses(message: RegExp, call: () => void): void {
  const error = assertThrows(call, RangeError);
  assert(message.test(error.message), error.message);
}

Deno.test("rows of parameters are those of 3D Gaussian splatting's files", () => {
  assertEquals(([0, 1, 2, 3] as const).map(splatRows), [14, 23, 38, 59]);
});

Deno.test("one rasteriser for each number of threads", () => {
  assert(openSplats({ threads: 1 }) === splats, "the same one");
  assertEquals([openSplats({ threads: 1 }).threads, openSplats({ threads: 2 }).threads], [1, 2]);
  assertEquals(openSplats().threads, Math.min(16, navigator.hardwareConcurrency));
  for (const threads of [0, 1.5, NaN]) {
    refuses(/threads/, () => openSplats({ threads }));
    refuses(/threads/, () => useModuleThreads(threads));
  }
  useModuleThreads(2);
  assert(openSplats() === openSplats({ threads: 2 }), "as many as were asked for");
  useModuleThreads(99);
  assertEquals(moduleThreads(), 16);
  useModuleThreads(navigator.hardwareConcurrency);
});

Deno.test("parameters that aren't numbers are refused by row and Gaussian", () => {
  refuses(/mean y of Gaussian 3 is NaN/, () => splats.render(spoilt(1, 3, NaN), form, asked));
  refuses(
    /log scale z of Gaussian 9 is Infinity/,
    () => splats.render(spoilt(5, 9, Infinity), form, asked),
  );
  refuses(
    /logit of the opacity of Gaussian 0 is -Infinity/,
    () => splats.render(spoilt(10, 0, -Infinity), form, asked),
  );
  refuses(
    /harmonic row 22 of Gaussian 4 is NaN/,
    () => splats.render(spoilt(22, 4, NaN), form, asked),
  );
  const dPicture = new Float32Array(192), gradient = { ...f, camera: cameras, dPicture };
  refuses(/quaternion x of Gaussian 2/, () => splats.gradient(spoilt(7, 2, NaN), form, gradient));
  refuses(/mean x of Gaussian 1/, () => splats.training(fresh(spoilt(0, 1, NaN), form), f));
  let none = parameters;
  for (const row of [6, 7, 8, 9]) none = none.map((old, k) => k === row * 10 + 6 ? 0 : old);
  refuses(/quaternion \[0, 0, 0, 0\] of Gaussian 6/, () => splats.render(none, form, asked));
});

Deno.test("forms, frames and cameras that aren't whole are refused", () => {
  const render = (given: Partial<typeof asked>) => () =>
    splats.render(parameters, form, { ...asked, ...given });
  refuses(
    /parameters of 10 Gaussians of 230 numbers, where 140/,
    () => splats.render(parameters, { count: 10, degree: 0 }, asked),
  );
  refuses(/-1 Gaussians/, () => splats.render(parameters, { count: -1, degree: 1 }, asked));
  refuses(/degree 4/, () => splats.render(parameters, { count: 10, degree: 4 as 3 }, asked));
  refuses(/height of 0/, render({ height: 0 }));
  refuses(/width of 2.5/, render({ width: 2.5 }));
  refuses(/near is 0/, render({ near: 0 }));
  refuses(/background/, render({ background: [0, NaN, 0] }));
  refuses(/cameras of 17 numbers/, render({ cameras: new Float32Array(17) }));
  refuses(
    /camera 0 has 0 in its focal length/,
    render({ cameras: cameras.map((v, k) => k === 13 ? 0 : v) }),
  );
  refuses(
    /camera 0 has NaN in its pose/,
    render({ cameras: cameras.map((v, k) => k === 5 ? NaN : v) }),
  );
  const dPicture = new Float32Array(192), camera = cameras;
  const gradient = (given: object) => () =>
    splats.gradient(parameters, form, { ...f, camera, dPicture, ...given });
  refuses(/dPicture of 191 numbers/, gradient({ dPicture: dPicture.subarray(1) }));
  refuses(
    /number 7 of dPicture is NaN/,
    gradient({ dPicture: dPicture.map((v, k) => k === 7 ? NaN : v) }),
  );
  refuses(/one camera/, gradient({ camera: new Float32Array(0) }));
});

Deno.test("states and updates that aren't whole are refused", () => {
  const state = fresh(parameters, form);
  refuses(
    /second moments of 229/,
    () => splats.training({ ...state, second: new Float32Array(229) }, f),
  );
  refuses(
    /-1 among the second moments/,
    () => splats.training({ ...state, second: state.second.map((v, k) => k === 3 ? -1 : v) }, f),
  );
  refuses(
    /statistics of 29/,
    () => splats.training({ ...state, statistics: new Float32Array(29) }, f),
  );
  refuses(/-1 updates/, () => splats.training({ ...state, updates: -1 }, f));
  const training = splats.training(state, f), whole = { picture: bytes(1, 64), camera: cameras };
  const update = (given: object) => () =>
    void training.update({ ...asking(form, whole), ...given });
  refuses(/a picture of 191/, update({ picture: new Uint8Array(191) }));
  refuses(/learning rates of 22/, update({ rates: new Float32Array(22) }));
  refuses(
    /learning rate of row 2 is NaN/,
    update({ rates: new Float32Array(23).map((_, k) => k === 2 ? NaN : 0) }),
  );
  refuses(/structural is 1.5, not from 0 to 1/, update({ structural: 1.5 }));
  refuses(/noise is NaN/, update({ noise: NaN }));
  refuses(/a camera of 32/, update({ camera: new Float32Array(32) }));
  assertEquals(training.state(), state);
  training.close();
  assertThrows(update({}), Error, "closed");
  assertThrows(() => training.state(), Error, "closed");
});

Deno.test("an update that makes a number infinite says so by its loss", () => {
  const training = splats.training(fresh(parameters, form), f);
  const rates = new Float32Array(splatRows(1)).fill(3e38);
  const losses = [1, 2].map(() =>
    training.update(asking(form, { picture: bytes(1, 64), camera: cameras, rates }))
  );
  assert(losses.some(Number.isNaN), losses.join(" "));
  training.close();
});

Deno.test("what can't be held in memory is an error that says so, and leaves the rasteriser whole", () => {
  const before = splats.render(parameters, form, asked);
  const count = 400_000, large = gaussians(2, { count: 1, degree: 0 });
  // Each of them fills the picture: 400,000 × 256 tiles of 48 bytes are more than 4 GiB.
  const many = new Float32Array(splatRows(0) * count);
  for (let row = 0; row < 14; row++) {
    many.fill(
      row < 3 ? 0 : row < 6 ? 2 : row === 6 ? 1 : large.parameters[row],
      row * count,
      (row + 1) * count,
    );
  }
  const view = { ...frame(256, 256), camera: camera(1, { height: 256, width: 256 }) };
  const error = assertThrows(
    () =>
      splats.gradient(many, { count, degree: 0 }, {
        ...view,
        dPicture: new Float32Array(3 * 65536),
      }),
    ToldError,
  );
  assert(
    /no memory for \d+ MiB of sums, \d+ MiB in all: .*fewer Gaussians/.test(error.message),
    error.message,
  );
  assertEquals(splats.render(parameters, form, asked), before);
});

Deno.test("a program that used splats ends by itself, also where a worker of it did", async () => {
  const script = fromFileUrl(new URL("ends.ts", import.meta.url));
  const said = await Promise.all(["here", "worker", "ended-worker"].map(async (where) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", asInstalled, script, where],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    return { where, code, out: /^\d+\.\d{3}$/.test(out) ? "a number" : out, errors };
  }));
  const ended = (where: string) => ({ where, code: 0, out: "a number", errors: "" });
  assertEquals(said, [ended("here"), ended("worker"), ended("ended-worker")]);
});
