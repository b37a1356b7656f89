/**
 * The shapes: how a point is drawn, and its law where that is known. All lie in the square (or cube)
 * from −1 to 1, x to the right and y up.
 * @module
 */
import { cos, exp, sin } from "../../numeric/mod.ts";
import type { ShapeName } from "./config.ts";

/** What a point is made from: uniforms in [0, 1) and standard normals. */
export interface Draws {
  /** Chooses the mode. */
  readonly mode: number;
  /** Two more uniforms. */
  readonly uniforms: readonly [number, number];
  readonly normals: readonly [number, number];
}

/** A point with the number of its mode; 0 where there is but one. */
export interface ToyPoint {
  readonly at: readonly number[];
  readonly mode: number;
}

/** A place that a round Gaussian stands on. Weights of a shape's places sum to 1. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/**
 * A law on the plane: round Gaussians of one width on many places (a curve is a fine row of them),
 * boxes of equal mass, or a smooth density whose mass outside the square is below 1e-6.
 */
export type PlaneLaw =
  | { readonly kind: "places"; readonly sigma: number; readonly places: readonly Place[] }
  | { readonly kind: "boxes"; readonly side: number; readonly corners: readonly [number, number][] }
  | { readonly kind: "density"; readonly density: (x: number, y: number) => number };

/** One shape. */
export interface Shape {
  readonly dimensions: 2 | 3;
  /** Names of the modes, equally likely; none: no class factor. */
  readonly modes: readonly string[];
  draw(draws: Draws): ToyPoint;
  law?(): PlaneLaw;
}

const TURN = 2 * Math.PI;

function names(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${what} ${i}`);
}

function rotated([x, y]: readonly [number, number], angle: number): [number, number] {
  const [c, s] = [cos(angle), sin(angle)];
  return [c * x - s * y, s * x + c * y];
}

/** One long Gaussian, turned by 30°: what a full covariance is for. */
const LONG = { mean: [0.1, -0.05], deviations: [0.2, 0.08], angle: Math.PI / 6 } as const;

const gaussian: Shape = {
  dimensions: 2,
  modes: [],
  draw: ({ normals }) => {
    const { mean, deviations, angle } = LONG;
    const [x, y] = rotated([deviations[0] * normals[0], deviations[1] * normals[1]], angle);
    return { at: [mean[0] + x, mean[1] + y], mode: 0 };
  },
  law: () => ({
    kind: "density",
    density: (x, y) => {
      const { mean, deviations: [a, b], angle } = LONG;
      const [p, q] = rotated([x - mean[0], y - mean[1]], -angle);
      return exp(-0.5 * ((p / a) ** 2 + (q / b) ** 2)) / (TURN * a * b);
    },
  }),
};

/** A mode's curve, run through by t in [0, 1). */
type Curve = (t: number) => readonly [number, number];

/** Places on a curve for its law: so close that their Gaussians can't be told from the curve's. */
const PLACES = 1024;

/**
 * Round Gaussians on curves, one a mode, t uniform. `places` of them stand for a curve, at the
 * midpoints of equal parts of t: exact to 1e-6 of the mass for curves that t runs through smoothly.
 */
function curves(
  modes: readonly string[],
  { sigma, curve, places = PLACES }: {
    sigma: number;
    curve: (mode: number) => Curve;
    places?: number;
  },
): Shape {
  return {
    dimensions: 2,
    modes,
    draw: ({ mode: u, uniforms: [t], normals }) => {
      const mode = Math.floor(u * modes.length);
      const [x, y] = curve(mode)(t);
      return { at: [x + sigma * normals[0], y + sigma * normals[1]], mode };
    },
    law: () => ({
      kind: "places",
      sigma,
      places: modes.flatMap((_, mode) =>
        Array.from({ length: places }, (_, i): Place => {
          const [x, y] = curve(mode)((i + 0.5) / places);
          return { x, y, weight: 1 / (places * modes.length) };
        })
      ),
    }),
  };
}

/** Eight Gaussians on a circle; Metz et al. 2017 (arXiv:1611.02163) show lost modes on them. */
const mixture = curves(names("Gaussian", 8), {
  sigma: 0.06,
  places: 1,
  curve: (mode) => () => {
    const angle = TURN * mode / 8;
    return [0.7 * cos(angle), 0.7 * sin(angle)];
  },
});

/** Two interlocking half circles. */
const moons = curves(["upper", "lower"], {
  sigma: 0.05,
  curve: (mode) => (t) => {
    const [x, y] = [cos(Math.PI * t), sin(Math.PI * t)];
    return mode === 0 ? [0.5 * x - 0.25, 0.5 * y - 0.125] : [0.25 - 0.5 * x, 0.125 - 0.5 * y];
  },
});

/** Turns of a spiral's arm, its outer radius, and where it starts, as a share of the arm. */
const ARM = { turns: 1.5, radius: 0.8, start: 0.1 };

/** Two arms of Archimedes' spiral, points even along them. */
const spirals = curves(["arm 0", "arm 1"], {
  sigma: 0.03,
  // Radius and angle both go as s = √(start² + (1 − start²)t): the length covered goes as s² then.
  curve: (mode) => (t) => {
    const s = Math.sqrt(ARM.start ** 2 + (1 - ARM.start ** 2) * t);
    return rotated([ARM.radius * s, 0], TURN * ARM.turns * s + Math.PI * mode);
  },
});

/** Three circles around one centre. */
const rings = curves(["inner", "middle", "outer"], {
  sigma: 0.03,
  curve: (mode) => (t) => rotated([0.25 * (mode + 1), 0], TURN * t),
});

/** Where a pinwheel's arms lie before they are twisted. */
const BLADE = { arms: 5, mean: 0.45, along: 0.11, across: 0.045, twist: 3 };

/**
 * Five Gaussians stretched along radii and twisted: a point of radius r is turned by `twist`·r. A
 * turn that depends on the radius alone keeps areas, so the density is the Gaussians' own, turned back.
 * After Johnson et al. 2016 (arXiv:1603.06277), whose twist keeps no areas.
 */
const pinwheel: Shape = {
  dimensions: 2,
  modes: names("arm", BLADE.arms),
  draw: ({ mode: u, normals }) => {
    const mode = Math.floor(u * BLADE.arms);
    const flat: [number, number] = [
      BLADE.mean + BLADE.along * normals[0],
      BLADE.across * normals[1],
    ];
    const radius = Math.sqrt(flat[0] ** 2 + flat[1] ** 2);
    return { at: rotated(flat, TURN * mode / BLADE.arms + BLADE.twist * radius), mode };
  },
  law: () => ({
    kind: "density",
    density: (x, y) => {
      const back = -BLADE.twist * Math.sqrt(x * x + y * y);
      let sum = 0;
      for (let arm = 0; arm < BLADE.arms; arm++) {
        const [p, q] = rotated([x, y], back - TURN * arm / BLADE.arms);
        sum += exp(-0.5 * (((p - BLADE.mean) / BLADE.along) ** 2 + (q / BLADE.across) ** 2));
      }
      return sum / (BLADE.arms * TURN * BLADE.along * BLADE.across);
    },
  }),
};

/** Half the board's side, and a field's. */
const BOARD = 0.8, FIELD = 0.4;
/** Lower left corners of the fields with points: those of one colour on a board of 4×4. */
const fields: [number, number][] = Array.from({ length: 16 }, (_, i) => [i % 4, i >> 2])
  .filter(([column, row]) => (column + row) % 2 === 0)
  .map(([column, row]) => [FIELD * column - BOARD, FIELD * row - BOARD]);

/** The fields of one colour, points even in them: edges that no smooth map of a Gaussian has. */
const checkerboard: Shape = {
  dimensions: 2,
  modes: names("field", fields.length),
  draw: ({ mode: u, uniforms: [s, t] }) => {
    const mode = Math.floor(u * fields.length);
    const [x, y] = fields[mode];
    return { at: [x + FIELD * s, y + FIELD * t], mode };
  },
  law: () => ({ kind: "boxes", side: FIELD, corners: fields }),
};

/** The surface of a torus, both angles even: a two-dimensional law in three numbers. */
const torus: Shape = {
  dimensions: 3,
  modes: [],
  draw: ({ uniforms: [s, t] }) => {
    const [large, small] = [0.6, 0.25];
    const reach = large + small * cos(TURN * t);
    return {
      at: [reach * cos(TURN * s), reach * sin(TURN * s), small * sin(TURN * t)],
      mode: 0,
    };
  },
};

/** All shapes by name. */
export const shapes: Readonly<Record<ShapeName, Shape>> = {
  gaussian,
  mixture,
  moons,
  pinwheel,
  checkerboard,
  spirals,
  rings,
  torus,
};
