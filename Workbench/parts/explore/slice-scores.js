import { get, send } from "../../core/api.js";
import { h, icon, iconButton } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { dialog } from "../dialog.js";
import { attempt, form } from "../section.js";
import { quoted } from "./query-box.js";

/** What is measured of everything, and of one class. */
const measures = ["AP", "AP50", "AP75", "AP_small", "AP_medium", "AP_large", "AR_1", "AR_10", "AR_100"];
const classMeasures = ["AP", "AP50", "precision", "recall"];

export const share = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? "–" : value.toLocaleString(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 }));

/** Predictions over each slice by itself; a slice that requires something is a scenario's test.
 * @param {string} dataset
 * @param {string} asked what is compared, as the address says it
 * @param {string[]} classes
 * @param {boolean} mayChange
 * @param {(term: string) => void} refine
 * @param {() => any} changed called once a slice is taken away */
export async function sliceScores(dataset, asked, classes, mayChange, refine, changed) {
  const body = h("section.stack.tight", {});
  const load = async () => {
    const { items: rows } = await get(`/api/datasets/${dataset}/comparison/slices?${asked}`);
    body.replaceChildren(h("h2", {}, say("Slice by slice")), rows.length ? table(rows) : h("p.muted", {}, say("Save a query as a slice to see it measured by itself, and say what predictions must reach there.")));
  };
  const table = (/** @type {any[]} */ rows) => h("div.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": say("Slice by slice") }, h("table.table", {},
    h("thead", {}, h("tr", {}, h("th", {}, say("Slice")), h("th.end", {}, say("Items")), ["AP", "AP50", "AP75"].map((name) => h("th.end", { lang: "en" }, name)), h("th", {}, say("Must reach")), mayChange ? h("th", {}, h("span.visually-hidden", {}, say("Actions"))) : null)),
    h("tbody", {}, rows.map((row) => h("tr", {},
      h("td", {}, h("button.button.quiet", { dir: "auto", onclick: () => refine(`slice = ${quoted(row.name)}`) }, row.name), row.problem ? h("p.error-text.small", { lang: "en" }, row.problem) : null),
      h("td.end.number", {}, row.items.toLocaleString(language)), ["AP", "AP50", "AP75"].map((name) => h("td.end.number", {}, share(row.summary?.[name]))),
      h("td", {}, row.tests.length ? h("ul.tests", {}, row.tests.map(shown)) : h("span.muted", {}, "–")),
      mayChange ? h("td.end", {}, h("div.row.tight.end", {}, h("button.button.quiet", { "aria-label": say("What {name} must reach", { name: row.name }), onclick: () => require(row) }, say("Edit")),
        iconButton("trash", say("Take the slice {name} away", { name: row.name }), () => remove(row)))) : null)))));
  const require = (/** @type {any} */ row) => askRequirements(row, classes, (wanted) => send("PATCH", `/api/datasets/${dataset}/slices/${row.slice}`, { require: wanted }), load);
  const remove = async (/** @type {any} */ row) => {
    const sure = await dialog(say("Take the slice {name} away?", { name: row.name }), (close) => form(close, () => true, [h("p", {}, say("Its items stay where they are."))], say("Take it away")));
    if (sure) attempt(changed, () => send("DELETE", `/api/datasets/${dataset}/slices/${row.slice}`));
  };
  await load();
  return body;
}

/** One requirement with what came of it.
 * @param {any} test */
function shown(test) {
  const name = test.class ? `${test.measure} ${test.class}` : test.measure;
  return h(test.reached ? "li" : "li.missed", { title: test.reason }, icon(test.reached ? "check" : "close"), h("bdi", {}, name), h("span.number", {}, `≥ ${share(test.least)}`),
    h("span.visually-hidden", {}, test.reached ? say("reached") : say("not reached")), h("span.muted.number", {}, `(${share(test.value)})`));
}

/** Asks what predictions must reach over a slice.
 * @param {any} row
 * @param {string[]} classes
 * @param {(wanted: string[]) => Promise<any>} save
 * @param {() => any} again */
function askRequirements(row, classes, save, again) {
  return dialog(say("What {name} must reach", { name: row.name }), (close) => {
    const list = h("div.stack.tight");
    const add = (/** @type {{ measure: string, class: string | null, least: number | string }} */ one) => {
      const label = h("select.input", { "aria-label": say("Class"), onchange: () => offer() }, h("option", { value: "" }, say("all classes")), classes.map((name) => h("option", { value: name, dir: "auto" }, name)));
      label.value = one.class ?? "";
      const measure = h("select.input", { "aria-label": say("Measure"), lang: "en" });
      // A measure that this list does not offer, as one of keypoints, stays what it is.
      const offer = () => {
        const known = label.value ? classMeasures : measures;
        const chosen = measure.value || one.measure;
        const offered = label.value === (one.class ?? "") ? [...new Set([one.measure, ...known])] : known;
        measure.replaceChildren(...offered.map((name) => h("option", { value: name }, name)));
        measure.value = offered.includes(chosen) ? chosen : offered[0];
      };
      offer();
      const least = h("input.input", { type: "number", min: 0, max: 1, step: "any", required: true, value: one.least, "aria-label": say("At least") });
      const line = h("div.requirement", {}, measure, label, h("span", { "aria-hidden": "true" }, "≥"), least, iconButton("trash", say("Remove"), () => line.remove()));
      line.read = () => `${measure.value}${label.value ? `:${label.value}` : ""}=${Number(least.value)}`;
      list.append(line);
    };
    row.tests.forEach(add);
    if (!row.tests.length) add({ measure: "AP50", class: null, least: "" });
    return form(close, () => save([...list.children].map((line) => /** @type {any} */ (line).read())), [
      h("p.muted", {}, say("The slice is a test: it fails where predictions do not reach these numbers of 0 to 1.")), list,
      h("div.row", {}, h("button.button", { type: "button", onclick: () => add({ measure: "AP50", class: null, least: "" }) }, icon("plus"), say("Another number")))], say("Save"), again);
  });
}
