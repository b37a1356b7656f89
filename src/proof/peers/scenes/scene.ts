/**
 * Random Gaussians and a camera before them, on which rasterisers are compared.
 * @module
 */
import { join } from "@std/path";
import { type Degree, type Frame, type SplatForm, splatRows } from "../../../kernels/mod.ts";
import { cameraNumbers, lookAt } from "../../../kinds/view/mod.ts";
import { log, pow } from "../../../numeric/mod.ts";
import { hostFold, hostKey, hostNormal, hostUniform } from "../../../random/host/mod.ts";

/** What is drawn, of what size. */
export interface SceneSize {
  readonly count: number;
  readonly degree: Degree;
  /** Pixels of a side. */
  readonly side: number;
  readonly antialiased?: boolean;
}

/** A scene with all that a rasteriser is asked for. */
export interface PeerScene {
  readonly form: SplatForm;
  readonly parameters: Float32Array<ArrayBuffer>;
  readonly frame: Frame;
  /** 16 numbers. */
  readonly camera: Float32Array<ArrayBuffer>;
  /** Gradient at the picture, [side, side, 3], of normal draws. */
  readonly dPicture: Float32Array;
}

/** Radius of the ball that means are in, distance of the camera, and half of the view's width there. */
const BALL = 0.7, DISTANCE = 3, HALF = 0.8;
/** Size of a Gaussian, as a share of the room that each has on a side. */
const SIZE = 0.45;

/**
 * Gaussians spread evenly over a ball, of sizes that fill it: the more there are, the smaller they
 * are. Scales are log-normal (σ ½), quaternions and colours normal, logits of opacities normal (σ 1.5).
 */
function gaussians({ count, degree }: SceneSize): Float32Array<ArrayBuffer> {
  const key = hostKey(1, "peers", "splats", count), rows = splatRows(degree);
  const parameters = new Float32Array(rows * count);
  const room = pow(count, -1 / 3);
  for (let row = 0; row < rows; row++) {
    const scale = row < 3 ? 1 : row < 6 ? 0.5 : row < 10 ? 1 : row === 10 ? 1.5 : 0.8;
    const size = row >= 14 ? 0.2 : scale, middle = row >= 3 && row < 6 ? log(SIZE * room) : 0;
    const normal = hostNormal(hostFold(key, row), count);
    for (let i = 0; i < count; i++) parameters[row * count + i] = middle + size * normal[i];
  }
  const share = hostUniform(hostFold(key, "radius"), count);
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [0, 1, 2].map((row) => parameters[row * count + i]);
    const factor = BALL * pow(share[i], 1 / 3) / Math.sqrt(x * x + y * y + z * z);
    for (let row = 0; row < 3; row++) parameters[row * count + i] *= factor;
  }
  return parameters;
}

/** The scene of a size: the same one each time, on every machine. */
export function peerScene(size: SceneSize): PeerScene {
  const { count, degree, side, antialiased = false } = size;
  const direction = [0.62, 0.3, 0.72] as const;
  const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
  const [x, y, z] = direction.map((value) => DISTANCE * value / length);
  const focal = side / 2 * DISTANCE / HALF;
  return {
    form: { count, degree },
    parameters: gaussians(size),
    frame: { height: side, width: side, background: [0.2, 0.4, 0.6], near: 0.01, antialiased },
    camera: Float32Array.from(cameraNumbers({
      rotation: lookAt([x, y, z], [0, 0, 0], [0, 1, 0]),
      position: [x, y, z],
      fx: focal,
      fy: focal,
      cx: side / 2,
      cy: side / 2,
    })),
    dPicture: hostNormal(hostKey(1, "peers", "gradient"), 3 * side * side),
  };
}

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Writes a scene as tests/peers/gsplat_peer.py reads it. */
export async function writeScene(folder: string, scene: PeerScene): Promise<void> {
  const { form, frame, camera, parameters, dPicture } = scene;
  const told = { ...form, ...frame, camera: [...camera] };
  await Promise.all([
    Deno.writeTextFile(join(folder, "scene.json"), JSON.stringify(told)),
    Deno.writeFile(join(folder, "parameters.f32"), bytes(parameters)),
    Deno.writeFile(join(folder, "gradient.f32"), bytes(dPicture)),
  ]);
}
