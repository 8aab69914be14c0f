import { get, post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { dialog, toast } from "../dialog.js";
import { field } from "../field.js";
import { form } from "../section.js";

/** Saves what is found or selected.
 * @param {string} dataset
 * @param {{ items: number[] } | { query: string }} some
 * @param {() => any} again */
export async function saveSlice(dataset, some, again) {
  const saved = await dialog(say("Save as slice"), (close) => {
    const name = h("input.input", { required: true, maxlength: 100, dir: "auto" });
    return form(close, () => post(`/api/datasets/${dataset}/slices`, { name: name.value, ...some }), [
      h("p.muted", {}, "items" in some ? say("A fixed set of {n} items", { n: some.items.length }) : say("The query, whatever it finds then: {query}", { query: some.query || say("All") })), field(say("Name"), name)], say("Save"));
  });
  if (saved) again();
}

/** Makes tasks of what is found or selected; results come back to the same items.
 * @param {string} dataset
 * @param {{ items: number[] } | { query: string }} some
 * @param {number} count
 * @param {any[]} sets
 * @param {() => any} again */
export async function sendItems(dataset, some, count, sets, again) {
  const { items: projects } = await get("/api/projects?limit=1000");
  const report = await dialog(say("Send to labelling"), (close) => {
    if (!projects.length) return [h("p", {}, say("There is no project yet. Make one in Manage first.")), h("div.row", {}, h("a.button.primary", { href: "#/manage", onclick: () => close() }, say("Manage")))];
    const project = h("select.input", {}, projects.map((/** @type {any} */ one) => h("option", { value: one.id, dir: "auto" }, one.name)));
    const labels = h("select.input", {}, h("option", { value: "" }, say("nothing")), sets.map((set) => h("option", { value: set.name, dir: "auto" }, set.name === "truth" ? say("Ground truth") : set.name)));
    return form(close, () => post(`/api/datasets/${dataset}/tasks`, { ...some, project: project.value, ...(labels.value ? { prelabels: labels.value } : {}) }), [
      h("p.muted", {}, say("{n} items become tasks; what is found comes back to them.", { n: count })), field(say("Project"), project), field(say("Annotators begin with"), labels)], say("Send"));
  });
  if (!report) return;
  toast(report.refused ? say("{made} tasks made, {refused} refused: {reason}", { made: report.created, refused: report.refused, reason: report.problems[0]?.reason ?? "" }) : say("{n} tasks made", { n: report.created }), report.refused > 0);
  again();
}

/** Takes what is selected out of the dataset.
 * @param {string} dataset
 * @param {number[]} items
 * @param {() => any} again */
export async function removeItems(dataset, items, again) {
  const report = await dialog(say("Take out of the dataset"), (close) => {
    const files = h("input", { type: "checkbox" });
    return form(close, () => post(`/api/datasets/${dataset}/removals`, { items, files: files.checked }), [
      h("p", {}, say("{n} items go with their labels, and do not come back. Tasks made of them and releases stay.", { n: items.length })),
      h("label.check", {}, files, h("span", {}, say("Their files go too, for good, unless other items have them")))], say("Take out"));
  });
  if (!report) return;
  toast(say("{n} items taken out", { n: report.removed }));
  again();
}
