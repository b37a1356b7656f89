/**
 * A sampler such as a user may have: fills a folder with blobs of brightness by seed and number.
 * `deno run -A writer.ts --out DIR --count N --seed S [--side 8] [--fail] [--stop-after N] [--sleep]
 * [--log FOLDER]`
 */
import { parseArgs } from "@std/cli/parse-args";
import sharp from "sharp";

const args = parseArgs(Deno.args, { boolean: ["fail", "sleep"], string: ["out", "log"] });
if (args.log) await Deno.writeTextFile(`${args.log}/log`, "called\n", { append: true });
console.log("loading weights");
if (args.fail) {
  console.error("RuntimeError: no such checkpoint");
  Deno.exit(3);
}
if (args.sleep) await new Promise((resolve) => setTimeout(resolve, 60_000));
const side = Number(args.side ?? 8);
const count = Math.min(Number(args.count), Number(args["stop-after"] ?? Infinity));
for (let i = 0; i < count; i++) {
  const data = new Uint8Array(side * side).fill((17 * Number(args.seed) + 3 * i) % 256);
  await sharp(data, { raw: { width: side, height: side, channels: 1 } }).png()
    .toFile(`${args.out}/${String(i).padStart(4, "0")}.png`);
}
