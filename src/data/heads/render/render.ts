/**
 * Renders heads: shape, hair, light, depth buffer, shading, sensor noise. A pure function of the
 * parameters and the size, in arithmetic that is the same on every machine.
 * @module
 */
import { hostFold, hostNormal, hostUniform } from "../../../random/host/mod.ts";
import { type HeadModel, loadHeadModel } from "../asset.ts";
import { background } from "./background.ts";
import type { HeadParameters } from "../factors.ts";
import { browDensity, browLook, browTriangles, eyeLook, paintEye, seatEyes } from "./features.ts";
import { frame, type Point, project, turnAll, type View } from "./frame.ts";
import { buildHair, type HairMesh } from "./hair.ts";
import { HAIR_TONES } from "./hair_styles.ts";
import { type Light, lightFrom, shadeVertices, ShadowMap } from "./light.ts";
import { clearCoverage, type Coverage, createCoverage, rasterize } from "./raster.ts";
import { findScalp, type Scalp } from "./scalp.ts";
import { addExpression, personShape, shapeAxes, vertexNormals } from "./shape.ts";
import { type HeadColours, headColours, linear, mapSkin, paintSkin, type SkinMap } from "./skin.ts";

/** Albedo of eyes (painted later), teeth and tongue by material, linear RGB. */
const PART_TONES: readonly (readonly [material: number, tone: readonly number[]])[] = [
  [1, [1, 1, 1]],
  [2, [1, 1, 1]],
  [3, [0.86, 0.83, 0.76]],
  [4, [0.42, 0.13, 0.12]],
];

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
  /** Eyes, teeth and tongue with their albedo. */
  readonly #parts: readonly { vertices: Uint16Array; tone: readonly number[] }[];
  #coverage: Coverage | undefined;

  constructor(model: HeadModel) {
    this.#model = model;
    this.#axes = shapeAxes(model);
    this.#scalp = findScalp(model);
    this.#map = mapSkin(model);
    this.#brow = browTriangles(model);
    this.#eyes = [1, 2].map((material) => verticesOf(model, material));
    this.#mouth = Uint16Array.from([3, 4].flatMap((m) => [...verticesOf(model, m)]));
    this.#parts = PART_TONES.map(([material, tone]) => ({
      vertices: verticesOf(model, material),
      tone,
    }));
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
    const hair = buildHair(head, { scalp: this.#scalp, positions, height: view.height });
    vertexNormals(positions, { corners: model.corners, normals: this.#normals });
    for (const v of this.#mouth) this.#normals.set([0, 0.3, 0.954], 3 * v);

    const light = lightFrom(head.light_azimuth, head.light_elevation);
    const colours = headColours(head);
    paintSkin(head, { model, map: this.#map, colours, albedo: this.#albedo });
    for (const { vertices, tone } of this.#parts) {
      for (const v of vertices) this.#albedo.set(tone, 3 * v);
    }
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
    const coverage = this.#draw(view, { size, supersample, hair });
    return this.#shade(head, { size, supersample, noise, view, light, colours, hair, coverage });
  }

  /** Fills the depth buffer. */
  #draw(
    view: View,
    { size, supersample, hair }: { size: number; supersample: number; hair?: HairMesh },
  ): Coverage {
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
    return coverage;
  }

  #shade(
    head: HeadParameters,
    { size, supersample, noise, view, light, colours, hair, coverage }: {
      size: number;
      supersample: number;
      noise: number;
      view: View;
      light: Light;
      colours: HeadColours;
      hair?: HairMesh;
      coverage: Coverage;
    },
  ): RenderedHead {
    const model = this.#model, { rest, corners, materials, triangles } = model;
    const radiance = this.#radiance, normals = this.#normals;
    const { triangle, second, third, width } = coverage;
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
    const data = develop(head, { size, noise, sum, covered });
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

/** Linear light over the background, shown by gamma 2, with sensor noise, as bytes. */
function develop(
  head: HeadParameters,
  { size, noise, sum, covered }: {
    size: number;
    noise: number;
    sum: Float64Array;
    covered: Float32Array;
  },
): Uint8Array {
  const paint = background(head);
  const grain = noise > 0 ? hostNormal(hostFold(head.picture, "sensor"), sum.length) : undefined;
  const data = new Uint8Array(sum.length);
  const colour = new Float64Array(3);
  for (let y = 0, pixel = 0; y < size; y++) {
    for (let x = 0; x < size; x++, pixel++) {
      // A pixel whose samples are all covered misses 1 by rounding only.
      const left = 1 - covered[pixel], free = left > 1e-6 ? left : 0;
      if (free > 0) paint((x + 0.5) / size, (y + 0.5) / size, colour);
      for (let k = 0; k < 3; k++) {
        const i = 3 * pixel + k;
        const shown = 255 * Math.sqrt(sum[i] + free * colour[k]) + (grain ? noise * grain[i] : 0);
        data[i] = Math.min(255, Math.max(0, Math.floor(shown + 0.5)));
      }
    }
  }
  return data;
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
