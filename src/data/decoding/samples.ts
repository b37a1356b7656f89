/**
 * Values of a picture as they stand in its file, before any meaning is given to them.
 * @module
 */
import { decoded, type Inspected, unreadable } from "./inspect.ts";

/** Arrays of the types that files hold. */
const ARRAYS = {
  uchar: Uint8Array,
  char: Int8Array,
  ushort: Uint16Array,
  short: Int16Array,
  uint: Uint32Array,
  int: Int32Array,
  float: Float32Array,
} as const;
type Depth = keyof typeof ARRAYS;

/** Values of one picture. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** [height, width, bands], in the file's own range. */
  readonly values: InstanceType<typeof ARRAYS[Depth]>;
}

/** Whether values of a type can be had. */
export const isDepth = (depth: string): depth is Depth => Object.hasOwn(ARRAYS, depth);

/**
 * The file's values: no profile applied, alpha left where it is.
 * @param options.turned by the file's orientation
 * @throws DataError where it can't be read
 */
export async function samplesOf(
  bytes: Uint8Array,
  { space, depth }: Inspected,
  { turned }: { turned: boolean },
): Promise<Samples> {
  if (!isDepth(depth)) throw unreadable(new Error(`its values are ${depth}`));
  const { default: sharp } = await import("sharp");
  const { data, info: { width, height, channels } } = await decoded(() => {
    let picture = sharp(bytes, { failOn: "error", ignoreIcc: true });
    if (turned) picture = picture.rotate();
    // Without it CMYK is taken to RGB and back.
    if (space === "cmyk") picture = picture.pipelineColourspace("cmyk");
    return picture.toColourspace(space).raw({ depth }).toBuffer({ resolveWithObject: true });
  });
  // A copy, which is aligned, owns its memory and can be handed to another thread.
  const { buffer } = new Uint8Array(data);
  return { width, height, bands: channels, values: new ARRAYS[depth](buffer) };
}
