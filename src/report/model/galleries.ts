/** Pictures that runs left, put side by side. @module */
import { slug } from "../../base/text/mod.ts";
import { SHOWN, shownBy, type Shows } from "../../record/mod.ts";
import type { Grouped } from "./groups.ts";
import type { Gallery, PictureRef } from "./model.ts";

/** Id and title of a gallery, by what its pictures show. */
const GALLERIES: Readonly<Record<Shows["what"], { readonly id: string; readonly title: string }>> =
  {
    samples: { id: "samples", title: "Samples" },
    nearest: { id: "nearest", title: "Nearest training pictures" },
    conditional: { id: "conditional", title: "Samples by" },
    reconstructions: { id: "reconstructions", title: "Reconstructions" },
    traversal: { id: "traversals", title: "Traversals" },
    interpolation: { id: "interpolations", title: "Interpolations" },
    "prior-interpolation": {
      id: "prior-interpolations",
      title: "Interpolations between draws of the prior",
    },
    other: { id: "other-pictures", title: "Other pictures" },
  };

interface Shown {
  readonly group: string;
  readonly shows: Shows;
  readonly picture: PictureRef;
}

/** Galleries by what pictures show, samples by a condition in one a factor. */
export function galleries({ groups, records }: Grouped): Gallery[] {
  const pictures = groups.flatMap((group) =>
    (records.get(group.id) ?? []).flatMap((record) =>
      record.artefacts.flatMap((artefact): Shown[] => {
        const shows = shownBy(artefact);
        if (shows === null) return [];
        const { file, sha256, name, about, width = null, height = null } = artefact;
        const own = { run: record.id, file, sha256, name, label: group.label };
        const picture = { ...own, seed: record.spec.seed, about, width, height };
        return [{ group: group.id, shows, picture }];
      })
    )
  );
  const ordered = [...SHOWN, "other" as const];
  return ordered.flatMap((what) => {
    const own = pictures.filter(({ shows }) => shows.what === what);
    return [...new Set(own.map(({ shows }) => shows.of))].flatMap((of) => {
      const shown = own.filter(({ shows }) => shows.of === of);
      const rows = groups.flatMap((group) => {
        const found = shown.filter((one) => one.group === group.id);
        return found.length > 0
          ? [{ group: group.id, pictures: found.map(({ picture }) => picture) }]
          : [];
      });
      const { id, title } = GALLERIES[what];
      const [named, titled] = of === undefined
        ? [id, title]
        : [slug(`${id}-${of}`), `${title} ${of}`];
      return [{ id: named, title: titled, caption: rows[0].pictures[0].about, rows }];
    });
  });
}
