/**
 * Spheres and boxes, with a plate under them or none: drawn from the seed, traced exactly.
 * @module
 */
import { cos, sin } from "../../../numeric/mod.ts";
import { pixelRay, type Vector } from "../../../kinds/view/mod.ts";
import { hostFold, type HostKey, hostKey, hostUniform } from "../../../random/host/mod.ts";
import { lightFrom } from "../../heads/render/light.ts";
import { reachOf } from "../band.ts";
import type { SceneConfig } from "../config.ts";
import type { Scene } from "../render_view.ts";
import { dot, firstHits, girth, hitOf, plus, type Solid, unit } from "./shapes.ts";

/** Solids beside the plate: the shapes take turns. */
const COUNT = 5;
/** Half the plate's size, and the height of its upper side. */
const PLATE: Vector = [0.45, 0.025, 0.45], FLOOR = -0.42;
/** Room between solids. */
const GAP = 0.02;
/** Draws of one solid: its place, its shape, its turn, its colour; and how often a place is drawn. */
const DRAWS = 8, TRIES = 64;
/** Light from everywhere, and the key light's, each a share of white. */
export const AMBIENT = 0.25, KEY = 0.75;
/** Height of highlights. */
const GLOSS = 0.35;

/** Colour of a hue in [0, 1), linear: shown values are half a cosine a third of a turn apart. */
function albedoOf(hue: number): Vector {
  const [r, g, b] = [0, 1, 2].map((k) => 0.52 + 0.4 * cos(2 * Math.PI * (hue - k / 3)));
  return [r * r, g * g, b * b];
}

/** Solid `i` at a place, from its draws; `scale` makes it smaller. */
function solidOf(
  i: number,
  { draws, scale, reach }: { draws: Float32Array; scale: number; reach: number },
): Solid {
  const [a, b, c, turn, hue, ...at] = draws;
  const albedo = albedoOf((i + 0.8 * hue) / COUNT);
  const ball = i % 2 === 0;
  const angle = 2 * Math.PI * turn, x = cos(angle), z = sin(angle);
  const half: Vector = [a, b, c].map((u) => scale * (0.08 + 0.09 * u)) as unknown as Vector;
  const radius = scale * (0.11 + 0.1 * a);
  // The first of each shape stands on the plate; the others float above it.
  const rest = FLOOR + (ball ? radius : half[1]);
  const room = reach - (ball ? radius : Math.sqrt(dot(half, half)));
  const centre: Vector = [
    (2 * at[0] - 1) * PLATE[0],
    i < 2 ? rest : rest + at[1] * (room - rest),
    (2 * at[2] - 1) * PLATE[2],
  ];
  return ball
    ? { shape: "sphere", centre, radius, albedo }
    : { shape: "box", centre, half, axes: [[x, 0, z], [0, 1, 0], [-z, 0, x]], albedo };
}

/** Whether a solid lies within the scene and apart from others, by the balls about them. */
function fits(solid: Solid, others: readonly Solid[], reach: number): boolean {
  const { centre } = solid, own = girth(solid);
  return Math.sqrt(dot(centre, centre)) + own < reach && others.every((other) => {
    const between = plus(centre, -1, other.centre);
    return Math.sqrt(dot(between, between)) > own + girth(other) + GAP;
  });
}

function place(i: number, others: readonly Solid[], { key, reach }: {
  readonly key: HostKey;
  readonly reach: number;
}): Solid {
  // Smaller and smaller, so that room is found in the end.
  for (let size = 0;; size++) {
    const scale = 1 / (1 + size / 4);
    const draws = hostUniform(hostFold(key, size), DRAWS * TRIES);
    for (let t = 0; t < TRIES; t++) {
      const own = draws.subarray(t * DRAWS, (t + 1) * DRAWS);
      const solid = solidOf(i, { draws: own, scale, reach });
      if (fits(solid, others, reach)) return solid;
    }
  }
}

/** The solids that a config asks for; the plate, where there is one, comes last. */
export function solidsOf(config: Pick<SceneConfig, "scene" | "hair" | "seed" | "plate">): Solid[] {
  const key = hostKey(config.seed, "scene", "solids"), reach = reachOf(config);
  const solids: Solid[] = [];
  for (let i = 0; i < COUNT; i++) {
    solids.push(place(i, solids, { key: hostFold(key, i), reach }));
  }
  if (config.plate) {
    solids.push({
      shape: "box",
      centre: [0, FLOOR - PLATE[1], 0],
      half: PLATE,
      axes: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
      albedo: [0.55, 0.55, 0.58],
    });
  }
  return solids;
}

/** The scene of solids that a config asks for. */
export function solidsScene(config: SceneConfig): Scene {
  const solids = solidsOf(config);
  const { direction: light } = lightFrom(config.light_azimuth, config.light_elevation);
  /** Whether something stands between a point of a solid and the light. Solids don't shade themselves. */
  const shaded = (point: Vector, own: Solid) =>
    config.shadow === "hard" &&
    solids.some((s) => s !== own && hitOf(s, { origin: point, direction: light }) !== null);
  return {
    look: (camera) => {
      const first = firstHits(solids, camera.position);
      return (x, y, sample) => {
        const { origin, direction } = pixelRay(camera, x, y), found = first(direction);
        if (found === null) return false;
        const { solid, hit: { t, normal } } = found;
        const point = plus(origin, t, direction);
        const facing = dot(normal, light);
        const key = facing > 0 && !shaded(point, solid) ? KEY * facing : 0;
        let shine = 0;
        if (config.highlights && key > 0) {
          // Blinn 1977: cos³² of the angle to the halfway vector.
          const away = unit(plus([0, 0, 0], -1, direction));
          const p = Math.max(0, dot(normal, unit(plus(light, 1, away))));
          const p4 = p * p * p * p, p16 = p4 * p4 * p4 * p4;
          shine = GLOSS * p16 * p16;
        }
        for (let k = 0; k < 3; k++) {
          sample.colour[k] = solid.albedo[k] * (AMBIENT + key) + shine;
          sample.normal[k] = normal[k];
        }
        // Directions through pixels go 1 along the axis.
        sample.depth = t;
        return true;
      };
    },
  };
}
