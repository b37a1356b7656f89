/**
 * COLMAP's binary files: cameras.bin, images.bin, points3D.bin, little-endian. Files beside them
 * (rigs.bin and frames.bin from version 3.12 on) say nothing that views need: images.bin has poses.
 * @module
 */
import { DataError } from "../../../../base/mod.ts";
import type { PointCloud } from "../../../../kinds/view/mod.ts";
import {
  type ModelCamera,
  modelCamera,
  type ModelImage,
  modelName,
  parametersOf,
} from "./model.ts";

/** Bytes that are read from the front on; one too few is told with its place. */
class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array, readonly path: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next `count` bytes are, which it goes past. */
  #take(count: number, what: string): number {
    const from = this.#at, { byteLength } = this.#view;
    if (from + count > byteLength) {
      throw new DataError(
        `${this.path} ends at byte ${byteLength}, within ${what}: ${count} bytes were expected ` +
          `from byte ${from} on; copy it again`,
      );
    }
    this.#at = from + count;
    return from;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what));
  }

  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), true);
  }

  f64(what: string): number {
    return this.#view.getFloat64(this.#take(8, what), true);
  }

  /** A whole number of 64 bits; files of more than 2⁵³ of anything don't exist. */
  u64(what: string): number {
    return Number(this.#view.getBigUint64(this.#take(8, what), true));
  }

  skip(count: number, what: string): void {
    this.#take(count, what);
  }

  /** UTF-8 up to a zero byte. */
  text(what: string): string {
    const bytes: number[] = [];
    for (let byte = this.u8(what); byte !== 0; byte = this.u8(what)) bytes.push(byte);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  /** @throws DataError where something is left */
  end(what: string): void {
    const left = this.#view.byteLength - this.#at;
    if (left === 0) return;
    throw new DataError(
      `${this.path}: ${left} bytes are left after ${what}, from byte ${this.#at} on; its count at ` +
        "byte 0 or a record is wrong: write it anew",
    );
  }
}

/** cameras.bin: count; id, model, width, height, the model's numbers of each. */
export function binaryCameras(bytes: Uint8Array, path: string): Map<number, ModelCamera> {
  const file = new Cursor(bytes, path), count = file.u64("the number of cameras");
  const cameras = new Map<number, ModelCamera>();
  for (let i = 0; i < count; i++) {
    const what = `camera ${i} of ${count}`;
    const id = file.i32(what), number = file.i32(what);
    const width = file.u64(what), height = file.u64(what), where = `${path}: camera ${id}`;
    const model = modelName(number, where);
    const numbers = Array.from({ length: parametersOf(model) }, () => file.f64(what));
    cameras.set(id, modelCamera({ model, width, height, numbers, where }));
  }
  file.end(`${count} cameras`);
  return cameras;
}

/** Bytes of a point of a picture: x, y and the number of a point of the scene. */
const SEEN = 24;

/** images.bin: count; id, quaternion, translation, camera, name and seen points of each. */
export function binaryImages(bytes: Uint8Array, path: string): ModelImage[] {
  const file = new Cursor(bytes, path), count = file.u64("the number of images");
  const images: ModelImage[] = [];
  for (let i = 0; i < count; i++) {
    const what = `image ${i} of ${count}`;
    file.i32(what);
    const quaternion = Array.from({ length: 4 }, () => file.f64(what));
    const translation = Array.from({ length: 3 }, () => file.f64(what));
    const camera = file.i32(what), name = file.text(what);
    file.skip(SEEN * file.u64(what), `the points of ${what}`);
    images.push({ name, camera, quaternion, translation });
  }
  file.end(`${count} images`);
  return images;
}

/** Bytes of a place where a point was seen: a picture and a point of it. */
const TRACK = 8;
/** Bytes of a point at least. */
const POINT = 8 + 3 * 8 + 3 + 8 + 8;

/** points3D.bin: count; id, place, colour, error and track of each. */
export function binaryPoints(bytes: Uint8Array, path: string): PointCloud {
  const file = new Cursor(bytes, path), count = file.u64("the number of points");
  const least = 8 + POINT * count;
  if (bytes.length < least) {
    throw new DataError(
      `${path} ends at byte ${bytes.length}, within the points: ${count} of them take ${least} bytes ` +
        "at least; copy it again",
    );
  }
  const positions = new Float32Array(3 * count), colours = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const what = `point ${i} of ${count}`;
    file.skip(8, what);
    for (let c = 0; c < 3; c++) positions[3 * i + c] = file.f64(what);
    for (let c = 0; c < 3; c++) colours[3 * i + c] = file.u8(what);
    file.skip(8, what);
    file.skip(TRACK * file.u64(what), `the track of ${what}`);
  }
  file.end(`${count} points`);
  return { positions, colours };
}
