/**
 * Pictures as others hold them, pixel by pixel, and as passes hold them: a plane a channel, lines of
 * `pitch` floats. Each call is of a chunk of lines.
 */
import { Context, LINES } from "./context";

/** Floats of planes from `from` to pixels at `to`: three channels. */
function interleave(c: Context, chunk: i32, from: usize): void {
  const plane = <usize>c.plane << 2, end = min((chunk + 1) * LINES, c.height);
  for (let y = chunk * LINES; y < end; y++) {
    let at = from + (<usize>(y * c.pitch) << 2), to = c.packed + <usize>(12 * y * c.width);
    for (let x = 0; x < c.width; x++) {
      store<f32>(to, load<f32>(at));
      store<f32>(to, load<f32>(at + plane), 4);
      store<f32>(to, load<f32>(at + 2 * plane), 8);
      at += 4;
      to += 12;
    }
  }
}

/** The picture, pixel by pixel, to `packed`. */
export function packPicture(c: Context, chunk: i32): void {
  interleave(c, chunk, c.picture);
}

/** A gradient from `packed`; what is outside of the picture is 0. */
export function unpackGradient(c: Context, chunk: i32): void {
  const plane = <usize>c.plane << 2, end = min((chunk + 1) * LINES, c.height);
  for (let y = chunk * LINES; y < end; y++) {
    let to = c.gradient + (<usize>(y * c.pitch) << 2), at = c.packed + <usize>(12 * y * c.width);
    for (let x = 0; x < c.pitch; x++) {
      const inside = x < c.width;
      store<f32>(to, inside ? load<f32>(at) : 0);
      store<f32>(to + plane, inside ? load<f32>(at, 4) : 0);
      store<f32>(to + 2 * plane, inside ? load<f32>(at, 8) : 0);
      at += 12;
      to += 4;
    }
  }
}

/** The picture that is wanted, from bytes in `packed` to k/255; outside of the picture 0. */
export function unpackWanted(c: Context, chunk: i32): void {
  const plane = <usize>c.plane << 2, end = min((chunk + 1) * LINES, c.height);
  for (let y = chunk * LINES; y < end; y++) {
    let to = c.wanted + (<usize>(y * c.pitch) << 2), at = c.packed + <usize>(3 * y * c.width);
    for (let x = 0; x < c.pitch; x++) {
      const inside = x < c.width;
      store<f32>(to, inside ? <f32>load<u8>(at) / 255 : 0);
      store<f32>(to + plane, inside ? <f32>load<u8>(at, 1) / 255 : 0);
      store<f32>(to + 2 * plane, inside ? <f32>load<u8>(at, 2) / 255 : 0);
      at += 3;
      to += 4;
    }
  }
}
