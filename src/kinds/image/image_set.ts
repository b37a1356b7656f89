/**
 * Pictures: what one is, and a set of them on the host.
 * @module
 */

/** The shape of one image sample. */
export interface ImageSpec {
  readonly kind: "image";
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** 8-bit images, row-major [count, height, width, channels]: the one form in which metrics see them. */
export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** count × height × width × channels bytes. */
  readonly data: Uint8Array;
}
