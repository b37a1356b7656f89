/**
 * Posed pictures brought to one form: cameras in the kind's convention, pictures of one size.
 * @module
 */
import { DataError } from "../../base/mod.ts";
import type { Camera, Vector } from "../../kinds/view/mod.ts";
import type { ViewsConfig } from "./config.ts";
import { type Cut, cutFor, type Intrinsics, type Size } from "./pictures/lens.ts";
import { scaleOf } from "./pictures/light.ts";
import type { Making } from "./pictures/picture.ts";
import type { Header } from "./pictures/store.ts";
import { type Axes, type PosedPicture, turned } from "./posed.ts";

/** Views, but for their pixels. */
export interface Assembled {
  /** Of a view's picture. */
  readonly size: Size;
  readonly cameras: readonly Camera[];
  makingOf(place: number): Making;
  readonly notes: readonly string[];
}

/** Scales of width and height that differ by less are rounding of a size. */
const SAME_SHAPE = 0.01;

/** Optics at the size of the picture, with the middle of its first pixel at (½, ½). */
function intrinsicsOf(
  posed: PosedPicture,
  { size, centre }: { readonly size: Size; readonly centre: number },
): Intrinsics & { readonly scaled: number } {
  const { width, height, fx, fy, cx, cy } = posed.optics(size);
  const across = size.width / width, down = size.height / height;
  if (!(Math.abs(across / down - 1) <= SAME_SHAPE)) {
    throw new DataError(
      `${posed.path} has ${size.width}×${size.height} pixels, and its camera is for ` +
        `${width}×${height}, which is of another shape`,
    );
  }
  const shift = 0.5 - centre;
  return {
    fx: fx * across,
    fy: fy * down,
    cx: (cx + shift) * across,
    cy: (cy + shift) * down,
    scaled: across,
  };
}

/** The size that all pictures have. @throws DataError where they have several */
function commonSize(pictures: readonly PosedPicture[], headers: readonly Header[]): Size {
  const sizes = Map.groupBy(headers.keys(), (i) => `${headers[i].width}×${headers[i].height}`);
  if (sizes.size > 1) {
    const told = [...sizes].map(([size, of]) =>
      `  ${size}: ${of.length}, the first ${pictures[of[0]].path}`
    );
    throw new DataError(
      `views: pictures of ${sizes.size} sizes, where one was expected:\n${told.join("\n")}\n` +
        "  keep those of one size, or have them written alike with their intrinsics",
    );
  }
  return headers[0];
}

/** Unbending that leaves less than this of a side is refused. */
const LEAST = 0.5;

/** The part of the pictures that every camera saw once unbent. */
function commonCut(
  pictures: readonly PosedPicture[],
  { intrinsics, size }: { readonly intrinsics: readonly Intrinsics[]; readonly size: Size },
): Cut {
  let cut: Cut = { left: 0, top: 0, width: size.width, height: size.height };
  const done = new Set<string>();
  pictures.forEach(({ lens, path }, i) => {
    const key = JSON.stringify([lens, intrinsics[i]]);
    if (lens === null || done.has(key)) return;
    done.add(key);
    cut = cutFor(lens, { intrinsics: intrinsics[i], size, from: cut });
    if (cut.width < LEAST * size.width || cut.height < LEAST * size.height) {
      throw new DataError(
        `${path}: unbending its lens (${
          JSON.stringify(lens)
        }) leaves ${cut.width}×${cut.height} of ` +
          `${size.width}×${size.height} pixels; have the pictures undistorted first`,
      );
    }
  });
  return cut;
}

/**
 * Brings pictures to one form.
 * @param options.headers of the pictures
 * @throws DataError where they have several sizes, or shapes that their cameras don't
 */
export function assembled(
  pictures: readonly PosedPicture[],
  { headers, axes, config }: {
    readonly headers: readonly Header[];
    readonly axes: Axes;
    readonly config: ViewsConfig;
  },
): Assembled {
  const { downscale: by, background, light, pixel_centre: centre } = config;
  const size = commonSize(pictures, headers);
  const own = pictures.map((posed) => intrinsicsOf(posed, { size, centre }));
  const cut = commonCut(pictures, { intrinsics: own, size });
  const width = Math.floor(cut.width / by), height = Math.floor(cut.height / by);
  if (width < 1 || height < 1) {
    throw new DataError(`views: \`downscale\` ${by} leaves nothing of ${cut.width}×${cut.height}`);
  }
  const cameras = pictures.map(({ rotation, position }, i): Camera => {
    const { fx, fy, cx, cy } = own[i];
    return {
      rotation: turned(rotation, axes),
      position: position as unknown as Vector,
      fx: fx / by,
      fy: fy / by,
      cx: (cx - cut.left) / by,
      cy: (cy - cut.top) / by,
    };
  });
  const scale = scaleOf(light);
  const makingOf = (place: number): Making => {
    const { lens } = pictures[place];
    return {
      background,
      scale,
      lens: lens === null ? null : { lens, intrinsics: own[place] },
      cut,
      downscale: by,
    };
  };
  const bent = pictures.filter(({ lens }) => lens !== null).length, [{ scaled }] = own;
  const whole = `${size.width}×${size.height}`;
  return {
    size: { width, height },
    cameras,
    makingOf,
    notes: [
      ...(scaled === 1 ? [] : [
        `pictures of ${whole} are ${scaled.toPrecision(4)} of the size that cameras are for: ` +
        "intrinsics are scaled by that",
      ]),
      ...(bent === 0 ? [] : [
        `lens: ${bent} of ${pictures.length} pictures unbent, bilinear, with the same focal lengths; ` +
        `of ${whole} pixels ${cut.width}×${cut.height} from (${cut.left}, ${cut.top}) on were seen ` +
        "by all cameras and stay",
      ]),
      ...(by === 1
        ? []
        : [`downscale: ${whole} to ${width}×${height}, means of ${by}×${by} pixels`]),
    ],
  };
}
