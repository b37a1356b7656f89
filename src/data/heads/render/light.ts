/**
 * Light on vertices: a key light with cast shadows, sky and ground, highlights.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import { clearCoverage, type Coverage, createCoverage, rasterize } from "./raster.ts";

const DEGREES = Math.PI / 180;

/** A vector, or a point. */
type Triple = readonly [number, number, number];

/** A directional light (x right, y up, z to the front; for a head before a camera, to the viewer). */
export interface Light {
  /** Unit vector towards the light. */
  readonly direction: Triple;
  /** Unit vector halfway between the light and a viewer far off in front. */
  readonly half: Triple;
}

/** The unit vector halfway between the light and a viewer at `eye`, as a point sees them. */
export function halfVector({ direction }: Light, eye: Triple, at: Triple): Triple {
  const x = eye[0] - at[0], y = eye[1] - at[1], z = eye[2] - at[2];
  const away = Math.sqrt(x * x + y * y + z * z);
  const hx = direction[0] + x / away, hy = direction[1] + y / away, hz = direction[2] + z / away;
  const length = Math.sqrt(hx * hx + hy * hy + hz * hz);
  return [hx / length, hy / length, hz / length];
}

/** The light from an azimuth and elevation in degrees. */
export function lightFrom(azimuth: number, elevation: number): Light {
  const level = cos(elevation * DEGREES);
  const x = level * sin(azimuth * DEGREES);
  const y = sin(elevation * DEGREES);
  const z = level * cos(azimuth * DEGREES);
  const length = Math.sqrt(x * x + y * y + (z + 1) * (z + 1));
  return { direction: [x, y, z], half: [x / length, y / length, (z + 1) / length] };
}

/** A mesh in camera coordinates. */
export interface LitMesh {
  readonly positions: Float64Array;
  readonly corners: Uint16Array;
}

const BLUR = 1;

/** Which parts of meshes the key light reaches: a depth map from the light (Williams 1978). */
export class ShadowMap {
  readonly #map: Coverage;
  readonly #lit: Float64Array[] = [];

  constructor(resolution = 80) {
    this.#map = createCoverage(resolution);
  }

  /**
   * Shares of light, 0 to 1, a vertex of each mesh; a blurred edge by 3 × 3 taps (Reeves 1987).
   * `centre` and `reach` bound what casts, in the meshes' units.
   */
  cast(
    meshes: readonly LitMesh[],
    { light, centre, reach }: { light: Light; centre: readonly number[]; reach: number },
  ): void {
    const [lx, ly, lz] = light.direction;
    const level = Math.sqrt(lx * lx + lz * lz);
    const right = [lz / level, 0, -lx / level];
    const up = [
      ly * right[2] - lz * right[1],
      lz * right[0] - lx * right[2],
      lx * right[1] - ly * right[0],
    ];
    const map = this.#map, size = map.width, scale = size / (2 * reach);
    clearCoverage(map);
    const projected = meshes.map(({ positions }, m) => {
      const points = this.#buffer(m, positions.length);
      for (let i = 0; i < positions.length; i += 3) {
        const x = positions[i] - centre[0];
        const y = positions[i + 1] - centre[1];
        const z = positions[i + 2] - centre[2];
        points[i] = size / 2 + scale * (x * right[0] + z * right[2]);
        points[i + 1] = size / 2 - scale * (x * up[0] + y * up[1] + z * up[2]);
        points[i + 2] = x * lx + y * ly + z * lz;
      }
      rasterize({ points, corners: meshes[m].corners, offset: 0, twoSided: true }, map);
      return points;
    });
    const bias = 2.2 / scale;
    projected.forEach((points) => {
      for (let i = 0; i < points.length; i += 3) {
        const x = Math.floor(points[i]), y = Math.floor(points[i + 1]);
        let lit = 0;
        for (let dy = -BLUR; dy <= BLUR; dy++) {
          for (let dx = -BLUR; dx <= BLUR; dx++) {
            const u = x + dx, v = y + dy;
            const outside = u < 0 || v < 0 || u >= size || v >= size;
            if (outside || points[i + 2] + bias >= map.depth[v * size + u]) lit++;
          }
        }
        points[i] = lit / 9;
      }
    });
  }

  /** The share of light at a vertex of mesh `mesh` of the last cast, at 3 × vertex. */
  lit(mesh: number): Float64Array {
    return this.#lit[mesh];
  }

  #buffer(mesh: number, length: number): Float64Array {
    if ((this.#lit[mesh]?.length ?? 0) !== length) this.#lit[mesh] = new Float64Array(length);
    return this.#lit[mesh];
  }
}

/** How light falls into the skin and wraps round it, by channel: red goes farthest. */
const WRAP = [0.32, 0.18, 0.12];
const SKY = [0.33, 0.36, 0.41];
const GROUND = [0.2, 0.17, 0.15];
const KEY = [1.02, 0.96, 0.88];

/** What a surface does with light. */
export interface Surface {
  /** Height of the highlight. */
  readonly gloss: number;
  /** 0 hard as cloth, 1 soft as skin. */
  readonly soft: number;
}

/**
 * Radiance a vertex, linear RGB: albedo × (sky or ground by the normal, dimmed where little sky is
 * seen, + key light × Lambert's cosine, wrapped for skin) + highlight (Blinn 1977).
 */
export function shadeVertices(
  { normals, albedo, openness, lit, surface, light, viewer, radiance }: {
    normals: Float64Array;
    albedo: Float64Array;
    /** Share of sky seen, 0 to 1, a vertex. */
    openness: ArrayLike<number>;
    /** Share of the key light, at 3 × vertex. */
    lit: Float64Array;
    surface: Surface;
    light: Light;
    /** Where highlights are seen from, and the vertices; left out: from far off in front. */
    viewer?: { readonly eye: Triple; readonly positions: Float64Array };
    radiance: Float64Array;
  },
): void {
  const [lx, ly, lz] = light.direction;
  let [hx, hy, hz] = light.half;
  for (let i = 0, v = 0; i < normals.length; i += 3, v++) {
    const nx = normals[i], ny = normals[i + 1], nz = normals[i + 2];
    const facing = nx * lx + ny * ly + nz * lz;
    if (viewer) {
      const { eye, positions: p } = viewer;
      [hx, hy, hz] = halfVector(light, eye, [p[i], p[i + 1], p[i + 2]]);
    }
    const open = openness[v], shadow = lit[i] * (0.35 + 0.65 * open);
    const towards = nx * hx + ny * hy + nz * hz;
    let shine = 0;
    if (towards > 0 && facing > -0.2) {
      const p2 = towards * towards, p4 = p2 * p2, p8 = p4 * p4;
      shine = surface.gloss * p8 * (0.5 + 0.5 * p8) * shadow;
    }
    const rise = 0.5 + 0.5 * ny;
    const front = 0.14 * (nz > 0 ? nz : 0) * open;
    for (let k = 0; k < 3; k++) {
      const wrap = WRAP[k] * surface.soft;
      const diffuse = facing > -wrap ? (facing + wrap) / (1 + wrap) : 0;
      // Light that has entered skin bleeds into its shadows, most of it red.
      const seep = lit[i] < 1 ? shadow + (1 - shadow) * 0.25 * wrap : shadow;
      const ambient = (GROUND[k] + rise * (SKY[k] - GROUND[k])) * open + front;
      radiance[i + k] = albedo[i + k] * (ambient + KEY[k] * diffuse * seep) + shine;
    }
  }
}
