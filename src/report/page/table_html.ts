/** Tables over groups in HTML. @module */
import type { Cell, Column, Group, Table } from "../model/model.ts";
import { formatNumber, Html, type HtmlValue, markup, words } from "../../base/text/mod.ts";
import { formatEstimate } from "../model/tables/estimate.ts";
import { styleOf } from "../draw/palette.ts";
import { shownRows } from "../model/tables/tables.ts";

/** Groups of a model by id. */
export type GroupsById = ReadonlyMap<string, Group>;

/** Outlines of the shapes that charts draw, in a box of 12. */
const SHAPES: { readonly [shape: string]: string } = {
  "circle": "M6 1a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
  "square": "M1.5 1.5h9v9h-9z",
  "triangle-up": "M6 1l5.5 10H.5z",
  "diamond": "M6 .5L11 6L6 11.500L1 6z",
  "triangle-down": "M6 11L.5 1h11z",
  "cross": "M4 1h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
  "triangle-right": "M1 .5L11 6L1 11.500z",
  "triangle-left": "M11 .5L1 6L11 11.500z",
};

/** The mark that stands for a row in charts. */
export function swatch(index: number): Html {
  const { colour, shape } = styleOf(index);
  const paint = index < 0
    ? `fill="none" stroke="currentColor" stroke-width="1.5"`
    : `fill="${colour}"`;
  return new Html(
    `<svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><path d="${
      SHAPES[shape]
    }" ${paint}/></svg>`,
  );
}

/** A table with caption, units in headings, control rows last. */
export function tableHtml(table: Table, groups: GroupsById): Html {
  if (table.columns.length === 0) {
    return markup`<p>No metric has a value yet; see what was not measured.</p>`;
  }
  const rows = shownRows(table, groups);
  const firstControl = rows.findIndex(({ control }) => control);
  return markup`
    <div class="scroll" role="region" tabindex="0" aria-label="${table.title}">
      <table style="--columns:${table.columns.length}">
        <caption><span>${table.caption}</span></caption>
        <thead>
          <tr><th scope="col"><span class="hidden">row</span></th>${table.columns.map(heading)}</tr>
        </thead>
        <tbody>${
    rows.map(({ label: text, index, control, note, mark, cells }, i) => {
      const kind = [control && "control", i === firstControl && "first-control"];
      const label = markup`${swatch(index)}${text}${
        note ? markup` <span class="state unsure">${note}</span>` : null
      }${mark ? markup` <span class="state bad">${mark}</span>` : null}`;
      return markup`
            <tr class="${kind.filter(Boolean).join(" ")}"><th scope="row">${label}</th>${
        cells.map((cell) => cellHtml(cell, note !== ""))
      }</tr>
          `;
    })
  }</tbody>
      </table>
    </div>
  `;
}

/** A metric's name with places where it may break: after hyphens and brackets, before @. */
export function breakable(name: string): Html {
  return markup`${
    name.split(/(?<=[-/(])|(?=@)/).map((part, i) =>
      markup`${i > 0 ? new Html("<wbr>") : null}${part}`
    )
  }`;
}

const WAYS = { lower: "↓", higher: "↑" } as const;

function heading(column: Column): Html {
  const { direction, unit, derived } = column;
  const way = direction === "none"
    ? null
    : markup` <span aria-hidden="true">${
      WAYS[direction]
    }</span><span class="hidden"> ${direction} is better</span>`;
  const title = derived ? markup` title="${derived}"` : null;
  const name = breakable(column.heading);
  return markup`<th scope="col"${title}>${name}${
    withIt(column)
  }<span class="unit">${unit}${way}</span></th>`;
}

/** What is read with a value, or with all of a column: its label, and the numbers beside it. */
function withIt({ label, beside = {} }: Pick<Column, "label" | "beside">): Html {
  const numbers = Object.entries(beside).map(([name, x]) =>
    markup`<span class="beside">${words(name)} ${formatNumber(x, 2)}</span>`
  );
  return markup`${label ? markup`<span class="beside">${label}</span>` : null}${
    numbers.length <= BESIDE
      ? numbers
      : markup`<details class="beside"><summary>${numbers.length} beside</summary>${numbers}</details>`
  }`;
}

const BOUNDS = { lower: ["≥", "at least"], upper: ["≤", "at most"] } as const;

/** Numbers beside a value that are shown at once; more are folded away. */
const BESIDE = 4;

function cellHtml(cell: Cell, troubled: boolean): Html {
  if (cell.kind !== "value") {
    const [sign, words] = cell.kind === "not-defined"
      ? ["–", "not defined"]
      : ["n/m", "not measured"];
    return markup`<td><abbr title="${words}: ${cell.reason}">${sign}</abbr></td>`;
  }
  const { value, spread } = formatEstimate(cell.estimate);
  const bound = cell.bound
    ? markup`<span aria-hidden="true">${BOUNDS[cell.bound][0]} </span><span class="hidden">${
      BOUNDS[cell.bound][1]
    } </span>`
    : null;
  const number = cell.rank ? markup`<strong>${value}</strong>` : markup`${value}`;
  const rank = cell.rank === "tied"
    ? markup`<span aria-hidden="true"> =</span><span class="hidden"> not distinguishable from the best</span>`
    : cell.rank === "best"
    ? markup`<span class="hidden"> best</span>`
    : null;
  const seeds = `${cell.seeds.length === 1 ? "seed" : "seeds"} ${
    cell.seeds.map(({ seed, value }) => `${seed}: ${formatNumber(value, 5)}`).join(", ")
  }${cell.note ? `; ${cell.note}` : ""}`;
  return markup`<td title="${seeds}">${bound}${number}${
    spread
      ? markup`
        <span class="spread">${spread}</span>
      `
      : null
  }${rank}${
    cell.note && !troubled
      ? markup`<span class="beside">${cell.seeds.length} of the seeds</span>`
      : null
  }${withIt(cell)}</td>`;
}

/** A number, or a dash that is read out. */
export function numberOr(value: number | null, digits = 4): HtmlValue {
  return value === null
    ? markup`<span aria-hidden="true">–</span><span class="hidden">none</span>`
    : formatNumber(value, digits);
}
