import { get, post, send } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { field } from "../field.js";
import { attempt } from "../section.js";

/** Projects whose annotators contribute items to a dataset: what there are, and a choice of another.
 * @param {string} dataset
 * @param {() => any} again called when items may have come
 * @returns {HTMLElement} */
export function collections(dataset, again) {
  const path = `/api/datasets/${dataset}/collections`;
  const list = h("ul.plain.stack.tight"), choice = h("select.input", { required: true }), mask = h("input", { type: "checkbox" });
  const look = async () => {
    const [{ items }, projects] = await Promise.all([get(path), get("/api/projects?limit=500")]);
    const taken = new Set(items.map((/** @type {any} */ one) => one.project));
    fill(list, items.map((/** @type {any} */ one) => h("li.source", {}, h("div.spread", {}, h("strong", { dir: "auto" }, one.name), h("span.row.tight", {},
      h("span.muted.number", {}, say("{n} items", { n: one.items })),
      h("button.button.quiet", { type: "button", "aria-label": say("Forget {name}", { name: one.name }), onclick: () => attempt(look, () => send("DELETE", `${path}/${one.project}`)) }, say("Forget")))))));
    fill(choice, projects.items.filter((/** @type {any} */ one) => !taken.has(one.id)).map((/** @type {any} */ one) => h("option", { value: one.id }, one.name)));
  };
  const begin = (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(look, async () => { await post(path, { project: choice.value, mask_personal_data: mask.checked }); again(); });
  };
  const element = h("details.sources", { ontoggle: () => { if (element.open) look(); } }, h("summary", {}, say("From what annotators contribute")),
    h("div.stack", {}, list, h("form.stack", { onsubmit: begin },
      field(say("Project"), choice, say("Each file of an answer becomes an item once its task is done; where a project asks for no files, each text.")),
      h("label.check", {}, mask, h("span", {}, say("Mask personal data in texts"))),
      h("div.row", {}, h("button.button.primary", { type: "submit" }, say("Collect"))))));
  return element;
}
