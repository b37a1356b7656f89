/**
 * DINOv2 (arXiv:2304.07193, registers arXiv:2309.16588) and the image tower of CLIP (arXiv:2103.00020)
 * with the user's weights.
 * @module
 */
import type { Engine } from "../../engine/mod.ts";
import type { Extractor } from "../extractor.ts";
import { networkExtractor } from "../network/network.ts";
import { type InputSpec, ofUnit } from "../prepare/prepare.ts";
import type { ResizeMode } from "../prepare/resize.ts";
import { readStateDict } from "../weights/state_dict.ts";
import type { OpenOptions } from "../row.ts";
import { vitForward, type VitKind } from "./vit_net.ts";
import { type VitNaming, type VitShape, vitWeights } from "./vit_weights.ts";

/** What the networks of one project share. */
interface VitFamily extends VitKind {
  readonly namings: readonly VitNaming[];
  readonly norm: Pick<InputSpec, "mean" | "deviation">;
  /** How positions are brought to another grid; see `resizePositions`. */
  readonly positions: (shape: VitShape) => { readonly antialias: boolean; readonly offset: number };
}

const dinov2: VitFamily = {
  activation: "gelu",
  epsilon: 1e-6,
  norm: ofUnit([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  positions: ({ registers }) =>
    registers > 0 ? { antialias: true, offset: 0 } : { antialias: false, offset: 0.1 },
  namings: [
    {
      name: "facebookresearch/dinov2",
      anchor: "blocks.0.attn.qkv.weight",
      patch: "patch_embed.proj",
      token: "cls_token",
      positions: "pos_embed",
      registers: "register_tokens",
      block: (i) => `blocks.${i}.`,
      parts: {
        first: "norm1",
        qkv: { weight: "attn.qkv.weight", bias: "attn.qkv.bias" },
        out: "attn.proj",
        second: "norm2",
        up: "mlp.fc1",
        down: "mlp.fc2",
        scales: ["ls1.gamma", "ls2.gamma"],
      },
      after: "norm",
    },
    {
      name: "Hugging Face",
      anchor: "embeddings.patch_embeddings.projection.weight",
      patch: "embeddings.patch_embeddings.projection",
      token: "embeddings.cls_token",
      positions: "embeddings.position_embeddings",
      registers: "embeddings.register_tokens",
      block: (i) => `encoder.layer.${i}.`,
      parts: {
        first: "norm1",
        qkv: ["query", "key", "value"].map((n) => `attention.attention.${n}`),
        out: "attention.output.dense",
        second: "norm2",
        up: "mlp.fc1",
        down: "mlp.fc2",
        scales: ["layer_scale1.lambda1", "layer_scale2.lambda1"],
      },
      after: "layernorm",
    },
  ],
};

const clip: VitFamily = {
  activation: "quick",
  epsilon: 1e-5,
  norm: ofUnit([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
  positions: () => ({ antialias: false, offset: 0 }),
  namings: [
    {
      name: "OpenAI and open_clip",
      anchor: "visual.conv1.weight",
      patch: "visual.conv1",
      token: "visual.class_embedding",
      positions: "visual.positional_embedding",
      before: "visual.ln_pre",
      block: (i) => `visual.transformer.resblocks.${i}.`,
      parts: {
        first: "ln_1",
        qkv: { weight: "attn.in_proj_weight", bias: "attn.in_proj_bias" },
        out: "attn.out_proj",
        second: "ln_2",
        up: "mlp.c_fc",
        down: "mlp.c_proj",
      },
      after: "visual.ln_post",
      projection: { name: "visual.proj", linear: false },
    },
    {
      name: "Hugging Face",
      anchor: "vision_model.embeddings.patch_embedding.weight",
      patch: "vision_model.embeddings.patch_embedding",
      token: "vision_model.embeddings.class_embedding",
      positions: "vision_model.embeddings.position_embedding.weight",
      before: "vision_model.pre_layrnorm", // spelt so in the files
      block: (i) => `vision_model.encoder.layers.${i}.`,
      parts: {
        first: "layer_norm1",
        qkv: ["q_proj", "k_proj", "v_proj"].map((n) => `self_attn.${n}`),
        out: "self_attn.out_proj",
        second: "layer_norm2",
        up: "mlp.fc1",
        down: "mlp.fc2",
      },
      after: "vision_model.post_layernorm",
      projection: { name: "visual_projection.weight", linear: true },
    },
  ],
};

const families = { dinov2, clip } as const;

/** CLIP's other tower is not read. */
const wanted = (name: string) =>
  !/(^|\.)(text_model|text_projection|token_embedding|logit_scale)(\.|$)|position_ids$/.test(name);

/**
 * Opens one.
 * @throws UsageError where the file is none of these weights
 */
export async function openVit(
  engine: Engine,
  { name, weights, mode, batch }: Omit<OpenOptions, "cache">,
  { family, ...shape }: VitShape & { readonly family: keyof typeof families },
): Promise<Extractor> {
  const { namings, norm, positions, ...kind } = families[family];
  const file = await readStateDict(weights, { extractor: name, namings, wanted });
  return networkExtractor({
    engine,
    name,
    digest: file.digest,
    weights: vitWeights(file, { engine, shape, extractor: name, ...positions(shape) }),
    forward: vitForward(kind),
    input: { side: shape.patch * shape.grid, resize: mode as ResizeMode, ...norm },
    batch,
    dimension: shape.projection ?? shape.width,
    notes: [`weights: sha256 ${file.digest}, names as ${file.naming.name} has them`],
  });
}
