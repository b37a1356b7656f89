/**
 * States and updates for tests of training.
 * @module
 */
import {
  type SplatForm,
  splatRows,
  type SplatState,
  type SplatUpdate,
} from "../../src/kernels/mod.ts";
import { hostIntegers, hostKey } from "../../src/random/host/mod.ts";

/** A state before its first update. */
export function fresh(parameters: Float32Array<ArrayBuffer>, form: SplatForm): SplatState {
  return {
    form,
    parameters,
    first: new Float32Array(parameters.length),
    second: new Float32Array(parameters.length),
    updates: 0,
    statistics: new Float32Array(3 * form.count),
  };
}

/** Learning rates a row, as 3D Gaussian splatting's are one to another. */
export function rates({ degree }: SplatForm): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: splatRows(degree) }, (_, row) => {
    if (row < 3) return 1e-3;
    if (row < 6) return 5e-3;
    if (row < 10) return 1e-3;
    return row === 10 ? 5e-2 : row < 14 ? 2.5e-3 : 1.25e-4;
  });
}

/** A picture of random bytes. */
export function bytes(seed: number, pixels: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hostIntegers(hostKey(seed, "bytes"), 3 * pixels, 256));
}

/** An update without costs and noise. */
export function asking(
  form: SplatForm,
  asked: Partial<SplatUpdate> & Pick<SplatUpdate, "picture" | "camera">,
): SplatUpdate {
  return {
    rates: rates(form),
    structural: 0.2,
    opacityCost: 0,
    scaleCost: 0,
    noise: 0,
    key: [1, 2],
    ...asked,
  };
}
