/**
 * Renders heads: shape, hair, light, depth buffer, shading, sensor noise. A pure function of the
 * parameters and the size, in arithmetic that is the same on every machine.
 * @module
 */
import { hostFold, hostNormal } from "../../../random/host/mod.ts";
import { type HeadModel, loadHeadModel } from "../asset.ts";
import { background } from "./background.ts";
import type { HeadParameters } from "../factors.ts";
import {
  BODY_SURFACE,
  buildFigure,
  paintBody,
  paintHair,
  type PreparedModel,
  prepareModel,
  shadeMouth,
} from "./figure.ts";
import { frame, type Point, project, turnAll, type View } from "./frame.ts";
import type { HairMesh } from "./hair.ts";
import { type Light, lightFrom, shadeVertices, ShadowMap } from "./light.ts";
import { clearCoverage, type Coverage, createCoverage, rasterize } from "./raster.ts";
import { headColours } from "./skin.ts";
import { type BodyPaint, bodyPaint, paintSample } from "./surface.ts";

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
  readonly #prepared: PreparedModel;
  readonly #shadows = new ShadowMap();
  readonly #positions: Float64Array;
  readonly #normals: Float64Array;
  readonly #points: Float64Array;
  readonly #albedo: Float64Array;
  readonly #radiance: Float64Array;
  #coverage: Coverage | undefined;

  constructor(model: HeadModel) {
    this.#prepared = prepareModel(model);
    const length = 3 * model.vertices;
    this.#positions = new Float64Array(length);
    this.#normals = new Float64Array(length);
    this.#points = new Float64Array(length);
    this.#albedo = new Float64Array(length);
    this.#radiance = new Float64Array(length);
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
    const prepared = this.#prepared, { model } = prepared;
    const positions = this.#positions, normals = this.#normals;
    const { hair, measure } = buildFigure(head, prepared, { positions, normals });
    const view = frame(head, { measure, size });

    const light = lightFrom(head.light_azimuth, head.light_elevation);
    const colours = headColours(head);
    paintBody(head, prepared, { colours, albedo: this.#albedo });
    for (const vectors of [positions, normals]) turnAll(vectors, view, vectors === positions);
    if (hair) {
      turnAll(hair.positions, view, true);
      turnAll(hair.normals, view, false);
    }
    const meshes = [{ positions, corners: model.corners }, ...(hair ? [hair] : [])];
    this.#shadows.cast(meshes, { light, centre: [0, 0, 0], reach: 0.95 * view.height });
    shadeMouth(prepared, this.#shadows.lit(0));
    shadeVertices({
      normals,
      albedo: this.#albedo,
      openness: prepared.openness,
      lit: this.#shadows.lit(0),
      surface: BODY_SURFACE,
      light,
      radiance: this.#radiance,
    });
    const hairLight = hair &&
      shadeHair(head, { hair, lit: this.#shadows.lit(1), light, skin: colours.skin });
    const { rest, corners, materials } = model;
    const paint = bodyPaint(head, {
      rest,
      corners,
      materials,
      normals,
      onBrow: prepared.brow,
      colours,
    });
    const coverage = this.#draw(view, { size, supersample, hair });
    const { sum, covered } = this.#shade({
      size,
      supersample,
      light,
      paint,
      hair: hair && { corners: hair.corners, radiance: hairLight! },
      coverage,
    });
    const data = develop(head, { size, noise, sum, covered });
    return { size, data, coverage: covered, landmarks: this.#landmarks(view) };
  }

  /** Fills the depth buffer. */
  #draw(
    view: View,
    { size, supersample, hair }: { size: number; supersample: number; hair?: HairMesh },
  ): Coverage {
    const width = size * supersample;
    if (this.#coverage?.width !== width) this.#coverage = createCoverage(width);
    const coverage = this.#coverage, { corners, triangles } = this.#prepared.model;
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

  /** Linear light of each pixel's samples, and the share of it that they cover. */
  #shade(
    { size, supersample, light, paint, hair, coverage }: {
      size: number;
      supersample: number;
      light: Light;
      paint: BodyPaint;
      hair?: { readonly corners: Uint16Array; readonly radiance: Float64Array };
      coverage: Coverage;
    },
  ): { sum: Float64Array; covered: Float32Array } {
    const { triangles, corners } = this.#prepared.model;
    const radiance = this.#radiance;
    const { triangle, second, third, width } = coverage;
    const sum = new Float64Array(size * size * 3), covered = new Float32Array(size * size);
    const share = 1 / (supersample * supersample);
    const colour = new Float64Array(3), half = light.half;
    for (let y = 0, at = 0; y < width; y++) {
      const row = Math.floor(y / supersample) * size;
      for (let x = 0; x < width; x++, at++) {
        const t = triangle[at];
        if (t < 0) continue;
        const w1 = second[at], w2 = third[at], w0 = 1 - w1 - w2;
        const isHair = t >= triangles;
        const from = isHair ? hair!.corners : corners;
        const light3 = isHair ? hair!.radiance : radiance;
        const first = isHair ? 3 * (t - triangles) : 3 * t;
        const a = 3 * from[first], b = 3 * from[first + 1], c = 3 * from[first + 2];
        for (let k = 0; k < 3; k++) {
          colour[k] = w0 * light3[a + k] + w1 * light3[b + k] + w2 * light3[c + k];
        }
        if (!isHair) paintSample(colour, { t, w0, w1, w2 }, { paint, half });
        const pixel = row + Math.floor(x / supersample);
        covered[pixel] += share;
        for (let k = 0; k < 3; k++) sum[3 * pixel + k] += share * (colour[k] < 1 ? colour[k] : 1);
      }
    }
    return { sum, covered };
  }

  #landmarks(view: View): RenderedHead["landmarks"] {
    const { model: { landmarks }, eyes } = this.#prepared;
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
      left_eye: middle(eyes[0]),
      right_eye: middle(eyes[1]),
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
  const { albedo, openness, surface } = paintHair(head, { hair, skin });
  const radiance = new Float64Array(albedo.length);
  shadeVertices({ normals: hair.normals, albedo, openness, lit, surface, light, radiance });
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
