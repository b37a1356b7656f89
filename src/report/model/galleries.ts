/** Pictures that runs left, put side by side. @module */
import type { Gallery, PictureRef } from "./model.ts";
import { slug } from "../../base/text/escape.ts";
import type { Grouped } from "./groups.ts";

/** Pictures that runs are known to leave, in the order in which they are shown. */
const PICTURES: readonly { name: RegExp; id: string; title: string }[] = [
  { name: /^samples?\b/, id: "samples", title: "Samples" },
  { name: /^nearest\b/, id: "nearest", title: "Nearest training pictures" },
  // A sheet a condition, each of which is a kind of its own.
  { name: /^conditional-./, id: "conditional", title: "Samples by" },
  { name: /^reconstructions?\b/, id: "reconstructions", title: "Reconstructions" },
  { name: /^traversals?\b/, id: "traversals", title: "Traversals" },
  { name: /^interpolations?\b/, id: "interpolations", title: "Interpolations" },
  {
    name: /^prior-interpolations?\b/,
    id: "prior-interpolations",
    title: "Interpolations between draws of the prior",
  },
];

/** Galleries by kind of picture; a picture of no known kind stands in the last one. */
export function galleries({ groups, records }: Grouped): Gallery[] {
  const pictures = groups.flatMap((group) =>
    (records.get(group.id) ?? []).flatMap((record) =>
      record.artefacts.filter((a) => /\.(png|webp|jpe?g)$/i.test(a.file)).map((a) => ({
        group: group.id,
        picture: {
          run: record.id,
          file: a.file,
          sha256: a.sha256,
          name: a.name,
          label: group.label,
          seed: record.spec.seed,
          about: a.about,
          width: a.width ?? null,
          height: a.height ?? null,
        } satisfies PictureRef,
      }))
    )
  );
  const known = (name: string) => PICTURES.some((kind) => kind.name.test(name));
  const gallery = (
    { id, title }: { id: string; title: string },
    wanted: (name: string) => boolean,
  ): Gallery[] => {
    const rows = groups.flatMap((group) => {
      const own = pictures.filter((p) => p.group === group.id && wanted(p.picture.name));
      return own.length > 0 ? [{ group: group.id, pictures: own.map((p) => p.picture) }] : [];
    });
    return rows.length > 0 ? [{ id, title, caption: rows[0].pictures[0].about, rows }] : [];
  };
  return [
    ...PICTURES.flatMap((kind) => {
      if (kind.id !== "conditional") return gallery(kind, (name) => kind.name.test(name));
      const names = [...new Set(pictures.map((p) => p.picture.name))].filter((name) =>
        kind.name.test(name)
      );
      return names.flatMap((name) => {
        const factor = name.slice("conditional-".length);
        return gallery({ id: slug(name), title: `${kind.title} ${factor}` }, (n) => n === name);
      });
    }),
    ...gallery(
      { id: "other-pictures", title: "Other pictures" },
      (name) => !known(name),
    ),
  ];
}
