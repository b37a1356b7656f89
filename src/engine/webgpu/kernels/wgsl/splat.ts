/**
 * Gaussian splats in WGSL: projection, one stage of a sort by depth, and compositing. The constants are those
 * of src/kernels; a pixel goes over all splats by their depth, so there are no lists that could be too short.
 * @module
 */

/** Numbers of a splat before a camera: x, y, conic xx, xy, yy, opacity, red, green, blue, depth, half extents. */
export const SEEN = 12;

/** Harmonics of degrees 0 to 3 with the signs of Kerbl et al. 2023: Sloan 2013, appendix. */
const HARMONICS = `
fn harmonic(k : i32, d : vec3<f32>) -> f32 {
  let xx = d.x * d.x; let yy = d.y * d.y; let zz = d.z * d.z;
  switch k {
    case 0 { return 0.28209479177387814; }
    case 1 { return -0.4886025119029199 * d.y; }
    case 2 { return 0.4886025119029199 * d.z; }
    case 3 { return -0.4886025119029199 * d.x; }
    case 4 { return 1.0925484305920792 * d.x * d.y; }
    case 5 { return -1.0925484305920792 * d.y * d.z; }
    case 6 { return 0.31539156525252005 * (3.0 * zz - 1.0); }
    case 7 { return -1.0925484305920792 * d.x * d.z; }
    case 8 { return 0.5462742152960396 * (xx - yy); }
    case 9 { return -0.5900435899266435 * d.y * (3.0 * xx - yy); }
    case 10 { return 2.890611442640554 * d.x * d.y * d.z; }
    case 11 { return -0.4570457994644658 * d.y * (5.0 * zz - 1.0); }
    case 12 { return 0.3731763325901154 * d.z * (5.0 * zz - 3.0); }
    case 13 { return -0.4570457994644658 * d.x * (5.0 * zz - 1.0); }
    case 14 { return 1.445305721320277 * d.z * (xx - yy); }
    default { return -0.5900435899266435 * d.x * (xx - 3.0 * yy); }
  }
}
`;

/**
 * A thread a splat and view. Σ' = J W Σ Wᵀ Jᵀ + 0.3, its projection linearised no further out than 0.15 of the
 * picture beyond its edges. What isn't seen has an extent below 0.
 */
export const PROJECT = `${HARMONICS}
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let n = uniforms.count;
  let i = index % n;
  let c = 16 * (index / n);
  let to = ${SEEN} * index;
  result[to + 10] = -1.0;
  let d = vec3<f32>(p[i] - cameras[c + 3], p[n + i] - cameras[c + 7], p[2 * n + i] - cameras[c + 11]);
  let right = vec3<f32>(cameras[c], cameras[c + 4], cameras[c + 8]);
  let down = vec3<f32>(cameras[c + 1], cameras[c + 5], cameras[c + 9]);
  let ahead = vec3<f32>(cameras[c + 2], cameras[c + 6], cameras[c + 10]);
  let at = vec3<f32>(dot(right, d), dot(down, d), dot(ahead, d));
  result[to + 9] = at.z;
  if (!(at.z > uniforms.near)) { return; }
  let f = vec2<f32>(cameras[c + 12], cameras[c + 13]);
  let centre = vec2<f32>(cameras[c + 14], cameras[c + 15]);
  let size = vec2<f32>(uniforms.width, uniforms.height);
  let beyond = 0.15 * size / f;
  let held = clamp(at.xy / at.z, -centre / f - beyond, (size - centre) / f + beyond);
  let across = f.x / at.z * (right - held.x * ahead);
  let along = f.y / at.z * (down - held.y * ahead);
  let q = normalize(vec4<f32>(p[6 * n + i], p[7 * n + i], p[8 * n + i], p[9 * n + i]));
  let w = q.x; let x = q.y; let y = q.z; let z = q.w;
  let one = exp(p[3 * n + i]) *
    vec3<f32>(1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y));
  let two = exp(p[4 * n + i]) *
    vec3<f32>(2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x));
  let three = exp(p[5 * n + i]) *
    vec3<f32>(2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y));
  let a = vec3<f32>(dot(across, one), dot(across, two), dot(across, three));
  let b = vec3<f32>(dot(along, one), dot(along, two), dot(along, three));
  let xx = dot(a, a); let xy = dot(a, b); let yy = dot(b, b);
  if (!(xx < 1.152921504606847e18 && yy < 1.152921504606847e18)) { return; }
  // |a × b|² is the determinant before the blur, without what a difference of products loses.
  let area = cross(a, b);
  let before = dot(area, area);
  let after = before + 0.3 * (xx + yy) + 0.09;
  var opacity = 1.0 / (1.0 + exp(-p[10 * n + i]));
  if (uniforms.antialiased == 1) { opacity *= sqrt(before / after); }
  let drop = 2.0 * log(255.0 * opacity);
  if (!(drop > 0.0)) { return; }
  let way = normalize(d);
  var colour = vec3<f32>(0.5);
  for (var k = 0; k < uniforms.terms; k++) {
    let row = (11 + 3 * k) * n + i;
    colour += harmonic(k, way) * vec3<f32>(p[row], p[row + n], p[row + 2 * n]);
  }
  colour = max(colour, vec3<f32>(0.0));
  result[to] = f.x * at.x / at.z + centre.x;
  result[to + 1] = f.y * at.y / at.z + centre.y;
  result[to + 2] = (yy + 0.3) / after;
  result[to + 3] = -xy / after;
  result[to + 4] = (xx + 0.3) / after;
  result[to + 5] = opacity;
  result[to + 6] = colour.x;
  result[to + 7] = colour.y;
  result[to + 8] = colour.z;
  result[to + 10] = sqrt(drop * (xx + 0.3)) + 1e-3;
  result[to + 11] = sqrt(drop * (yy + 0.3)) + 1e-3;
}
`;

/** A thread a place of the order: the bits of the depth, which rise with it, and the splat's number. */
export const KEYS = `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let i = index % uniforms.places;
  let start = ${SEEN} * (index / uniforms.places * uniforms.count + i);
  var key = 0x7f800000;
  if (i < uniforms.count) {
    if (seen[start + 10] > 0.0) { key = bitcast<i32>(seen[start + 9]); }
  }
  result[2 * index] = key;
  result[2 * index + 1] = i;
}
`;

/** One stage of Batcher's bitonic sort, by depth and then by number: a thread a place. */
export const STAGE = `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let other = index ^ uniforms.apart;
  let own = vec2<i32>(keys[2 * index], keys[2 * index + 1]);
  let their = vec2<i32>(keys[2 * other], keys[2 * other + 1]);
  let later = own.x > their.x || (own.x == their.x && own.y > their.y);
  let rising = ((index % uniforms.places) & uniforms.run) == 0;
  let takes = later == (rising == (index < other));
  let kept = select(own, their, takes);
  result[2 * index] = kept.x;
  result[2 * index + 1] = kept.y;
}
`;

/** A thread a pixel, front to back: red, green, blue, alpha, depth. */
export const COMPOSITE = `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  let view = index / uniforms.pixels;
  let pixel = index % uniforms.pixels;
  let at = vec2<f32>(f32(pixel % uniforms.width) + 0.5, f32(pixel / uniforms.width) + 0.5);
  var colour = vec3<f32>(0.0);
  var away = 0.0;
  var left = 1.0;
  for (var place = 0; place < uniforms.places; place++) {
    let entry = 2 * (view * uniforms.places + place);
    if (order[entry] == 0x7f800000) { break; }
    let s = ${SEEN} * (view * uniforms.count + order[entry + 1]);
    let d = at - vec2<f32>(seen[s], seen[s + 1]);
    if (abs(d.x) > seen[s + 10] || abs(d.y) > seen[s + 11]) { continue; }
    let power = -0.5 * (seen[s + 2] * d.x * d.x + seen[s + 4] * d.y * d.y) - seen[s + 3] * d.x * d.y;
    let alpha = min(0.999, seen[s + 5] * exp(power));
    if (alpha < 0.00392156862745098) { continue; }
    let weight = left * alpha;
    let rest = left - weight;
    if (rest <= 1e-4) { break; }
    colour += weight * vec3<f32>(seen[s + 6], seen[s + 7], seen[s + 8]);
    away += weight * seen[s + 9];
    left = rest;
  }
  let behind = vec3<f32>(uniforms.red, uniforms.green, uniforms.blue);
  let to = 5 * index;
  colour += left * behind;
  result[to] = colour.x;
  result[to + 1] = colour.y;
  result[to + 2] = colour.z;
  result[to + 3] = 1.0 - left;
  result[to + 4] = 0.0;
  if (left < 1.0) { result[to + 4] = away / (1.0 - left); }
}
`;

/** Some of the five numbers of each pixel. */
export const PICK = `
fn main(index : i32) {
  if (index >= uniforms.total) { return; }
  result[index] = whole[5 * (index / uniforms.taken) + uniforms.first + index % uniforms.taken];
}
`;
