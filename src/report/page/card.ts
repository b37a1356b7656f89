/** A run's provenance card in HTML. @module */
import type { Card } from "../model/model.ts";
import { type Html, markup } from "../../base/text/mod.ts";

const TONES: { readonly [state in Card["state"]]: string } = {
  done: "good",
  failed: "bad",
  diverged: "bad",
  unreliable: "unsure",
  running: "unsure",
  planned: "neutral",
};

/** One card, closed at first. */
export function cardHtml(card: Card): Html {
  return markup`
    <details id="run-${card.run}"><summary>${card.label}, seed ${card.seed} · <span
    class="state ${TONES[card.state]}">${card.state}</span> · <code>${card.run}</code></summary>
    ${card.cause ? markup`<p>${card.cause}</p>` : null}
    <div class="card">${
    card.sections.map(({ title, entries }) =>
      markup`
        <div>
          <h3>${title}</h3>
          <dl>${
        entries.map(([name, value]) =>
          markup`
              <div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>
            `
        )
      }</dl>
        </div>
      `
    )
  }</div></details>
  `;
}
