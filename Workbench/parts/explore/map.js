import { get } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { PointField } from "./point-field.js";

/** The found items as points: those near each other are alike.
 * @param {string} dataset
 * @param {string} query
 * @param {Set<number>} selected numbers of items
 * @param {{ open: (number: number) => void, selected: () => void }} told
 * @returns {Promise<{ element: any, count: number | null, draw: () => void }>} with how many items are found; null without a map */
export async function mapPanel(dataset, query, selected, told) {
  /** @type {{ points: Array<[number, number, number]>, count: number }} */
  let found;
  try {
    found = await get(`/api/datasets/${dataset}/map?query=${encodeURIComponent(query)}`);
  } catch (error) {
    if (/** @type {any} */ (error).status !== 422) throw error;
    const element = h("div.card.stack", {}, h("h2", {}, say("No embeddings yet")), h("p.muted", {}, say("Send a model's embeddings with `assay dataset vectors`; then similar items are found, and all of them seen as a map.")));
    return { element, count: null, draw: () => {} };
  }
  const { points, count } = found;
  const field = new PointField(points, say("{n} items", { n: points.length }), selected, told);
  const way = (/** @type {boolean} */ selects, /** @type {string} */ name) => h("label.check.chip-check", {},
    h("input", { type: "radio", name: "map-drag", checked: field.isSelecting === selects, onchange: () => { field.isSelecting = selects; } }), h("span", {}, name));
  const element = h("div.explore-map", {}, field.element, h("div.spread", {},
    h("p.muted", {}, say("Each point is an item; those near each other are alike. The wheel zooms, a click opens; with Shift a line drawn round some selects them."),
      points.length < count ? ` ${say("{n} of {all} items are points here.", { n: points.length.toLocaleString(language), all: count.toLocaleString(language) })}` : ""),
    h("div.row", {}, h("div.row.tight", { role: "radiogroup", "aria-label": say("What a drag does") }, way(false, say("Move")), way(true, say("Select"))),
      h("button.button", { onclick: () => field.showAll() }, say("Show all")))));
  return { element, count, draw: () => field.draw() };
}
