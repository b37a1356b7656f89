/**
 * transforms.json and its kin: cameras in JSON, as NeRF's synthetic scenes, Instant-NGP and nerfstudio
 * write them. What is wrong is told with its line.
 * @module
 */
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { DataError } from "../../../../base/mod.ts";
import { parseJson, readTextIfThere } from "../../../../base/text/mod.ts";
import { checkedPose, type Pose } from "../../posed.ts";

const number = z.number();
const row = z.array(number).length(4, { error: "a row of 4 numbers was expected" });
const matrix = z.array(row).min(3).max(4);

/** Optics, of all frames or of one. */
const optics = {
  camera_angle_x: number.positive().optional(),
  camera_angle_y: number.positive().optional(),
  fl_x: number.positive().optional(),
  fl_y: number.positive().optional(),
  cx: number.optional(),
  cy: number.optional(),
  w: number.positive().optional(),
  h: number.positive().optional(),
  k1: number.optional(),
  k2: number.optional(),
  k3: number.optional(),
  k4: number.optional(),
  p1: number.optional(),
  p2: number.optional(),
};

const transforms = z.looseObject({
  ...optics,
  camera_model: z.string().optional(),
  is_fisheye: z.boolean().optional(),
  applied_transform: matrix.optional(),
  ply_file_path: z.string().optional(),
  train_filenames: z.array(z.string()).optional(),
  val_filenames: z.array(z.string()).optional(),
  test_filenames: z.array(z.string()).optional(),
  frames: z.array(z.looseObject({
    ...optics,
    camera_model: z.string().optional(),
    file_path: z.string().min(1),
    mask_path: z.string().optional(),
    transform_matrix: matrix,
  })),
});

/** Such a file. What isn't known of it is left alone. */
export type Transforms = z.output<typeof transforms>;
/** A picture in it. */
export type Frame = Transforms["frames"][number];

/** A file, with where its parts stand. */
export interface TransformsFile {
  readonly path: string;
  readonly value: Transforms;
  /** "FILE:LINE" of a part of it. */
  at(...path: (string | number)[]): string;
}

/** The line of a place in a text, from 1. */
const lineOf = (text: string, at: number) => text.slice(0, at).split("\n").length;

/** What is wrong with a text that is no JSON, and in which line. */
function fault(text: string, { message }: Error): { readonly line: number; readonly what: string } {
  const stated = /^line (\d+): (.*)$/s.exec(message);
  if (stated !== null) return { line: Number(stated[1]), what: stated[2] };
  const odd = /(?<=[[,:]\s*)(?:NaN|-?Infinity)\b/.exec(text);
  const at = /position (\d+)/.exec(message)?.[1];
  // V8 shows what is around a word that it doesn't know, and no place.
  if (odd !== null && (at === undefined || odd.index <= Number(at))) {
    return {
      line: lineOf(text, odd.index),
      what: `${odd[0]} is no number; leave that picture out`,
    };
  }
  const line = lineOf(text, at === undefined ? text.trimEnd().length : Number(at));
  return { line, what: message.split("\n")[0].replace(/ \(line.*$/, "") };
}

/** Finds lines only when one is asked for: a document with places is slow to make. */
function finder(path: string, text: string): TransformsFile["at"] {
  return (...asked) => {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    for (let length = asked.length; length > 0; length--) {
      const node = document.getIn(asked.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range) return `${path}:${lines.linePos(range[0]).line}`;
    }
    return `${path}:1`;
  };
}

/** Reads such a file. @throws DataError where it isn't there, is no JSON, or lacks what is needed */
export async function readTransforms(path: string): Promise<TransformsFile> {
  const text = await readTextIfThere(path);
  if (text === null) {
    throw new DataError(`${path}: no such file; the layout asked for has it there`);
  }
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { line, what } = fault(text, error);
    throw new DataError(`${path}:${line}: ${what}`);
  }
  const at = finder(path, text), parsed = transforms.safeParse(json);
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    const where = place.filter((key) => typeof key !== "symbol");
    throw new DataError(`${at(...where)}: \`${where.join(".")}\`: ${message}`);
  }
  if (parsed.data.frames.length === 0) {
    throw new DataError(`${at("frames")}: \`frames\` is empty; there is no picture to learn from`);
  }
  return { path, value: parsed.data, at };
}

/** A matrix [R | t], with or without its last row. @param where told where it is none */
export function poseOf(rows: readonly (readonly number[])[], where: () => string): Pose {
  const [a, b, c, last = [0, 0, 0, 1]] = rows;
  const pose = {
    rotation: [...a.slice(0, 3), ...b.slice(0, 3), ...c.slice(0, 3)],
    position: [a[3], b[3], c[3]],
  };
  if (last.join() !== "0,0,0,1") {
    throw new DataError(`${where()}: the last row is ${last.join(" ")}, not 0 0 0 1`);
  }
  try {
    return checkedPose(pose, "");
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${where()}${error.message}`);
  }
}
