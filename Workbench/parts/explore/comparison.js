import { get } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { quoted } from "./query-box.js";
import { classColor } from "./item-picture.js";
import { share, sliceScores } from "./slice-scores.js";

/** Predictions beside the ground truth: precision, slices, confusion, and the items with most errors.
 * @param {{ dataset: string, query: string, sets: any[], mayChange: boolean, open: (number: number) => void,
 *   refine: (term: string) => void, changed: () => any }} page `changed` is called once a slice is taken away */
export async function comparisonPanel({ dataset, query, sets, mayChange, open, refine, changed }) {
  const others = sets.filter((set) => set.name !== "truth");
  if (!others.length) {
    return h("div.card.stack", {}, h("h2", {}, say("No predictions yet")), h("p.muted", {}, say("Add a model's predictions with `assay dataset add --set NAME`, or send items to labelling.")));
  }
  const body = h("div.stack");
  const choice = h("select.input", { onchange: () => load() }, others.map((set) => h("option", { value: set.name, dir: "auto" }, set.name)));
  const by = h("select.input", { onchange: () => load() }, h("option", { value: "boxes" }, say("by boxes")), h("option", { value: "masks" }, say("by masks")), h("option", { value: "keypoints" }, say("by keypoints")));
  const load = async () => {
    const set = choice.value;
    body.setAttribute("aria-busy", "true");
    try {
      const asked = `set=${encodeURIComponent(set)}&query=${encodeURIComponent(query)}&by=${by.value}`;
      const found = await get(`/api/datasets/${dataset}/comparison?${asked}`);
      const slices = await sliceScores(dataset, asked, found.confusion.classes, mayChange, refine, changed);
      fill(body, report(found, set, slices, open, refine));
    } finally {
      body.removeAttribute("aria-busy");
    }
  };
  await load();
  return h("div.explore-scroll.stack", { tabindex: 0, role: "region", "aria-label": say("Comparison") },
    h("div.row", {}, h("label.row.tight", {}, h("span", {}, say("Predictions")), choice), h("label.row.tight", {}, h("span", {}, say("Laid over each other")), by)), body);
}

/** @param {any} found
 * @param {string} set
 * @param {Element} slices
 * @param {(number: number) => void} open
 * @param {(term: string) => void} refine */
function report(found, set, slices, open, refine) {
  const tiles = [["AP", found.summary.AP], ["AP50", found.summary.AP50], ["AP75", found.summary.AP75], ["AR 100", found.summary.AR_100]];
  return [
    h("div.tiles", {}, tiles.map(([name, value]) => h("div.card.tile", {}, h("h2.small", { lang: "en" }, name), h("p.big.number", {}, share(value))))),
    h("section.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": say("Classes") }, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", {}, say("Class")), [say("Labelled"), "AP", "AP50", say("Precision"), say("Recall")].map((name) => h("th.end", {}, name)))),
      h("tbody", {}, found.classes.map((/** @type {any} */ row) => h("tr", {}, h("td", { dir: "auto" }, row.name), h("td.end.number", {}, row.labelled.toLocaleString(language)),
        [row.ap, row.ap50, row.precision, row.recall].map((value) => h("td.end.number", {}, share(value)))))))),
    slices,
    h("div.charts", {}, h("section.card.stack.tight", {}, h("h2", {}, say("Precision over recall at an overlap of 0.5")), curves(found.classes)), confusion(found.confusion)),
    h("section.stack.tight", {}, h("div.spread", {}, h("h2", {}, say("Items with the most errors")), h("button.button", { onclick: () => refine(`(${quoted(set)}.wrong > 0 or ${quoted(set)}.missed > 0)`) }, say("Show them"))),
      found.worst.length ? h("div.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": say("Items with the most errors") }, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", {}, say("Item")), [say("Found"), say("Wrong"), say("Missed")].map((name) => h("th.end", {}, name)))),
        h("tbody", {}, found.worst.map((/** @type {any} */ one) => h("tr", {}, h("td", {}, h("button.button.quiet", { dir: "auto", onclick: () => open(one.place) }, one.name)), [one.found, one.wrong, one.missed].map((value) => h("td.end.number", {}, String(value)))))))) : h("p.muted", {}, say("Nothing is found."))),
  ];
}

/** @param {any[]} classes */
function curves(classes) {
  const space = "http://www.w3.org/2000/svg";
  const make = (/** @type {string} */ name, /** @type {Record<string, string>} */ properties) => {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
    return element;
  };
  const svg = make("svg", { viewBox: "0 0 220 140", class: "curves", direction: "ltr", role: "img", "aria-label": say("Precision over recall at an overlap of 0.5") });
  for (const value of [0, 0.5, 1]) {
    svg.append(make("line", { x1: "18", x2: "212", y1: String(120 - 110 * value), y2: String(120 - 110 * value), class: "axis" }), make("line", { y1: "10", y2: "120", x1: String(18 + 194 * value), x2: String(18 + 194 * value), class: "axis" }));
    const label = make("text", { x: "14", y: String(123 - 110 * value), class: "tick", "text-anchor": "end" }), below = make("text", { x: String(18 + 194 * value), y: "132", class: "tick", "text-anchor": "middle" });
    label.textContent = below.textContent = String(value);
    svg.append(label, below);
  }
  const shown = classes.filter((row) => row.curve.length).slice(0, 12);
  for (const row of shown) {
    const line = make("polyline", { points: row.curve.map((/** @type {number} */ value, /** @type {number} */ place) => `${18 + (194 * place) / (row.curve.length - 1)},${120 - 110 * value}`).join(" "), class: "curve" });
    line.style.stroke = classColor(row.name);
    svg.append(line);
  }
  return h("figure.chart", {}, svg, h("figcaption.row.tight", {}, shown.map((row) => { const swatch = h("span.swatch", { "aria-hidden": "true" }); swatch.style.background = classColor(row.name); return h("span.row.tight", { dir: "auto" }, swatch, row.name); })));
}

/** Rows and columns of a table that is still looked at. */
const mostClasses = 40;

/** Labels by row, what was predicted by column.
 * @param {{ classes: string[], rows: number[][] }} found */
function confusion({ classes, rows }) {
  const met = [...rows.keys()].filter((place) => rows[place].some((count) => count) || rows.some((row) => row[place]));
  if (!met.length) return null;
  const wrong = (/** @type {number} */ place) => rows.reduce((sum, row, other) => sum + (other === place ? 0 : row[place] + rows[place][other]), 0);
  const used = met.length > mostClasses ? [...met].sort((a, b) => wrong(b) - wrong(a)).slice(0, mostClasses).sort((a, b) => a - b) : met;
  const name = (/** @type {number} */ place) => (place < classes.length ? classes[place] : say("none"));
  return h("section.card.stack.tight", {}, h("h2", {}, say("What is confused with what")),
    used.length < met.length ? h("p.muted.small", {}, say("The {count} classes with the most errors", { count: String(mostClasses) })) : null, h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("What is confused with what") },
    h("table.confusion", {}, h("thead", {}, h("tr", {}, h("td", {}, say("Labelled / predicted")), used.map((place) => h("th", { scope: "col", dir: "auto", title: name(place) }, name(place))))),
      h("tbody", {}, used.map((row) => {
        const whole = Math.max(1, rows[row].reduce((sum, count) => sum + count, 0));
        return h("tr", {}, h("th", { scope: "row", dir: "auto", title: name(row) }, name(row)), used.map((column) => {
          const cell = h("td.number", {}, rows[row][column] ? rows[row][column].toLocaleString(language) : "");
          cell.style.setProperty("--share", `${(70 * rows[row][column]) / whole}%`);
          return cell;
        }));
      })))));
}
