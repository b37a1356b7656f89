/**
 * A head as meshes in its own coordinates, and the paint on them: what of a head no camera changes.
 * @module
 */
import { hostFold, hostUniform } from "../../../random/host/mod.ts";
import type { HeadModel } from "../asset.ts";
import type { HeadParameters } from "../factors.ts";
import { browTriangles, seatEyes } from "./features.ts";
import { type Measure, measureHead } from "./frame.ts";
import { buildHair, type HairMesh } from "./hair.ts";
import { HAIR_TONES } from "./hair_styles.ts";
import type { Surface } from "./light.ts";
import { findScalp, type Scalp } from "./scalp.ts";
import { addExpression, personShape, shapeAxes, vertexNormals } from "./shape.ts";
import { type HeadColours, linear, mapSkin, paintSkin, type SkinMap } from "./skin.ts";

/** Albedo of eyes (painted later), teeth and tongue by material, linear RGB. */
const PART_TONES: readonly (readonly [material: number, tone: readonly number[]])[] = [
  [1, [1, 1, 1]],
  [2, [1, 1, 1]],
  [3, [0.86, 0.83, 0.76]],
  [4, [0.42, 0.13, 0.12]],
];

/** Share of the key light on teeth and tongue: lips shade them; depth maps are too coarse for gaps. */
const IN_MOUTH = 0.55;

/** What skin, eyes, teeth and tongue do with light. */
export const BODY_SURFACE: Surface = { gloss: 0.07, soft: 1 };

/** What all heads of a model share, worked out once. */
export interface PreparedModel {
  readonly model: HeadModel;
  readonly axes: ReturnType<typeof shapeAxes>;
  readonly scalp: Scalp;
  readonly map: SkinMap;
  /** 1 for triangles on which brows may lie. */
  readonly brow: Uint8Array;
  /** Share of sky seen a vertex, 0 to 1. */
  readonly openness: Float64Array;
  /** Vertices of the left and of the right eye. */
  readonly eyes: readonly Uint16Array[];
  /** Vertices of teeth and tongue. */
  readonly mouth: Uint16Array;
  /** Eyes, teeth and tongue with their albedo. */
  readonly parts: readonly { readonly vertices: Uint16Array; readonly tone: readonly number[] }[];
}

/** Works out what all heads share. */
export function prepareModel(model: HeadModel): PreparedModel {
  return {
    model,
    axes: shapeAxes(model),
    scalp: findScalp(model),
    map: mapSkin(model),
    brow: browTriangles(model),
    openness: openness(model),
    eyes: [1, 2].map((material) => verticesOf(model, material)),
    mouth: Uint16Array.from([3, 4].flatMap((m) => [...verticesOf(model, m)])),
    parts: PART_TONES.map(([material, tone]) => ({
      vertices: verticesOf(model, material),
      tone,
    })),
  };
}

/** A head's meshes; x to its left, y up, z to the front, decimetres. */
export interface Figure {
  /** x y z a vertex of the model's mesh. */
  readonly positions: Float64Array;
  /** Unit normals a vertex. */
  readonly normals: Float64Array;
  /** Nothing for the bald. */
  readonly hair?: HairMesh;
  readonly measure: Measure;
}

/** The shape of a head, written into buffers of 3 numbers a vertex. */
export function buildFigure(
  head: HeadParameters,
  prepared: PreparedModel,
  { positions, normals }: { readonly positions: Float64Array; readonly normals: Float64Array },
): Figure {
  const { model, axes, scalp, eyes, mouth } = prepared;
  personShape(head, { model, axes, positions });
  const measure = measureHead(model, positions);
  addExpression(head, { model, positions });
  seatEyes(positions, eyes);
  const hair = buildHair(head, { scalp, positions, height: measure.height });
  vertexNormals(positions, { corners: model.corners, normals });
  for (const v of mouth) normals.set([0, 0.3, 0.954], 3 * v);
  return { positions, normals, hair, measure };
}

/** Writes the albedo of all but hair, linear RGB a vertex, into `albedo`. */
export function paintBody(
  head: HeadParameters,
  { model, map, parts }: PreparedModel,
  { colours, albedo }: { readonly colours: HeadColours; readonly albedo: Float64Array },
): void {
  paintSkin(head, { model, map, colours, albedo });
  for (const { vertices, tone } of parts) {
    for (const v of vertices) albedo.set(tone, 3 * v);
  }
}

/** Sets the share of the key light on teeth and tongue; `lit` holds it at 3 × vertex. */
export function shadeMouth({ mouth }: PreparedModel, lit: Float64Array): void {
  for (const v of mouth) lit[3 * v] = IN_MOUTH;
}

/** The paint of hair. */
export interface HairPaint {
  /** Linear RGB a vertex. */
  readonly albedo: Float64Array;
  /** Share of sky seen a vertex, 0 to 1. */
  readonly openness: Float64Array;
  readonly surface: Surface;
}

/** The colour of a head's hair, with the skin that shows through. */
export function paintHair(
  head: HeadParameters,
  { hair, skin }: { readonly hair: HairMesh; readonly skin: readonly number[] },
): HairPaint {
  const draws = hostUniform(hostFold(head.identity, "hair colour"), 2);
  const shade = 0.85 + 0.3 * draws[0];
  const base = HAIR_TONES[head.hair_colour].map((byte) => linear(byte * shade));
  const albedo = new Float64Array(hair.positions.length);
  const open = new Float64Array(hair.tone.length);
  for (let v = 0; v < hair.tone.length; v++) {
    const tone = hair.tone[v] * hair.tone[v] * (1 - hair.fade[v]);
    for (let k = 0; k < 3; k++) albedo[3 * v + k] = base[k] * tone + skin[k] * hair.fade[v];
    open[v] = Math.min(1, 0.75 * hair.tone[v]);
  }
  return {
    albedo,
    openness: open,
    surface: { gloss: hair.gloss * (0.04 + 0.3 * base[1]), soft: 0.6 },
  };
}

/** Openness a vertex, lifted where the closed mouth of the rest mesh would leave teeth black. */
function openness({ regions, corners, materials, vertices }: HeadModel): Float64Array {
  const open = Float64Array.from(regions.openness);
  for (let i = 0; i < vertices; i++) {
    open[i] = 0.12 + 0.88 * open[i] * (1 - 0.6 * regions.inside_mouth[i]);
  }
  for (let t = 0; t < materials.length; t++) {
    for (let k = 0; k < 3; k++) {
      const v = corners[3 * t + k];
      if (materials[t] === 3) open[v] = 0.62;
      if (materials[t] === 4) open[v] = 0.4;
      if (materials[t] === 1 || materials[t] === 2) open[v] = 0.35 + 0.6 * open[v];
    }
  }
  return open;
}

/** The vertices of a material, ascending. */
function verticesOf({ corners, materials, vertices }: HeadModel, material: number): Uint16Array {
  const used = new Uint8Array(vertices);
  materials.forEach((m, t) => {
    if (m === material) { for (let k = 0; k < 3; k++) used[corners[3 * t + k]] = 1; }
  });
  return Uint16Array.from(used.keys().filter((v) => used[v] === 1));
}
