import { assert, assertEquals, assertRejects } from "@std/assert";
import sharp from "sharp";
import { parseArguments } from "../../src/commands/arguments.ts";
import type { Command } from "../../src/commands/command.ts";
import { main } from "../../src/commands/evaluate.ts";
import { commands } from "../../src/commands/table.ts";
import { UsageError } from "../../src/errors.ts";
import type { MetricValue } from "../../src/metrics/metric.ts";
import { hostKey, hostUniform } from "../../src/random/host.ts";
import { keptTerminal } from "./terminal.ts";

const row = commands.find((c) => c.name === "evaluate") as Command;

async function evaluate(...words: string[]) {
  const terminal = keptTerminal();
  const code = await main(parseArguments(row, words), terminal);
  return { code, out: terminal.out, err: terminal.err };
}

/** PNGs of smooth colour fields; `shade` darkens them all. */
async function folder(
  { count, side, shade, seed }: { count: number; side: number; shade: number; seed: number },
): Promise<string> {
  const path = await Deno.makeTempDir();
  for (let i = 0; i < count; i++) {
    const [r, g, b, x, y] = hostUniform(hostKey(seed, "fields", i), 5);
    const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => {
      const [row, column] = [Math.floor(at / 3 / side) / side, (Math.floor(at / 3) % side) / side];
      const field = 1 - Math.abs(row - y) * 0.5 - Math.abs(column - x) * 0.5;
      return Math.round(255 * field * [r, g, b][at % 3] * shade);
    });
    await sharp(data, { raw: { width: side, height: side, channels: 3 } }).png()
      .toFile(`${path}/${String(i).padStart(3, "0")}.png`);
  }
  return path;
}

Deno.test("evaluate: a folder against itself and against something else", async () => {
  const out = await Deno.makeTempDir();
  const real = await folder({ count: 12, side: 24, shade: 1, seed: 1 });
  const dark = await folder({ count: 12, side: 24, shade: 0.3, seed: 3 });
  const measure = async (fake: string) => {
    const words = ["--real", real, "--fake", fake, "--out", out, "--engine", "wasm", "--json"];
    const { code, out: lines } = await evaluate(...words, "--metrics", "frechet,coverage");
    assertEquals(code, 0);
    const values = lines.map((line) => JSON.parse(line) as MetricValue);
    return Object.fromEntries(values.map((v) => [v.name, v.value as number]));
  };
  const [self, other] = [await measure(real), await measure(dark)];
  const distance = Object.keys(self)[0];
  assert(distance.startsWith("FD-lite0") && distance.endsWith("@12"), distance);
  assert(self[distance] < 1e-6 * other[distance], `itself: ${self[distance]}`);
  const recall = Object.keys(self).find((name) => name.startsWith("recall")) as string;
  assertEquals([self[recall], other[recall] < 1], [1, true]);
  for (const path of [out, real, dark]) await Deno.remove(path, { recursive: true });
});

Deno.test("evaluate: what can't be compared is told before anything is computed", async () => {
  const a = await folder({ count: 3, side: 16, shade: 1, seed: 1 });
  const b = await folder({ count: 2, side: 24, shade: 1, seed: 2 });
  const empty = await Deno.makeTempDir();
  const refused = async (words: string[], message: string) => {
    const error = await assertRejects(() => evaluate(...words), UsageError);
    assert(error.message.includes(message), error.message);
  };
  await refused(["--real", a], "evaluate wants --fake DIR");
  await refused(["--real", a, "--fake", `${a}/none`], "does not exist");
  await refused(["--real", a, "--fake", empty], "has 0 pictures");
  await refused(["--real", a, "--fake", b], "the pictures have different sides:\n  16 pixels: ");
  await refused(["--real", a, "--fake", b, "--size", "16", "--samples", "3"], "has 2 readable");
  await refused(["--real", a, "--fake", b, "--features", "lite"], "did you mean `lite0`?");
  await refused(["--real", a, "--fake", b, "--metrics", "likelihood"], "can't be measured");
  await refused(["--real", a, "--fake", b, "--size", "3"], "--size wants a whole number from 8");
  await Deno.writeTextFile(`${a}/zz.png`, "no picture");
  await refused(["--real", a, "--fake", a], "zz.png: not a readable picture");
  for (const path of [a, b, empty]) await Deno.remove(path, { recursive: true });
});
