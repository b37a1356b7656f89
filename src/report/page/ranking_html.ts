/** The ranking's tables in HTML. @module */
import type { Ranking } from "../model/model.ts";
import { type Html, markup } from "../../base/text/mod.ts";
import { CHANCES, rankingNote, rankingSheets, type Sheet } from "../ranking_sheets.ts";
import { breakable, type GroupsById, swatch } from "./table_html.ts";

/** Places, aggregates and, folded away, the chances of every pair. */
export function rankingHtml(
  ranking: Ranking,
  { groups, charts }: { groups: GroupsById; charts: Html },
): Html {
  const sheets = rankingSheets(ranking, groups);
  return markup`<p class="quiet">${rankingNote(ranking)}</p>${
    sheets.filter(({ folded }) => !folded).map((sheet, place) =>
      markup`${place > 0 ? markup`<h3>${sheet.title}</h3>` : null}${sheetHtml(sheet)}`
    )
  }${charts}<h3>Chances for every pair</h3><p class="quiet">${CHANCES}</p>${
    sheets.filter(({ folded }) => folded).map((sheet) =>
      markup`<details><summary>${breakable(sheet.title)}</summary>${sheetHtml(sheet)}</details>`
    )
  }`;
}

function sheetHtml({ title, caption, head, rows }: Sheet): Html {
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="${title}">
      <table class="ranking" style="--columns:${Math.max(3, head.length)}">
        <caption><span>${caption}</span></caption>
        <thead>
          <tr><th scope="col"><span class="hidden">row</span></th>${
    head.map((heading) => markup`<th scope="col">${breakable(heading)}</th>`)
  }</tr>
        </thead>
        <tbody>${
    rows.map(({ label, index, cells }) =>
      markup`
            <tr><th scope="row">${index === null ? null : swatch(index)}${
        index === null ? breakable(label) : label
      }</th>${cells.map(cellHtml)}</tr>
          `
    )
  }</tbody>
      </table>
    </div>
  `;
}

/** What stands in brackets is quieter. */
function cellHtml(text: string): Html {
  if (text === "") return markup`<td aria-label="itself"></td>`;
  const at = text.indexOf(" (");
  if (at < 0) return markup`<td>${text}</td>`;
  return markup`<td>${text.slice(0, at)} <span class="spread">${text.slice(at + 1)}</span></td>`;
}
