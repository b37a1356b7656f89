/**
 * Extractors that a suite, `evaluate` and metrics can name: one row each. Nothing heavy is imported
 * before an extractor is opened.
 * @module
 */
import type { ExtractorRow } from "./row.ts";

/** "ready", or what an extractor still needs. */
export async function extractorStatus({ weights }: ExtractorRow): Promise<string> {
  switch (weights.from) {
    case "user":
      return "needs your weights file";
    case "npm":
      return `ready: ${weights.name}@${weights.version} is fetched on first use (${weights.size})`;
    case "tree": {
      const url = new URL(weights.file, import.meta.url);
      return await Deno.stat(url).then(
        () => "ready",
        () => `its weights ${weights.file} aren't there`,
      );
    }
  }
}

interface VitRow {
  readonly family: "dinov2" | "clip";
  readonly width: number;
  readonly depth: number;
  readonly patch?: number;
  readonly registers?: number;
  readonly projection?: number;
}

/** What the two families of vision transformers are called, where they are got, what they give. */
const vits = {
  dinov2: {
    title: "DINOv2 ViT",
    gives: "the class token",
    licence: "Apache-2.0 (the weights, by Meta)",
    source: (name: string) =>
      `facebookresearch/dinov2's ${
        name.replaceAll("-", "_").replace("_reg", "_reg4")
      }_pretrain.pth` +
      ", or model.safetensors of facebook/dinov2 on Hugging Face",
  },
  clip: {
    title: "CLIP image tower ViT",
    gives: "the projected embedding, not normalised",
    licence: "MIT (the weights, by OpenAI)",
    source: () =>
      "model.safetensors of openai/clip-vit-base-patch32 or -large-patch14 on Hugging Face, or " +
      "open_clip's file of OpenAI's weights (its others have another activation)",
  },
} as const;

/** A row of the perceptual distance LPIPS over one network. */
function lpips(net: "vgg" | "alex", title: string, file: string): ExtractorRow {
  return {
    versioned: `lpips-${net}`,
    about:
      `LPIPS 0.1 over ${title}: distances between pictures, no features; your weights of the ` +
      "network, the heads are here",
    licence: "BSD-2-Clause (heads), BSD-3-Clause (torchvision's weights)",
    weights: {
      from: "user",
      source: `torchvision's ${file} (pytorch.org's model zoo), or the state_dict of ` +
        `lpips.LPIPS(net="${net}")`,
    },
    side: 0,
    modes: ["own size"],
    gives: ["distances"],
    open: async (engine, options) =>
      (await import("./lpips/lpips.ts")).openLpips(engine, options, net),
  };
}

/** A row of a vision transformer at 224×224. */
function vit(name: string, shape: VitRow): [string, ExtractorRow] {
  const { title, gives, licence, source } = vits[shape.family];
  const { patch = 14, registers = 0, ...rest } = shape, side = 224;
  const row: ExtractorRow = {
    versioned: name,
    about: `${title} of width ${shape.width}, patches of ${patch}` +
      `${registers > 0 ? `, ${registers} registers` : ""}: ${gives}; your weights`,
    licence,
    weights: { from: "user", source: source(name) },
    side,
    modes: ["clean", "tf1", "torch-bilinear", "pil-bicubic"],
    gives: ["features"],
    open: async (engine, options) =>
      (await import("./vit/vit.ts")).openVit(engine, options, {
        ...rest,
        patch,
        grid: side / patch,
        registers,
      }),
  };
  return [name, row];
}

/** See the module. */
export const extractorTable: Readonly<Record<string, ExtractorRow>> = {
  "judge": {
    versioned: "judge-heads-v1",
    about: "In-domain classifier of the heads, features whitened: the primary one for heads",
    licence: "Apache-2.0",
    weights: { from: "tree", file: "judge/judge_heads_v1.safetensors" },
    side: 32,
    modes: ["area"],
    gives: ["features", "classes"],
    open: async (engine) => (await import("./judge/judge.ts")).openJudge(engine),
  },
  "lite0": {
    versioned: "lite0",
    about: "EfficientNet-Lite0 (ImageNet) after a light blur: for data without a judge",
    licence: "Apache-2.0",
    weights: { from: "tree", file: "lite0/lite0.safetensors" },
    side: 96,
    modes: ["blur-cubic"],
    gives: ["features"],
    open: async (engine, { batch }) =>
      (await import("./lite0/lite0.ts")).openLite0(engine, { batch }),
  },
  "inception-fid": {
    versioned: "inception-fid",
    about: "InceptionV3 of FID (2015-12-05), 2048 pooled features; your weights",
    licence: "Apache-2.0 (the weights, by TensorFlow)",
    weights: {
      from: "user",
      source: "the file pt_inception-2015-12-05-6726825d.pth of pytorch-fid's releases (GitHub, " +
        "mseitzer/pytorch-fid, release fid_weights), or torch-fidelity's of the same content",
    },
    side: 299,
    modes: ["clean", "tf1", "pytorch-fid", "pil-bicubic"],
    gives: ["features", "classes"],
    open: async (engine, options) =>
      (await import("./inception/inception.ts")).openInception(engine, options),
  },
  "inception-nsfwjs": {
    versioned: "inception-nsfwjs",
    about: "InceptionV3 of npm's nsfwjs, fine-tuned: 2048 pooled features of pictures at large; " +
      "its distances are not FID",
    licence: "MIT",
    weights: { from: "npm", name: "nsfwjs", version: "4.3.0", size: "25 MB" },
    side: 299,
    modes: ["clean", "torch-bilinear", "pil-bicubic"],
    gives: ["features"],
    open: async (engine, options) =>
      (await import("./inception/nsfwjs.ts")).openNsfwjs(engine, options),
  },
  "lpips-vgg": lpips("vgg", "VGG16", "vgg16-397923af.pth"),
  "lpips-alex": lpips("alex", "AlexNet", "alexnet-owt-7be5be79.pth"),
  "face": {
    versioned: "face",
    about:
      "npm's face-api: 128 numbers that tell persons apart, 7 expressions, gender, and a face " +
      "detector",
    licence: "MIT",
    weights: { from: "npm", name: "@vladmandic/face-api", version: "1.7.15", size: "13 MB" },
    side: 150,
    modes: ["clean"],
    gives: ["features", "classes", "persons"],
    open: async (engine, options) => (await import("./face.ts")).openFace(engine, options),
  },
  "onnx": {
    versioned: "onnx",
    about: "your own network as an ONNX file, run by ONNX Runtime if you have it: one picture " +
      "input, one row of features",
    licence: "your model's",
    weights: { from: "user", source: "any ONNX model whose output is a row of features a picture" },
    side: 0,
    modes: ["clean", "tf1", "torch-bilinear", "pil-bicubic"],
    gives: ["features"],
    open: async (engine, options) => (await import("./onnx/onnx.ts")).openOnnx(engine, options),
  },
  ...Object.fromEntries(
    [
      vit("dinov2-vits14", { family: "dinov2", width: 384, depth: 12, registers: 0 }),
      vit("dinov2-vitb14", { family: "dinov2", width: 768, depth: 12, registers: 0 }),
      vit("dinov2-vitl14", { family: "dinov2", width: 1024, depth: 24, registers: 0 }),
      vit("dinov2-vits14-reg", { family: "dinov2", width: 384, depth: 12, registers: 4 }),
      vit("dinov2-vitb14-reg", { family: "dinov2", width: 768, depth: 12, registers: 4 }),
      vit("dinov2-vitl14-reg", { family: "dinov2", width: 1024, depth: 24, registers: 4 }),
      vit("clip-vitb32", { family: "clip", width: 768, depth: 12, patch: 32, projection: 512 }),
      vit("clip-vitl14", { family: "clip", width: 1024, depth: 24, patch: 14, projection: 768 }),
    ],
  ),
};

/** The versioned name of an extractor; a name that isn't in the table stands for itself. */
export function extractorName(name: string): string {
  return extractorTable[name]?.versioned ?? name;
}
