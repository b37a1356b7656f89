/**
 * `deno task peers:checkpoints PYTHON`: random models of each form are written here, transformers loads
 * them, and logits, tokens and chat templates are compared. PYTHON has tests/golden/language's
 * requirements.
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { decoder, type DecoderShape, initDecoder } from "../../../backbones/mod.ts";
import { exitCodes } from "../../../base/mod.ts";
import { runProgram } from "../../../base/program/mod.ts";
import { disposeTree, type Engine, leaves, mapTree, openEngine } from "../../../engine/mod.ts";
import { writeFolder } from "../../../families/language/checkpoint/mod.ts";
import { fold, keyTensor, normal } from "../../../random/mod.ts";
import { hostKey } from "../../../random/host/mod.ts";
import { bytesJson, bytesTokenizer } from "../../../tokenizers/mod.ts";

/** Largest distance of logits, whose own size is about one. */
const tolerance = 1e-4;
const TOKENS = 24;

const small: DecoderShape = {
  vocabulary: 257,
  layers: 2,
  width: 16,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 4,
  hidden: 24,
  context: 64,
  norm: "rms",
  epsilon: 1e-5,
  positions: "rotary",
  rotary: { base: 10000 },
  bias: "none",
  queryKeyNorm: false,
  mlp: "swiglu",
  tied: false,
};

const llama3 = { kind: "llama3", factor: 8, lowFrequency: 1, highFrequency: 4, original: 16 };

/** Models of each form by name. */
const shapes: Readonly<Record<string, DecoderShape>> = {
  llama: small,
  "llama tied": { ...small, tied: true, headWidth: 6 },
  "llama biased": { ...small, bias: "all" },
  "llama linear": { ...small, rotary: { base: 5000, scaling: { kind: "linear", factor: 4 } } },
  "llama 3": {
    ...small,
    rotary: { base: 10000, scaling: llama3 as NonNullable<DecoderShape["rotary"]>["scaling"] },
  },
  qwen2: { ...small, bias: "qkv" },
  qwen3: { ...small, queryKeyNorm: true, headWidth: 8, tied: true },
  gpt2: {
    ...small,
    keyValueHeads: 4,
    norm: "layer",
    positions: "learnt",
    rotary: undefined,
    bias: "all",
    mlp: "gelu",
    tied: true,
  },
};

interface Theirs {
  readonly model: string;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly tokens: readonly number[];
  readonly logits: readonly number[];
  readonly words: readonly (readonly number[])[];
  readonly texts: readonly string[];
  readonly bos: number;
  readonly eos: number;
  readonly chat: string;
}

const template = "{% for m in messages %}{{ m['content'] }}{% endfor %}";

/** Writes a random model, and says what its logits of tokens are. */
async function written(engine: Engine, shape: DecoderShape, folder: string) {
  const params = tf.tidy(() => {
    const key = keyTensor(hostKey(1, "peers"));
    return mapTree(
      initDecoder(key, shape),
      (leaf, path) => tf.add(leaf, tf.mul(normal(fold(key, path), leaf.shape), 0.3)),
    ) as unknown as tf.TensorContainer;
  }) as unknown as ReturnType<typeof initDecoder>;
  const values = new Map(leaves(params));
  const words = {
    tokenizer: bytesTokenizer,
    json: bytesJson(),
    bos: 256,
    ends: [256],
    chatTemplate: template,
    separated: "",
  };
  await Deno.mkdir(folder);
  await writeFolder(folder, {
    shape,
    words,
    parameter: async (path) => await engine.read(values.get(path)!) as Float32Array,
  });
  return {
    async logits(tokens: readonly number[]) {
      const found = tf.tidy(() =>
        decoder(params, tf.tensor2d([[...tokens]], undefined, "int32"), { shape })
      );
      const read = await engine.read(found);
      tf.dispose(found);
      disposeTree(params);
      return read;
    },
  };
}

/** What of a folder transformers sees otherwise; null: nothing. */
function difference(theirs: Theirs): string | null {
  if (theirs.missing.length + theirs.unexpected.length > 0) {
    return `missing ${theirs.missing}; unexpected ${theirs.unexpected}`;
  }
  if (theirs.bos !== 256 || theirs.eos !== 256 || theirs.chat !== template) {
    return `bos ${theirs.bos}, eos ${theirs.eos}, chat template ${theirs.chat}`;
  }
  const at = theirs.texts.findIndex((text, i) =>
    bytesTokenizer.encode(text, { special: true }).join() !== theirs.words[i].join()
  );
  return at < 0 ? null : `tokens of ${JSON.stringify(theirs.texts[at])}: ${theirs.words[at]}`;
}

async function main([python = "python3"]: readonly string[]): Promise<number> {
  const { engine } = await openEngine("wasm");
  const root = await Deno.makeTempDir({ prefix: "likeness-peers-" });
  try {
    const models = [];
    for (const [name, shape] of Object.entries(shapes)) {
      const folder = join(root, name.replaceAll(" ", "-"));
      models.push({ name, folder, ...await written(engine, shape, folder) });
    }
    const script = fromFileUrl(
      new URL("../../../../tests/peers/checkpoint_peer.py", import.meta.url),
    );
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: [script, String(TOKENS), ...models.map(({ folder }) => folder)],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (!success) {
      console.error(`${python} can't load what was written:\n${text(stderr)}`);
      return exitCodes.failed;
    }
    let worst: number = exitCodes.pass;
    const all = text(stdout).split("\n").map((line) => JSON.parse(line) as Theirs);
    for (const [i, theirs] of all.entries()) {
      const ours = Array.from(await models[i].logits(theirs.tokens));
      const far = ours.reduce((most, v, j) => Math.max(most, Math.abs(v - theirs.logits[j])), 0);
      const other = difference(theirs) ?? (far <= tolerance ? null : "logits differ");
      if (other !== null) worst = exitCodes.regressed;
      const told = `${models[i].name}: ${theirs.model}, logits within ${far.toExponential(1)}`;
      console.log(other === null ? told : `${told}; ${other}`);
    }
    return worst;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

if (import.meta.main) runProgram(() => main(Deno.args));
