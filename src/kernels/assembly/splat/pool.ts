/**
 * Work in phases, each of chunks that threads take one by one. The thread that asks works too, so that
 * all is done however many helpers there are, and whenever they join.
 */
import { Context } from "./context";
import { loss, structureGradient } from "./loss";
import { packPicture, unpackGradient, unpackWanted } from "./picture";
import { project } from "./project";
import { projectGradient } from "./project_gradient";
import { raster, rasterWithDepth } from "./raster";
import { rasterGradient } from "./raster_gradient";
import { update } from "./update";

/** Where the words of a pool are: the ticket is the phase's number above the chunks that are left. */
const TICKET: usize = 0;
const NUMBER: usize = 4;
const PHASE: usize = 8;
const CHUNKS: usize = 12;
const HELPERS: usize = 16;
/** On a line of its own, since all threads write it. */
const DONE: usize = 64;
/** Looks before a thread sleeps. */
const SPINS: i32 = 4000;

/** A chunk of a phase: numbers as in src/kernels/splat/layout.ts. */
function run(c: Context, phase: i32, chunk: i32, thread: i32): void {
  const scratch = c.scratch + <usize>thread * <usize>c.scratchBytes;
  switch (phase) {
    case 0:
      project(c, chunk, scratch);
      break;
    case 1:
      raster(c, chunk, scratch);
      break;
    case 2:
      rasterWithDepth(c, chunk, scratch);
      break;
    case 3:
      rasterGradient(c, chunk, scratch);
      break;
    case 4:
      projectGradient(c, chunk, scratch);
      break;
    case 5:
      update(c, chunk, scratch);
      break;
    case 6:
      loss(c, chunk, scratch);
      break;
    case 7:
      structureGradient(c, chunk, scratch);
      break;
    case 8:
      packPicture(c, chunk);
      break;
    case 9:
      unpackGradient(c, chunk);
      break;
    case 10:
      unpackWanted(c, chunk);
      break;
    default:
      unreachable();
  }
}

/** Takes chunks until none is left: by exchange of the ticket, so none of a phase that is over. */
function share(pool: usize, c: Context, thread: i32): void {
  for (;;) {
    const ticket = atomic.load<i64>(pool, TICKET), left = <i32>ticket;
    if (left == 0) return;
    if (atomic.cmpxchg<i64>(pool, ticket, ticket - 1, TICKET) != ticket) continue;
    // Now the phase can't end before this chunk has, so its words stay.
    const chunks = load<i32>(pool, CHUNKS);
    run(c, load<i32>(pool, PHASE), chunks - left, thread);
    if (atomic.add<i32>(pool, 1, DONE) + 1 == chunks) atomic.notify(pool + DONE, 1);
  }
}

/** Does all chunks of a phase, as thread 0. */
export function perform(pool: usize, context: usize, phase: i32, chunks: i32): void {
  if (chunks == 0) return;
  store<i32>(pool, phase, PHASE);
  store<i32>(pool, chunks, CHUNKS);
  atomic.store<i32>(pool, 0, DONE);
  const number = <i64>load<u32>(pool, NUMBER) + 1;
  atomic.store<i64>(pool, number << 32 | <i64>chunks, TICKET);
  if (chunks > 1 && atomic.load<i32>(pool, HELPERS) > 0) atomic.notify(pool + NUMBER, chunks - 1);
  share(pool, changetype<Context>(context), 0);
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(pool, DONE) == chunks) return;
  }
  for (;;) {
    const done = atomic.load<i32>(pool, DONE);
    if (done == chunks) return;
    atomic.wait<i32>(pool + DONE, done, -1);
  }
}

/** Helps as thread `thread`, for as long as the thread lives. */
export function help(pool: usize, context: usize, thread: i32): void {
  atomic.add<i32>(pool, 1, HELPERS);
  for (;;) {
    const number = atomic.load<i32>(pool, NUMBER);
    share(pool, changetype<Context>(context), thread);
    for (let spin = 0; spin < SPINS; spin++) {
      if (atomic.load<i32>(pool, NUMBER) != number) break;
    }
    atomic.wait<i32>(pool + NUMBER, number, -1);
  }
}
