/**
 * Renders heads: shape, hair, light, depth buffer, shading, sensor noise. A pure function of the
 * parameters and the size, in arithmetic that is the same on every machine.
 * @module
 */
import { cos, sin } from "../../numeric/elementary.ts";
import { hostFold, hostNormal, hostUniform } from "../../random/host.ts";
import { type HeadModel, loadHeadModel } from "./asset.ts";
import { background } from "./background.ts";
import type { HeadParameters } from "./factors.ts";
import { buildHair, findScalp, HAIR_TONES, type HairMesh, type Scalp } from "./hair.ts";
import { type Light, lightFrom, shadeVertices, ShadowMap } from "./light.ts";
import { piecewise, smoothstep } from "./noise.ts";
import { clearCoverage, type Coverage, createCoverage, rasterize } from "./raster.ts";
import { addExpression, personShape, shapeAxes, vertexNormals } from "./shape.ts";
import {
  EYE,
  type HeadColours,
  headColours,
  linear,
  mapSkin,
  paintSkin,
  type SkinMap,
} from "./skin.ts";

const DEGREES = Math.PI / 180;
/** Share of the frame's height from chin to crown. */
export const FILL = 0.77;
/** Distance of the camera in head heights. */
const CAMERA = 6;

/** How a head is rendered. */
export interface RenderOptions {
  /** Pixels a side. */
  readonly size: number;
  /** Samples a pixel and axis. Default 3. */
  readonly supersample?: number;
  /** σ of the sensor noise in 1/255. Default 3. */
  readonly noise?: number;
}

/** A rendered head. */
export interface RenderedHead {
  readonly size: number;
  /** size × size × 3 bytes, sRGB. */
  readonly data: Uint8Array;
  /** Share of each pixel that the head (hair and neck with it) covers. */
  readonly coverage: Float32Array;
  /** Where points of the head lie, in pixels from the top left: x, y. */
  readonly landmarks: Readonly<
    Record<"crown" | "chin" | "left_eye" | "right_eye" | "mouth", Point>
  >;
}

type Point = readonly [x: number, y: number];

interface View {
  /** Rotation matrix, row by row. */
  readonly turn: readonly number[];
  readonly pivot: readonly [number, number, number];
  readonly height: number;
  /** Pixels a decimetre. */
  readonly scale: number;
  readonly shift: Point;
}

/** A renderer with its buffers; not to be shared between concurrent callers (it never waits). */
export class HeadRenderer {
  readonly #model: HeadModel;
  readonly #axes: ReturnType<typeof shapeAxes>;
  readonly #scalp: Scalp;
  readonly #map: SkinMap;
  readonly #brow: Uint8Array;
  readonly #shadows = new ShadowMap();
  readonly #positions: Float64Array;
  readonly #normals: Float64Array;
  readonly #points: Float64Array;
  readonly #albedo: Float64Array;
  readonly #radiance: Float64Array;
  readonly #openness: Float64Array;
  readonly #eyes: readonly Uint16Array[];
  readonly #mouth: Uint16Array;
  #coverage: Coverage | undefined;

  constructor(model: HeadModel) {
    this.#model = model;
    this.#axes = shapeAxes(model);
    this.#scalp = findScalp(model);
    this.#map = mapSkin(model);
    this.#brow = browTriangles(model);
    this.#eyes = [1, 2].map((material) => verticesOf(model, material));
    this.#mouth = Uint16Array.from([3, 4].flatMap((m) => [...verticesOf(model, m)]));
    const length = 3 * model.vertices;
    this.#positions = new Float64Array(length);
    this.#normals = new Float64Array(length);
    this.#points = new Float64Array(length);
    this.#albedo = new Float64Array(length);
    this.#radiance = new Float64Array(length);
    this.#openness = openness(model);
  }

  /**
   * Renders a head.
   * @throws RangeError where size is not a whole number from 8 to 1024
   */
  render(head: HeadParameters, { size, supersample = 3, noise = 3 }: RenderOptions): RenderedHead {
    if (!Number.isInteger(size) || size < 8 || size > 1024) {
      throw new RangeError(`renderHead: size ${size} is not a whole number from 8 to 1024`);
    }
    if (!Number.isInteger(supersample) || supersample < 1 || supersample > 8) {
      throw new RangeError(
        `renderHead: supersample ${supersample} is not a whole number from 1 to 8`,
      );
    }
    const model = this.#model, positions = this.#positions;
    personShape(head, { model, axes: this.#axes, positions });
    const view = frame(head, { model, positions, size });
    addExpression(head, { model, positions });
    seatEyes(positions, this.#eyes);
    const hair = buildHair(head, { model, scalp: this.#scalp, positions, height: view.height });
    vertexNormals(positions, { corners: model.corners, normals: this.#normals });
    for (const v of this.#mouth) this.#normals.set([0, 0.3, 0.954], 3 * v);

    const light = lightFrom(head.light_azimuth, head.light_elevation);
    const colours = headColours(head);
    paintSkin(head, { model, map: this.#map, colours, albedo: this.#albedo });
    this.#paintParts();
    for (const vectors of [positions, this.#normals]) turnAll(vectors, view, vectors === positions);
    if (hair) {
      turnAll(hair.positions, view, true);
      turnAll(hair.normals, view, false);
    }
    const meshes = [{ positions, corners: model.corners }, ...(hair ? [hair] : [])];
    this.#shadows.cast(meshes, { light, centre: [0, 0, 0], reach: 0.95 * view.height });
    // Lips shade teeth and tongue alike; the depth map is too coarse for the gaps between.
    for (const v of this.#mouth) this.#shadows.lit(0)[3 * v] = 0.55;
    shadeVertices({
      normals: this.#normals,
      albedo: this.#albedo,
      openness: this.#openness,
      lit: this.#shadows.lit(0),
      surface: { gloss: 0.07, soft: 1 },
      light,
      radiance: this.#radiance,
    });
    const sampled = this.#draw(view, { size, supersample, hair });
    return this.#shade(head, { size, supersample, noise, view, light, colours, hair, sampled });
  }

  /** Eyes, teeth and tongue get their own albedo. */
  #paintParts(): void {
    const { corners, materials } = this.#model;
    const tones = [undefined, [1, 1, 1], [1, 1, 1], [0.72, 0.68, 0.6], [0.42, 0.13, 0.12]];
    for (let t = 0; t < materials.length; t++) {
      const tone = tones[materials[t]];
      if (!tone) continue;
      for (let k = 0; k < 3; k++) this.#albedo.set(tone, 3 * corners[3 * t + k]);
    }
  }

  /** Fills the depth buffer. */
  #draw(
    view: View,
    { size, supersample, hair }: { size: number; supersample: number; hair?: HairMesh },
  ): { coverage: Coverage; hairRadiance?: undefined } {
    const width = size * supersample;
    if (this.#coverage?.width !== width) this.#coverage = createCoverage(width);
    const coverage = this.#coverage, { corners, triangles } = this.#model;
    clearCoverage(coverage);
    project(this.#positions, { view, supersample, points: this.#points });
    rasterize({ points: this.#points, corners, offset: 0, twoSided: false }, coverage);
    if (hair) {
      const points = new Float64Array(hair.positions.length);
      project(hair.positions, { view, supersample, points });
      rasterize({ points, corners: hair.corners, offset: triangles, twoSided: true }, coverage);
    }
    return { coverage };
  }

  #shade(
    head: HeadParameters,
    { size, supersample, noise, view, light, colours, hair, sampled }: {
      size: number;
      supersample: number;
      noise: number;
      view: View;
      light: Light;
      colours: HeadColours;
      hair?: HairMesh;
      sampled: { coverage: Coverage };
    },
  ): RenderedHead {
    const model = this.#model, { rest, corners, materials, triangles } = model;
    const radiance = this.#radiance, normals = this.#normals;
    const { triangle, second, third, width } = sampled.coverage;
    const hairLight = hair &&
      shadeHair(head, { hair, lit: this.#shadows.lit(1), light, skin: colours.skin });
    const look = eyeLook(head, colours);
    const brow = browLook(head, colours);
    const sum = new Float64Array(size * size * 3), covered = new Float32Array(size * size);
    const share = 1 / (supersample * supersample);
    const colour = new Float64Array(3);
    for (let y = 0, at = 0; y < width; y++) {
      const row = Math.floor(y / supersample) * size;
      for (let x = 0; x < width; x++, at++) {
        const t = triangle[at];
        if (t < 0) continue;
        const w1 = second[at], w2 = third[at], w0 = 1 - w1 - w2;
        const isHair = t >= triangles;
        const from = isHair ? hair!.corners : corners, light3 = isHair ? hairLight! : radiance;
        const first = isHair ? 3 * (t - triangles) : 3 * t;
        const a = 3 * from[first], b = 3 * from[first + 1], c = 3 * from[first + 2];
        for (let k = 0; k < 3; k++) {
          colour[k] = w0 * light3[a + k] + w1 * light3[b + k] + w2 * light3[c + k];
        }
        if (!isHair) {
          const material = materials[t];
          if (material === 1 || material === 2) {
            paintEye(colour, {
              x: w0 * rest[a] + w1 * rest[b] + w2 * rest[c],
              y: w0 * rest[a + 1] + w1 * rest[b + 1] + w2 * rest[c + 1],
              z: w0 * rest[a + 2] + w1 * rest[b + 2] + w2 * rest[c + 2],
              shine: (w0 * normals[a] + w1 * normals[b] + w2 * normals[c]) * light.half[0] +
                (w0 * normals[a + 1] + w1 * normals[b + 1] + w2 * normals[c + 1]) * light.half[1] +
                (w0 * normals[a + 2] + w1 * normals[b + 2] + w2 * normals[c + 2]) * light.half[2],
              look,
            });
          } else if (this.#brow[t] === 1) {
            const density = browDensity(
              w0 * rest[a] + w1 * rest[b] + w2 * rest[c],
              w0 * rest[a + 1] + w1 * rest[b + 1] + w2 * rest[c + 1],
              brow.thickness,
            );
            for (let k = 0; k < 3; k++) colour[k] *= 1 + density * (brow.ratio[k] - 1);
          }
        }
        const pixel = row + Math.floor(x / supersample);
        covered[pixel] += share;
        for (let k = 0; k < 3; k++) sum[3 * pixel + k] += share * (colour[k] < 1 ? colour[k] : 1);
      }
    }
    const paint = background(head);
    const grain = noise > 0 ? hostNormal(hostFold(head.picture, "sensor"), sum.length) : undefined;
    const data = new Uint8Array(sum.length);
    for (let y = 0, pixel = 0; y < size; y++) {
      for (let x = 0; x < size; x++, pixel++) {
        const rest = 1 - covered[pixel];
        if (rest > 1e-6) paint((x + 0.5) / size, (y + 0.5) / size, colour);
        for (let k = 0; k < 3; k++) {
          const i = 3 * pixel + k;
          const value = sum[i] + (rest > 1e-6 ? rest * colour[k] : 0);
          const shown = 255 * Math.sqrt(value) + (grain ? noise * grain[i] : 0);
          data[i] = Math.min(255, Math.max(0, Math.floor(shown + 0.5)));
        }
      }
    }
    return { size, data, coverage: covered, landmarks: this.#landmarks(view) };
  }

  #landmarks(view: View): RenderedHead["landmarks"] {
    const { landmarks } = this.#model;
    project(this.#positions, { view, supersample: 1, points: this.#points });
    const point = (vertex: number): Point => [
      this.#points[3 * vertex],
      this.#points[3 * vertex + 1],
    ];
    const middle = (vertices: Uint16Array): Point => {
      const sum = Array.from(vertices, point).reduce(([x, y], [u, v]) => [x + u, y + v], [0, 0]);
      return [sum[0] / vertices.length, sum[1] / vertices.length];
    };
    return {
      crown: point(landmarks.crown),
      chin: point(landmarks.chin),
      mouth: point(landmarks.mouth),
      left_eye: middle(this.#eyes[0]),
      right_eye: middle(this.#eyes[1]),
    };
  }
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

/** Shrinks eyeballs a little and sets them back, so that moving lids are never pierced. */
function seatEyes(positions: Float64Array, eyes: readonly Uint16Array[]): void {
  for (const vertices of eyes) {
    for (let axis = 0; axis < 3; axis++) {
      let centre = 0;
      for (const v of vertices) centre += positions[3 * v + axis] / vertices.length;
      const back = axis === 2 ? -0.012 : 0;
      for (const v of vertices) {
        const at = 3 * v + axis;
        positions[at] = centre + 0.94 * (positions[at] - centre) + back;
      }
    }
  }
}

/** Where the head is and how it is turned. Measured before the expression, so that none moves it. */
function frame(
  head: HeadParameters,
  { model, positions, size }: { model: HeadModel; positions: Float64Array; size: number },
): View {
  const { chin, crown, nose_tip, nape } = model.landmarks;
  const height = positions[3 * crown + 1] - positions[3 * chin + 1];
  const draws = hostUniform(hostFold(head.picture, "frame"), 4);
  const roll = 8 * (draws[0] - 0.5);
  const scale = FILL * (0.97 + 0.06 * draws[1]) * size / height;
  return {
    turn: rotation(head.yaw, { pitch: head.pitch, roll }),
    pivot: [
      0,
      (positions[3 * crown + 1] + positions[3 * chin + 1]) / 2,
      0.45 * positions[3 * nose_tip + 2] + 0.55 * positions[3 * nape + 2],
    ],
    height,
    scale,
    shift: [size * (0.5 + 0.04 * (draws[2] - 0.5)), size * (0.52 + 0.02 * (draws[3] - 0.5))],
  };
}

/** Roll · pitch · yaw, degrees. */
function rotation(
  yaw: number,
  { pitch, roll }: { pitch: number; roll: number },
): readonly number[] {
  const cy = cos(yaw * DEGREES), sy = sin(yaw * DEGREES);
  const cp = cos(pitch * DEGREES), sp = sin(pitch * DEGREES);
  const cr = cos(roll * DEGREES), sr = sin(roll * DEGREES);
  // Yaw about y (nose to +x), then pitch about x (nose to +y), then roll about z.
  const yawed = [cy, 0, sy, 0, 1, 0, -sy, 0, cy];
  const pitched = [
    yawed[0],
    yawed[1],
    yawed[2],
    cp * yawed[3] + sp * yawed[6],
    cp * yawed[4] + sp * yawed[7],
    cp * yawed[5] + sp * yawed[8],
    -sp * yawed[3] + cp * yawed[6],
    -sp * yawed[4] + cp * yawed[7],
    -sp * yawed[5] + cp * yawed[8],
  ];
  return [
    cr * pitched[0] - sr * pitched[3],
    cr * pitched[1] - sr * pitched[4],
    cr * pitched[2] - sr * pitched[5],
    sr * pitched[0] + cr * pitched[3],
    sr * pitched[1] + cr * pitched[4],
    sr * pitched[2] + cr * pitched[5],
    pitched[6],
    pitched[7],
    pitched[8],
  ];
}

/** Turns vectors in place; points also move so that the pivot is the origin. */
function turnAll(vectors: Float64Array, { turn, pivot }: View, points: boolean): void {
  const [a, b, c, d, e, f, g, h, i] = turn;
  const [px, py, pz] = points ? pivot : [0, 0, 0];
  for (let at = 0; at < vectors.length; at += 3) {
    const x = vectors[at] - px, y = vectors[at + 1] - py, z = vectors[at + 2] - pz;
    vectors[at] = a * x + b * y + c * z;
    vectors[at + 1] = d * x + e * y + f * z;
    vectors[at + 2] = g * x + h * y + i * z;
  }
}

/** Camera coordinates to samples: mild perspective, 1 at the pivot's depth. */
function project(
  positions: Float64Array,
  { view, supersample, points }: { view: View; supersample: number; points: Float64Array },
): void {
  const distance = CAMERA * view.height;
  for (let i = 0; i < positions.length; i += 3) {
    const scale = view.scale * distance / (distance - positions[i + 2]);
    points[i] = supersample * (view.shift[0] + scale * positions[i]);
    points[i + 1] = supersample * (view.shift[1] - scale * positions[i + 1]);
    points[i + 2] = positions[i + 2];
  }
}

/** Radiance of hair, linear RGB a vertex. */
function shadeHair(
  head: HeadParameters,
  { hair, lit, light, skin }: {
    hair: HairMesh;
    lit: Float64Array;
    light: Light;
    skin: readonly number[];
  },
): Float64Array {
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
  const radiance = new Float64Array(albedo.length);
  shadeVertices({
    normals: hair.normals,
    albedo,
    openness: open,
    lit,
    surface: { gloss: hair.gloss * (0.04 + 0.3 * base[1]), soft: 0.6 },
    light,
    radiance,
  });
  return radiance;
}

interface EyeLook {
  readonly iris: readonly number[];
  /** Gaze, in eye radii to the side and up. */
  readonly gaze: Point;
}

function eyeLook(head: HeadParameters, { iris }: HeadColours): EyeLook {
  const draws = hostUniform(hostFold(head.picture, "gaze"), 2);
  return { iris, gaze: [0.3 * (draws[0] - 0.5), 0.14 * (draws[1] - 0.5)] };
}

const IRIS = 0.46, PUPIL = 0.19;
const SCLERA = [0.8, 0.78, 0.76];

/** White, iris with a dark rim, pupil, catchlight; `colour` holds the light on white. */
function paintEye(
  colour: Float64Array,
  { x, y, z, shine, look }: {
    x: number;
    y: number;
    z: number;
    /** Cosine between the normal and the highlight's direction. */
    shine: number;
    look: EyeLook;
  },
): void {
  const u = ((x < 0 ? x + EYE.x : x - EYE.x) / EYE.radius) - look.gaze[0];
  const v = (y - EYE.y) / EYE.radius - look.gaze[1];
  const front = z > EYE.z ? 1 : 0;
  const r = Math.sqrt(u * u + v * v);
  const iris = front * (1 - smoothstep(IRIS - 0.03, IRIS + 0.03, r));
  const pupil = front * (1 - smoothstep(PUPIL - 0.03, PUPIL + 0.03, r));
  const rim = 1 - 0.55 * smoothstep(0.6 * IRIS, IRIS, r);
  const glint = smoothstep(0.965, 0.985, shine);
  for (let k = 0; k < 3; k++) {
    let albedo = SCLERA[k] + iris * (look.iris[k] * 1.3 * rim - SCLERA[k]);
    albedo += pupil * (0.008 - albedo);
    colour[k] = colour[k] * albedo + 0.85 * glint * (0.3 + 0.7 * iris);
  }
}

/** Triangles on which brows may lie, from the rest mesh. */
function browTriangles({ rest, corners, materials }: HeadModel): Uint8Array {
  return Uint8Array.from(materials, (material, t) => {
    if (material !== 0) return 0;
    return [0, 1, 2].some((k) => {
        const at = 3 * corners[3 * t + k];
        const x = Math.abs(rest[at]), y = rest[at + 1];
        return x < 0.68 && y > 7.3 && y < 7.68 && rest[at + 2] > 1;
      })
      ? 1
      : 0;
  });
}

const BROW_X = [0.09, 0.14, 0.25, 0.4, 0.5, 0.58];
const BROW_Y = [7.475, 7.48, 7.495, 7.51, 7.488, 7.445];
const BROW_HALF = [0.028, 0.036, 0.036, 0.03, 0.02, 0.006];

/** Density of brow hair at a place of the rest face. */
function browDensity(x: number, y: number, thickness: number): number {
  const side = x < 0 ? -x : x;
  if (side < 0.06 || side > 0.62) return 0;
  const off = y - piecewise(BROW_X, BROW_Y, side);
  const half = piecewise(BROW_X, BROW_HALF, side) * thickness;
  const across = 1 - smoothstep(0.45 * half, 1.15 * half, off < 0 ? -off : off);
  const ends = smoothstep(0.06, 0.12, side) * (1 - smoothstep(0.54, 0.62, side));
  return 0.88 * across * ends;
}

/** Brow colour relative to skin: hair colour over skin, darkened until it is darker than the skin. */
function browLook(
  { hair_colour }: HeadParameters,
  { skin, brow }: HeadColours,
): { ratio: readonly number[]; thickness: number } {
  const tone = HAIR_TONES[hair_colour].map((byte) => linear(byte * 0.75));
  const light = ([r, g, b]: readonly number[]) => 0.3 * r + 0.6 * g + 0.1 * b;
  const dim = Math.min(1, 0.5 * light(skin) / light(tone));
  const through = 0.4 * dim * light(tone) / light(skin);
  return {
    ratio: tone.map((value, k) => 0.6 * value * dim / skin[k] + through),
    thickness: brow,
  };
}

let renderer: Promise<HeadRenderer> | undefined;

/** The renderer of the committed head model, made once a thread. */
export function openHeadRenderer(): Promise<HeadRenderer> {
  renderer ??= loadHeadModel().then((model) => new HeadRenderer(model));
  return renderer;
}

/** Renders one head with the committed model. A pure function of its arguments. */
export async function renderHead(
  head: HeadParameters,
  options: RenderOptions,
): Promise<RenderedHead> {
  return (await openHeadRenderer()).render(head, options);
}
