import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { form } from "./section.js";

/** What a project may begin with; its own ontology page takes it from there.
 * @type {Array<[string, any[]]>} */
const beginnings = [
  [word("Boxes on images"), [{ name: "object", kind: "box" }]],
  [word("Outlines on images"), [{ name: "region", kind: "polygon" }, { name: "surface", kind: "mask" }]],
  [word("Images sorted into classes"), [{ name: "class", kind: "category", options: ["one", "other"], required: true }]],
  [word("Texts sorted into classes"), [{ name: "class", kind: "category", options: ["one", "other"], required: true }]],
  [word("Spans in texts"), [{ name: "mention", kind: "span" }]],
  [word("Two texts compared"), [{ name: "better", kind: "category", options: ["A", "B", "equal"], required: true }, { name: "why", kind: "text" }]],
  [word("Photos contributed"), [{ name: "photos", kind: "files", accepts: ["image"], min: 1, max: 5, required: true }]],
  [word("Recordings contributed"), [{ name: "recording", kind: "files", accepts: ["audio"], required: true }]],
];

/** Answers a task may ask for. */
const mostAnswers = 100;

/** Asks what a project shall be, makes it, and goes on to its ontology. */
export async function createProject() {
  const made = await dialog(say("New project"), (close) => {
    const name = h("input.input", { required: true, maxlength: 200, autofocus: true });
    const beginning = h("select.input", {}, beginnings.map(([title], place) => h("option", { value: place }, say(title))));
    const instructions = h("textarea.input", { rows: 5, dir: "auto" });
    const count = (/** @type {number} */ value) => h("input.input.number", { type: "number", min: 1, max: mostAnswers, value, required: true });
    const [min, max] = [count(1), count(3)];
    return form(close, () => post("/api/projects", {
      name: name.value, instructions: instructions.value, ontology: { classes: beginnings[Number(beginning.value)][1] },
      plan: { answers: { min: Number(min.value), max: Number(max.value), targetConfidence: 0.9 } },
    }), [
      field(say("Name"), name), field(say("Begin with"), beginning), field(say("Instructions (Markdown)"), instructions),
      h("div.row", {}, field(say("Answers a task, at least"), min), field(say("at most, while they disagree"), max)),
    ], say("Make it and build its ontology"));
  });
  if (made) location.hash = `#/ontology/${made.id}`;
}
