import { post } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { dialog } from "../dialog.js";

/**
 * The ontology as JSON or YAML, to be changed by hand, or that of another tool in its own words.
 * @param {import("../../core/answer.js").Ontology} ontology
 * @returns {Promise<import("../../core/answer.js").Ontology | undefined>} what was read
 */
export const textDialog = (ontology) => dialog(say("The ontology as text"), (close) => {
  const area = h("textarea.input.code", { rows: 16, spellcheck: "false", dir: "ltr", "aria-label": say("The ontology as text"), value: JSON.stringify(ontology, null, 2) });
  const problem = h("p.error-text", { role: "alert" });
  const notes = h("div", {});
  const read = async () => post("/api/ontology-readings", { text: area.value, predecessor: ontology });
  const tried = (/** @type {() => Promise<void>} */ act) => async () => {
    problem.textContent = "";
    try {
      await act();
    } catch (error) {
      problem.textContent = /** @type {Error} */ (error).message;
    }
  };
  const file = h("input", {
    type: "file", accept: ".json,.yaml,.yml,.xml,.txt", class: "visually-hidden", id: "ontology-file",
    onchange: tried(async () => { area.value = await file.files[0].text(); }),
  });
  const use = tried(async () => {
    const found = await read();
    if (!found.notes.length) return close(found.ontology);
    fill(notes, h("h3", {}, say("Not carried over")), h("ul.notes", {}, found.notes.map((/** @type {any} */ note) =>
      h("li", {}, h("code", {}, note.place), ` ${note.problem}`))),
    h("div.row", {}, h("button.button.primary", { onclick: () => close(found.ontology) }, say("Take it as it is"))));
    notes.scrollIntoView({ block: "nearest" });
  });
  return [
    h("p.muted", {}, say("JSON or YAML of Assay, a labelling config of Label Studio (XML), or a definition of Scale (geometries, annotation_attributes).")),
    area, h("div.row", {},
      h("button.button", { onclick: tried(async () => { area.value = JSON.stringify((await read()).ontology, null, 2); }) }, "JSON"),
      h("button.button", { onclick: tried(async () => { area.value = (await read()).yaml; }) }, "YAML"),
      file, h("label.button", { for: "ontology-file", tabindex: 0 }, say("From a file…"))),
    problem, notes,
    h("div.row", {}, h("button.button.primary", { onclick: use }, say("Use this")), h("button.button.quiet", { onclick: () => close() }, say("Cancel")))];
});
