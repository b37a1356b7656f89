/**
 * Cases of `run`: suites of this folder, and edits of the example of a family of one's own.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import sharp from "sharp";
import { shownEnd } from "../program.ts";
import { type Case, doneRun, runSuite, untold, valuesOf } from "./case.ts";

const here = (file: string) => fromFileUrl(new URL(file, import.meta.url));
const example = new URL("../../../../../tests/examples/pixels.ts", import.meta.url);

/** Copies a suite of this folder, and writes the example beside it with one place edited. */
async function laid(
  folder: string,
  suite: string,
  edit?: readonly [from: string, to: string],
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile(here(suite), join(folder, suite));
  const text = await Deno.readTextFile(example);
  const edited = edit === undefined ? text : text.replace(...edit);
  if (edit !== undefined && edited === text) throw new Error(`the example has no ${edit[0]}`);
  await Deno.writeTextFile(join(folder, "pixels.ts"), edited);
}

/** Pictures that share names, sizes and times, whatever they show. */
async function shades(folder: string, shade: (i: number) => number): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const time = new Date("2020-01-01T00:00:00Z");
  for (let i = 0; i < 160; i++) {
    const path = join(folder, `${i}.png`), data = new Uint8Array(16 * 12 * 3).fill(shade(i));
    await sharp(data, { raw: { width: 16, height: 12, channels: 3 } })
      .png({ compressionLevel: 0 }).toFile(path);
    await Deno.utime(path, time, time);
  }
}

const sample = "return [state, { x_BHWC: tf.clipByValue(x, 0, 1) }];";

/** See the module. */
export const runCases: readonly Case[] = [
  {
    name: "folder-changed",
    async check(folder) {
      const suite = "folder-changed.yaml";
      await laid(folder, suite);
      const value = async (out: string) => {
        const run = doneRun(await runSuite(folder, suite, { out }), "autoencoder");
        return { id: run.id, values: valuesOf(run) };
      };
      await shades(join(folder, "pictures"), (i) => i);
      const before = await value("out");
      await shades(join(folder, "pictures"), (i) => 255 - i);
      const after = await value("out"), fresh = await value("fresh");
      return [
        ...(after.id === before.id ? ["other pictures have the same id"] : []),
        ...(after.values === fresh.values ? [] : [`${after.values}, not ${fresh.values}`]),
      ];
    },
  },
  {
    name: "module-collision",
    async check(folder) {
      await laid(join(folder, "a"), "collision-a.yaml");
      // Team B's doesn't learn.
      const still = [
        "return [next as TensorRecord, { loss }];",
        "return [state, { loss }];",
      ] as const;
      await laid(join(folder, "b"), "collision-b.yaml", still);
      const run = async (suite: string, out: string) =>
        valuesOf(doneRun(await runSuite(folder, suite, { out }), "pixels"));
      const a = await run("a/collision-a.yaml", "out"), b = await run("b/collision-b.yaml", "out");
      const alone = await run("b/collision-b.yaml", "alone");
      return [
        ...(b === a ? ["team B has team A's numbers"] : []),
        ...(b === alone ? [] : [`${b}, not ${alone}`]),
      ];
    },
  },
  {
    name: "stdout",
    async check(folder) {
      const train = "train(state, { x_BHWC }) {";
      const print = 'Deno.stdout.writeSync(new TextEncoder().encode("hello from my model\\n"));';
      await laid(join(folder, "loud"), "stdout.yaml", [train, `${train}\n${print}`]);
      await laid(join(folder, "quiet"), "stdout.yaml");
      const [loud, quiet] = [
        valuesOf(doneRun(await runSuite(folder, "loud/stdout.yaml"), "pixels")),
        valuesOf(doneRun(await runSuite(folder, "quiet/stdout.yaml"), "pixels")),
      ];
      return loud === quiet ? [] : [`${loud}, not ${quiet}`];
    },
  },
  {
    name: "typo",
    async check(folder) {
      await laid(folder, "typo.yaml");
      const { ended } = await runSuite(folder, "typo.yaml");
      if (ended.code !== 2) return [shownEnd(ended)];
      const wrong = ["jugde", "gendr", "expresion", "gneder", "gendre"];
      return untold(ended, ["typo.yaml:", "`judge`", "`gender`", "`expression`", ...wrong]);
    },
  },
  {
    name: "user-samples",
    async check(folder) {
      const suite = "user-samples.yaml";
      await laid(join(folder, "ok"), suite);
      doneRun(await runSuite(folder, `ok/${suite}`), "pixels");
      const broken = {
        "channels first":
          "return [state, { x_BHWC: tf.transpose(tf.clipByValue(x, 0, 1), [0, 3, 1, 2]) }];",
        "of −1 to 1": "return [state, { x_BHWC: tf.sub(tf.mul(tf.clipByValue(x, 0, 1), 2), 1) }];",
        "of 0 to 255": "return [state, { x_BHWC: tf.mul(tf.clipByValue(x, 0, 1), 255) }];",
        "not finite": "return [state, { x_BHWC: tf.div(x, 0) }];",
      };
      const wrong: string[] = [];
      for (const [name, to] of Object.entries(broken)) {
        await laid(join(folder, name), suite, [sample, to]);
        const { ended, runs } = await runSuite(folder, `${name}/${suite}`);
        const own = runs.find(({ label }) => label === "pixels");
        if (own?.state === "done") wrong.push(`${name}: scored as done`);
        else if (ended.code !== 3) wrong.push(`${name}: ${shownEnd(ended)}`);
        else if (!/sample/i.test(own?.cause ?? "")) wrong.push(`${name}: cause ${own?.cause}`);
      }
      return wrong;
    },
  },
];
