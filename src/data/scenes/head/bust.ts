/**
 * A head as a closed bust in the world: its middle at the origin, x to its left, y up, z to its front,
 * one unit from chin to crown. The light stands still with it, whoever looks.
 * @module
 */
import { hostKey } from "../../../random/host/mod.ts";
import { type HeadModel, loadHeadModel } from "../../heads/asset.ts";
import { AGE_YEARS, AGES, type HeadParameters } from "../../heads/factors.ts";
import {
  BODY_SURFACE,
  buildFigure,
  paintBody,
  paintHair,
  type PreparedModel,
  prepareModel,
  shadeMouth,
} from "../../heads/render/figure.ts";
import type { Measure } from "../../heads/render/frame.ts";
import { type Light, lightFrom, ShadowMap, type Surface } from "../../heads/render/light.ts";
import { COLUMNS } from "../../heads/render/scalp.ts";
import { vertexNormals } from "../../heads/render/shape.ts";
import { headColours } from "../../heads/render/skin.ts";
import { type BodyPaint, bodyPaint } from "../../heads/render/surface.ts";
import { sampleHead } from "../../heads/sample.ts";
import type { SceneConfig } from "../config.ts";
import { cap, cutAtSphere, type Mesh, ofCut, rim } from "./cut.ts";
import { BUST, HEAD_REACH } from "./reach.ts";

/** Pixels a side of the depth map from the light. */
const SHADOWS = 256;
/** Share of the sky that the underside of the bust sees. */
const UNDERSIDE = 0.6;
/** Just within the bound that everything lies in. */
const WITHIN = 0.999;

/** A mesh with its paint. */
export interface Part extends Mesh {
  /** Unit normals a vertex. */
  readonly normals: Float64Array;
  /** Linear RGB a vertex. */
  readonly albedo: Float64Array;
  /** Share of the sky seen a vertex. */
  readonly openness: Float64Array;
  /** Share of the key light a vertex, at 3 × vertex. */
  readonly lit: Float64Array;
  readonly surface: Surface;
}

/** A bust. */
export interface Bust {
  readonly light: Light;
  /** The body comes first: eyes and brows are painted on its samples. Then its underside, and hair. */
  readonly parts: readonly Part[];
  readonly paint: BodyPaint;
}

/** The parameters of the head that a config asks for: its person is drawn from the seed. */
export function headOf(config: SceneConfig): HeadParameters {
  const { seed, age: age_years, expression, intensity } = config;
  const { gender, ethnicity, skin, hair, hair_colour, light_azimuth, light_elevation } = config;
  return {
    ...sampleHead(hostKey(seed, "scene", "head")),
    gender,
    ethnicity,
    skin,
    hair,
    hair_colour,
    light_azimuth,
    light_elevation,
    age: AGES.findLast((age) => age_years >= AGE_YEARS[age][0])!,
    age_years,
    expression,
    intensity: expression === "neutral" ? 0 : intensity,
  };
}

/** Moves points so that the middle is the origin and a head is 1 high. */
function toWorld(positions: Float64Array, { pivot, height }: Measure): void {
  for (let i = 0; i < positions.length; i++) positions[i] = (positions[i] - pivot[i % 3]) / height;
}

/** A part that no light has fallen on yet. */
type Unlit = Omit<Part, "lit">;

function cutBody(
  head: HeadParameters,
  prepared: PreparedModel,
  { positions, normals }: { readonly positions: Float64Array; readonly normals: Float64Array },
): { readonly body: Unlit; readonly underside: Unlit; readonly paint: BodyPaint } {
  const { model, openness } = prepared, colours = headColours(head);
  const albedo = new Float64Array(positions.length);
  paintBody(head, prepared, { colours, albedo });
  const cut = cutAtSphere({ positions, corners: model.corners }, BUST);
  const { corners, of } = cut;
  const body: Unlit = {
    positions: ofCut(positions, cut, 3),
    corners,
    normals: ofCut(normals, cut, 3),
    albedo: ofCut(albedo, cut, 3),
    openness: ofCut(openness, cut, 1),
    surface: BODY_SURFACE,
  };
  const materials = of.map((t) => model.materials[t]);
  const below = cap(body.positions, rim(corners, (t) => materials[t] === 0));
  const vertices = below.positions.length / 3;
  const underside: Unlit = {
    ...below,
    normals: new Float64Array(3 * vertices),
    albedo: Float64Array.from({ length: 3 * vertices }, (_, i) => colours.skin[i % 3]),
    openness: new Float64Array(vertices).fill(UNDERSIDE),
    surface: BODY_SURFACE,
  };
  vertexNormals(below.positions, underside);
  const paint = bodyPaint(head, {
    corners,
    materials: Uint8Array.from(materials),
    rest: ofCut(model.rest, cut, 3),
    normals: body.normals,
    onBrow: Uint8Array.from(of, (t) => prepared.brow[t]),
    colours,
  });
  return { body, underside, paint };
}

/** Triangles over the ring of hair about the crown, where its sheet begins and would show the scalp. */
const CROWN = Uint16Array.from(
  Array.from({ length: COLUMNS - 2 }, (_, i) => [0, i + 1, i + 2]).flat(),
);

/** The bust that a config asks for. */
export function buildBust(config: SceneConfig, prepared: PreparedModel): Bust {
  const head = headOf(config), { vertices } = prepared.model;
  const positions = new Float64Array(3 * vertices), normals = new Float64Array(3 * vertices);
  const { hair, measure } = buildFigure(head, prepared, { positions, normals });
  toWorld(positions, measure);
  const { body, underside, paint } = cutBody(head, prepared, { positions, normals });
  const unlit = [body, underside];
  if (hair) {
    toWorld(hair.positions, measure);
    const corners = Uint16Array.from([...hair.corners, ...CROWN]);
    const cut = cutAtSphere({ ...hair, corners }, WITHIN * HEAD_REACH[head.hair]);
    const { albedo, openness, surface } = paintHair(head, { hair, skin: headColours(head).skin });
    unlit.push({
      positions: ofCut(hair.positions, cut, 3),
      corners: cut.corners,
      normals: ofCut(hair.normals, cut, 3),
      albedo: ofCut(albedo, cut, 3),
      openness: ofCut(openness, cut, 1),
      surface,
    });
  }
  const light = lightFrom(head.light_azimuth, head.light_elevation);
  const shadows = new ShadowMap(SHADOWS);
  shadows.cast(unlit, { light, centre: [0, 0, 0], reach: HEAD_REACH[head.hair] });
  shadeMouth(prepared, shadows.lit(0));
  const shining = (surface: Surface) => config.highlights ? surface : { ...surface, gloss: 0 };
  const parts = unlit.map((part, i) => ({
    ...part,
    surface: shining(part.surface),
    lit: shadows.lit(i),
  }));
  return { light, parts, paint };
}

let prepared: Promise<PreparedModel> | undefined;

/** What all busts of the committed head model share, worked out once a thread. */
export function loadPrepared(): Promise<PreparedModel> {
  prepared ??= loadHeadModel().then((model: HeadModel) => prepareModel(model));
  return prepared;
}
