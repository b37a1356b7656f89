/**
 * What a run leaves to look at: made by the shower of its kind of sample, written, and noted.
 * @module
 */
import type { ShowParts } from "./shower.ts";
import { sha256 } from "../base/digest/mod.ts";
import { kindOf } from "../kinds/mod.ts";
import type { Artefact } from "../record/mod.ts";
import { showers } from "./table.ts";

/** Makes, writes and lists what is shown of a run; nothing where its kind has no shower. */
export async function show(parts: ShowParts): Promise<Artefact[]> {
  const { kind } = parts.dataset.sample, { shower } = kindOf(parts.dataset.sample);
  if (shower === undefined) return [];
  const artefacts: Artefact[] = [];
  const load = Object.hasOwn(showers, shower) ? showers[shower] : undefined;
  if (load === undefined) {
    throw new RangeError(
      `nothing shows samples as \`${shower}\`; there are ${Object.keys(showers).join(", ")}`,
    );
  }
  const make = await load();
  await make(parts, async ({ name, file, bytes, about, shows, ...rest }) => {
    await parts.write(file, bytes);
    artefacts.push({
      name,
      file,
      sha256: await sha256(bytes),
      about,
      ...(shows === undefined ? {} : { shows: { ...shows, kind } }),
      ...rest,
    });
  });
  return artefacts;
}
