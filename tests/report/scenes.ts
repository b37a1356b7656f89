/**
 * A scene for made records, as a run on views leaves it: a coloured egg that looks different from every
 * side, as splats, and the picture that turns around it. @module
 */
import { writeSplat } from "../../src/families/splat/formats/splat.ts";
import type { ImageSet } from "../../src/kinds/image/image_set.ts";
import { cameraNumbers } from "../../src/kinds/view/cameras.ts";
import { type Orbit, orbitCamera } from "../../src/kinds/view/orbit.ts";
import type { ViewSet, ViewSpec } from "../../src/kinds/view/view_set.ts";
import { openSplats } from "../../src/kernels/mod.ts";
import type { Artefact, RunRecord } from "../../src/record/record.ts";
import { movingWebp } from "../../src/show/picture/grid.ts";
import { shownSplats } from "../../src/show/splats.ts";

/** Unequal sides, and a background that no splat has. */
export const spec: ViewSpec = {
  kind: "view",
  height: 120,
  width: 160,
  background: [51, 102, 204],
  near: 1,
  far: 9,
};
const SPLATS = 4000, PLACES = 4;
const Y00 = 0.28209479177387814;

const orbit: Orbit = {
  centre: [0.3, -0.2, 0.1],
  up: [0, 0, 1],
  start: [0.6, -0.8, 0],
  radius: 4,
  height: 1.5,
  fx: 200,
  fy: 200,
  cx: 80,
  cy: 60,
};

/** The egg: its colours are its directions, so that front, back, up and down are told apart. */
export function egg(count = SPLATS): {
  readonly count: number;
  readonly degree: 0;
  readonly parameters: Float32Array;
} {
  const parameters = new Float32Array(14 * count);
  for (let i = 0; i < count; i++) {
    const z = 1 - 2 * (i + 0.5) / count, turn = i * Math.PI * (3 - Math.sqrt(5));
    const level = Math.sqrt(1 - z * z);
    const direction = [level * Math.cos(turn), level * Math.sin(turn), z];
    const place = direction.map((d, k) => orbit.centre[k] + [0.9, 0.6, 1.1][k] * d);
    const colour = direction.map((d) => (0.45 * d) / Y00);
    const own = [...place, -3.2, -3.2, -3.2, 1, 0, 0, 0, 3, ...colour];
    own.forEach((value, row) => parameters[row * count + i] = value);
  }
  return { count, degree: 0, parameters };
}

/** Views from all around, rendered. */
export function around(places = PLACES): ViewSet & { readonly images: ImageSet } {
  const { height, width, background, near } = spec, { parameters, ...form } = egg();
  const camera = (i: number) => cameraNumbers(orbitCamera(orbit, i * 64 / places));
  const cameras = Float32Array.from(Array.from({ length: places }, (_, i) => camera(i)).flat());
  const [red, green, blue] = background.map((level) => level / 255);
  const rendered = openSplats({ threads: 1 }).render(parameters, form, {
    ...{ height, width, near, cameras },
    background: [red, green, blue],
    antialiased: false,
  });
  const pictures = Uint8Array.from(
    rendered.pictures,
    (v) => Math.round(255 * Math.max(0, Math.min(1, v))),
  );
  const shape = { count: places, height, width };
  return { ...shape, pictures, cameras, images: { ...shape, channels: 3, data: pictures } };
}

/** The files of a run and what its record says of them. */
export async function sceneFiles(): Promise<{
  readonly artefacts: readonly Artefact[];
  readonly files: Readonly<Record<string, Uint8Array>>;
}> {
  const views = around();
  const { bytes: turning, ...size } = await movingWebp(views.images, 0.2);
  const { bytes, ...scene } = shownSplats(writeSplat(egg()), {
    around: views,
    spec,
    what: "turntable",
  });
  const turntable = {
    name: "turntable",
    file: "turntable.webp",
    about: `The same ${PLACES} places one after the other`,
    shows: { what: "turntable" as const },
    ...size,
  };
  return {
    artefacts: [turntable, scene].map((one) => ({ ...one, sha256: "0".repeat(64) })),
    files: { [turntable.file]: turning, [scene.file]: bytes },
  };
}

/** Records whose trained runs left the scene and nothing else. */
export function withScene(artefacts: readonly Artefact[]): (record: RunRecord) => RunRecord {
  return (record) => ({
    ...record,
    artefacts: record.spec.protocol === "control" ? [] : artefacts,
  });
}
