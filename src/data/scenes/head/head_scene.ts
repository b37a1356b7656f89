/**
 * A bust as cameras see it: shaded for each, drawn into a depth buffer, looked up sample by sample.
 * @module
 */
import { type Camera, toCamera, type Vector } from "../../../kinds/view/mod.ts";
import { halfVector, shadeVertices } from "../../heads/render/light.ts";
import { clearCoverage, createCoverage, rasterize } from "../../heads/render/raster.ts";
import { isEye, paintSample } from "../../heads/render/surface.ts";
import type { SceneConfig } from "../config.ts";
import type { Scene } from "../render_view.ts";
import { buildBust, type Bust, loadPrepared, type Part } from "./bust.ts";
import type { Mesh } from "./cut.ts";

/** Unit normals of a mesh's triangles; of those without area 0. */
function faceNormals({ positions: p, corners }: Mesh): Float64Array {
  const normals = new Float64Array(corners.length);
  for (let t = 0; t < corners.length; t += 3) {
    const a = 3 * corners[t], b = 3 * corners[t + 1], c = 3 * corners[t + 2];
    const ux = p[b] - p[a], uy = p[b + 1] - p[a + 1], uz = p[b + 2] - p[a + 2];
    const vx = p[c] - p[a], vy = p[c + 1] - p[a + 1], vz = p[c + 2] - p[a + 2];
    const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
    const length = Math.sqrt(x * x + y * y + z * z);
    if (length > 0) normals.set([x / length, y / length, z / length], t);
  }
  return normals;
}

/** Vertices as the rasteriser takes them: column, row, and 1 / depth, which is linear in the picture. */
function projected(positions: Float64Array, camera: Camera): Float64Array {
  const points = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = toCamera(camera, [positions[i], positions[i + 1], positions[i + 2]]);
    points[i] = camera.fx * x / z + camera.cx;
    points[i + 1] = camera.fy * y / z + camera.cy;
    points[i + 2] = 1 / z;
  }
  return points;
}

/** The scene of a bust. Its samplers share a buffer: only the newest one of a width may be asked. */
export function sceneOf({ light, parts, paint }: Bust, highlights: boolean): Scene {
  let coverage = createCoverage(1);
  const faces = parts.map(faceNormals);
  const firsts: number[] = [];
  for (let p = 0, first = 0; p < parts.length; p++) {
    firsts.push(first);
    first += parts[p].corners.length / 3;
  }
  const radiances = parts.map(({ albedo }) => new Float64Array(albedo.length));
  return {
    look(camera, width) {
      const eye = camera.position;
      if (coverage.width !== width) coverage = createCoverage(width);
      clearCoverage(coverage);
      const points = parts.map(({ positions }) => projected(positions, camera));
      parts.forEach((part, p) => {
        const viewer = { eye, positions: part.positions };
        shadeVertices({ ...part, light, viewer, radiance: radiances[p] });
        const { corners } = part;
        // Hair is a sheet, and an open mouth shows the inside of cheeks.
        rasterize({ points: points[p], corners, offset: firsts[p], twoSided: true }, coverage);
      });
      const { triangle, second, third } = coverage, none: Vector = [0, 0, 0];
      return (x, y, sample) => {
        const at = y * width + x, found = triangle[at];
        if (found < 0) return false;
        const p = firsts.findLastIndex((first) => first <= found), t = found - firsts[p];
        const { corners, positions }: Part = parts[p], radiance = radiances[p];
        const a = 3 * corners[3 * t], b = 3 * corners[3 * t + 1], c = 3 * corners[3 * t + 2];
        // Weights in the picture to weights on the triangle: each by its 1 / depth.
        const q = points[p];
        let w1 = second[at] * q[b + 2], w2 = third[at] * q[c + 2];
        const whole = (1 - second[at] - third[at]) * q[a + 2] + w1 + w2;
        w1 /= whole;
        w2 /= whole;
        const w0 = 1 - w1 - w2,
          on = (values: Float64Array, k: number) =>
            w0 * values[a + k] + w1 * values[b + k] + w2 * values[c + k];
        for (let k = 0; k < 3; k++) sample.colour[k] = on(radiance, k);
        const place: Vector = [on(positions, 0), on(positions, 1), on(positions, 2)];
        if (p === 0) {
          const half = highlights && isEye(paint, t) ? halfVector(light, eye, place) : none;
          paintSample(sample.colour, { t, w0, w1, w2 }, { paint, half });
        }
        sample.depth = 1 / whole;
        const face = faces[p];
        let away = 0;
        for (let k = 0; k < 3; k++) away += face[3 * t + k] * (place[k] - eye[k]);
        for (let k = 0; k < 3; k++) {
          sample.normal[k] = away > 0 ? -face[3 * t + k] : face[3 * t + k];
        }
        return true;
      };
    },
  };
}

/** The head that a config asks for. */
export async function headScene(config: SceneConfig): Promise<Scene> {
  return sceneOf(buildBust(config, await loadPrepared()), config.highlights);
}
