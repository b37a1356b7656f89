/**
 * Times of the rasteriser: beside gsplat's reference, with one thread and with two, and of views.
 * @module
 */
import { openSplats, type Splats } from "../../../kernels/mod.ts";
import type { GsplatPeer } from "./gsplat.ts";
import { type PeerScene, peerScene, type SceneSize } from "./scene.ts";

/** How long is measured. */
export interface Turns {
  /** Turns of each. */
  readonly rounds: number;
  /** Seconds that a turn takes at least. */
  readonly turnSeconds: number;
}

/** Threads of the last one's pool spin a while before they sleep. */
const PAUSE_MS = 100;

/** Seconds of a call, and of parts of it. */
export type Turn = () =>
  | Promise<Readonly<Record<string, number>>>
  | Readonly<
    Record<string, number>
  >;

/** Seconds of each, a number a turn: all take turns, and each goes first in its turn. */
export async function inTurns(
  all: readonly Turn[],
  rounds: number,
): Promise<Record<string, number[]>> {
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < all.length; i++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const turn = await all[(i + round) % all.length]();
      for (const [name, value] of Object.entries(turn)) (seconds[name] ??= []).push(value);
    }
  }
  return seconds;
}

/** A turn of calls of ours: warms up, finds how many fill a turn, then gives mean seconds of a call. */
export function ours(name: string, { turnSeconds }: Turns, call: () => void): Turn {
  const timed = (calls: number) => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / 1000;
  };
  let calls = 1;
  for (let took = timed(3); took < turnSeconds / 2; took = timed(calls)) calls *= 2;
  return () => ({ [name]: timed(calls) / calls });
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Waits until a rasteriser's helpers have had time to join: they are up within some tenths of a second. */
async function helpersUp(splats: Splats): Promise<void> {
  const scene = peerScene({ count: 100, degree: 0, side: 32 });
  for (let i = 0; i < 20; i++) {
    there(splats, scene);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Draws a scene and goes back. */
function there(splats: Splats, scene: PeerScene): void {
  const { form, parameters, frame, camera, dPicture } = scene;
  splats.gradient(parameters, form, { ...frame, camera, dPicture });
}

/** Seconds of drawing and going back, a number a turn. */
export interface BesideGsplat extends SceneSize {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** Of theirs, those of making lists of what each pixel meets. */
  readonly lists: readonly number[];
  /** Pairs of Gaussian and pixel that are composited. */
  readonly pairs: number;
}

/** Times ours and theirs, float32, on as many threads, on each scene in turns. */
export async function timeBeside(
  peer: GsplatPeer,
  sizes: readonly SceneSize[],
  turns: Turns,
): Promise<BesideGsplat[]> {
  const splats = openSplats({ threads: peer.identity.threads }), found: BesideGsplat[] = [];
  await helpersUp(splats);
  for (const size of sizes) {
    const scene = peerScene(size);
    await peer.load(scene);
    const { seconds: [first], pairs } = await peer.run("float32", 1);
    const repeats = Math.max(1, Math.ceil(turns.turnSeconds / first));
    const theirs: Turn = async () => {
      const { seconds, lists } = await peer.run("float32", repeats);
      return { theirs: mean(seconds), lists: mean(lists) };
    };
    const own = ours("ours", turns, () => there(splats, scene));
    const { ours: mine, theirs: whole, lists } = await inTurns([own, theirs], turns.rounds);
    found.push({ ...size, ours: mine, theirs: whole, lists, pairs });
  }
  return found;
}

/** Seconds of drawing and going back with one thread and with two, a number a turn. */
export interface OfThreads extends SceneSize {
  readonly one: readonly number[];
  readonly two: readonly number[];
}

/** Times one thread and two on each scene in turns. */
export async function timeThreads(
  sizes: readonly SceneSize[],
  turns: Turns,
): Promise<OfThreads[]> {
  const [one, two] = [1, 2].map((threads) => openSplats({ threads }));
  await helpersUp(two);
  const found: OfThreads[] = [];
  for (const size of sizes) {
    const scene = peerScene(size);
    const seconds = await inTurns([
      ours("one", turns, () => there(one, scene)),
      ours("two", turns, () => there(two, scene)),
    ], turns.rounds);
    found.push({ ...size, one: seconds.one, two: seconds.two });
  }
  return found;
}

/** Seconds of one view, a number a turn. */
export interface OfViews extends SceneSize {
  readonly seconds: readonly number[];
  readonly threads: number;
}

/** Times views, with depth and what is covered, on all threads: from parameters to pictures. */
export async function timeViews(size: SceneSize, turns: Turns): Promise<OfViews> {
  const splats = openSplats(), { form, parameters, frame, camera } = peerScene(size), views = 4;
  await helpersUp(splats);
  const cameras = Float32Array.from({ length: 16 * views }, (_, k) => camera[k % 16]);
  const turn = ours("all", turns, () => {
    splats.render(parameters, form, { ...frame, cameras });
  });
  const { all } = await inTurns([turn], turns.rounds);
  return { ...size, seconds: all.map((each) => each / views), threads: splats.threads };
}
