/** The ranking's tables in HTML. @module */
import type { Ranking, Wins } from "../model/model.ts";
import { type Html, markup } from "../../base/text/mod.ts";
import { CHANCES, rankingNote, rankingSheets, type Sheet } from "../ranking_sheets.ts";
import { winSheets } from "../win_sheets.ts";
import { breakable, type GroupsById, swatch } from "./table_html.ts";

/** A heading of a level. */
export function heading(level: 3 | 4, text: string, id?: string): Html {
  const at = id === undefined ? null : markup` id="${id}"`;
  return level === 3 ? markup`<h3${at}>${text}</h3>` : markup`<h4${at}>${text}</h4>`;
}

/** Places, aggregates and, folded away, the chances of every pair. */
export function rankingHtml(
  ranking: Ranking,
  { groups, charts, level }: { groups: GroupsById; charts: Html; level: 3 | 4 },
): Html {
  const sheets = rankingSheets(ranking, groups);
  return markup`<p class="quiet">${rankingNote(ranking)}</p>${
    sheets.filter(({ folded }) => !folded).map((sheet, place) =>
      markup`${place > 0 ? heading(level, sheet.title) : null}${sheetHtml(sheet)}`
    )
  }${charts}${heading(level, "Chances for every pair")}<p class="quiet">${CHANCES}</p>${
    sheets.filter(({ folded }) => folded).map((sheet) =>
      markup`<details><summary>${breakable(sheet.title)}</summary>${sheetHtml(sheet)}</details>`
    )
  }`;
}

/** Win rates, a table a column. */
export function winsHtml(wins: readonly Wins[], groups: GroupsById): Html {
  return markup`${winSheets(wins, groups).map(sheetHtml)}`;
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
