/**
 * Whether what the rasteriser is given is whole.
 * @module
 */
import {
  type Frame,
  type SplatForm,
  splatRows,
  type SplatState,
  type SplatUpdate,
} from "./form.ts";

/** Numbers of a camera, as in src/kinds/view. */
export const CAMERA = 16;
/** Pixels of a side at most. */
const SIDE = 16384;

/** Refuses values of another number than expected. @throws RangeError */
export function requireLength(values: { readonly length: number }, length: number, what: string) {
  if (values.length !== length) {
    throw new RangeError(
      `splats: ${what} of ${values.length} numbers, where ${length} were expected`,
    );
  }
}

/** Refuses a form that is none, and parameters that don't fit it. @throws RangeError */
export function requireForm({ count, degree }: SplatForm, parameters: Float32Array): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`splats: ${count} Gaussians are no whole number of them`);
  }
  if (![0, 1, 2, 3].includes(degree)) {
    throw new RangeError(`splats: harmonics of degree ${degree}; 0, 1, 2 and 3 are known`);
  }
  requireLength(parameters, splatRows(degree) * count, `parameters of ${count} Gaussians`);
}

/** Refuses a frame that can't be drawn. @throws RangeError */
export function requireFrame({ height, width, background, near }: Frame): void {
  for (const [name, side] of [["height", height], ["width", width]] as const) {
    if (!Number.isInteger(side) || side < 1 || side > SIDE) {
      throw new RangeError(
        `splats: a ${name} of ${side} pixels is not a whole number from 1 to ${SIDE}`,
      );
    }
  }
  if (background.length !== 3 || !background.every(Number.isFinite)) {
    throw new RangeError(`splats: [${background.join(", ")}] is no background of three numbers`);
  }
  if (!(near > 0 && Number.isFinite(near))) {
    throw new RangeError(`splats: near is ${near}, not a distance above 0`);
  }
}

/** Refuses cameras that are none; gives how many there are. @throws RangeError */
export function requireCameras(cameras: ArrayLike<number>): number {
  const count = cameras.length / CAMERA;
  if (!Number.isInteger(count)) {
    throw new RangeError(`splats: cameras of ${cameras.length} numbers, not of ${CAMERA} each`);
  }
  for (let i = 0; i < cameras.length; i++) {
    const value = cameras[i], place = i % CAMERA, focal = place === 12 || place === 13;
    if (Number.isFinite(value) && !(focal && value <= 0)) continue;
    const what = focal ? "focal length" : place < 12 ? "pose" : "centre";
    throw new RangeError(`splats: camera ${Math.floor(i / CAMERA)} has ${value} in its ${what}`);
  }
  return count;
}

/** What each row of parameters is, for messages. */
export function rowName(row: number): string {
  if (row < 3) return `mean ${"xyz"[row]}`;
  if (row < 6) return `log scale ${"xyz"[row - 3]}`;
  if (row < 10) return `quaternion ${"wxyz"[row - 6]}`;
  return row === 10 ? "logit of the opacity" : `harmonic row ${row}`;
}

/** Tells of the first Gaussian that the module refused. @throws RangeError always */
export function refuseGaussian(
  i: number,
  parameters: Float32Array,
  { count, degree }: SplatForm,
): never {
  for (let row = 0; row < splatRows(degree); row++) {
    const value = parameters[row * count + i];
    if (Number.isFinite(value)) continue;
    throw new RangeError(
      `splats: ${rowName(row)} of Gaussian ${i} is ${value}, not a finite number`,
    );
  }
  const q = [6, 7, 8, 9].map((row) => parameters[row * count + i]);
  throw new RangeError(`splats: quaternion [${q.join(", ")}] of Gaussian ${i} has no direction`);
}

/** Refuses a state that isn't whole. @throws RangeError */
export function requireState({ form, parameters, first, second, statistics, updates }: SplatState) {
  requireForm(form, parameters);
  requireLength(first, parameters.length, "first moments");
  requireLength(second, parameters.length, "second moments");
  requireLength(statistics, 3 * form.count, "statistics");
  for (const [what, values] of [["first", first], ["second", second]] as const) {
    for (let i = 0; i < values.length; i++) {
      if (Number.isFinite(values[i]) && !(what === "second" && values[i] < 0)) continue;
      throw new RangeError(`splats: ${values[i]} among the ${what} moments`);
    }
  }
  if (!Number.isSafeInteger(updates) || updates < 0) {
    throw new RangeError(`splats: ${updates} updates are no whole number of them`);
  }
}

/** Refuses an update that can't be made. @throws RangeError */
export function requireUpdate(asked: SplatUpdate, frame: Frame, { degree }: SplatForm): void {
  requireLength(asked.picture, 3 * frame.height * frame.width, "a picture");
  requireLength(asked.camera, CAMERA, "a camera");
  requireCameras(asked.camera);
  requireLength(asked.rates, splatRows(degree), "learning rates");
  const { structural, opacityCost, scaleCost, noise } = asked;
  for (const [name, value] of Object.entries({ structural, opacityCost, scaleCost, noise })) {
    if (Number.isFinite(value) && value >= 0 && !(name === "structural" && value > 1)) continue;
    throw new RangeError(
      `splats: ${name} is ${value}, not ${
        name === "structural" ? "from 0 to 1" : "a number from 0"
      }`,
    );
  }
  const bad = asked.rates.findIndex((rate) => !Number.isFinite(rate));
  if (bad >= 0) {
    throw new RangeError(`splats: the learning rate of row ${bad} is ${asked.rates[bad]}`);
  }
}
