import { asked, steps } from "../core/answer.js";
import { fill, h } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * The attributes of the selected objects that are asked; a change is made to all of them.
 * @param {HTMLElement} place
 * @param {readonly import("../core/answer.js").Shape[]} shapes of one class; the first is shown
 * @param {import("../core/answer.js").Ontology} ontology
 * @param {(id: number, value: any) => void} change is told the attribute and its answer
 */
export function attributePanel(place, shapes, ontology, change) {
  const [shape] = shapes;
  const definition = shape && ontology.classes.find((candidate) => candidate.id === shape.class);
  const attributes = asked(definition?.attributes || [], shape?.attributes ?? {});
  if (!shape || !definition || !attributes.length || shapes.some((other) => other.class !== shape.class)) {
    delete place.dataset.state;
    return fill(place);
  }
  const state = JSON.stringify([shapes.map((one) => one.key), shape.class, shape.attributes]);
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  const focused = place.contains(document.activeElement) ? document.activeElement?.getAttribute("name") : null;
  const title = shapes.length > 1 ? say("Attributes of {count} × “{name}”", { count: shapes.length, name: definition.name }) : say("Attributes of “{name}”", { name: definition.name });
  fill(place, h("div.stack.tight.attributes", {}, h("h2.small", {}, title),
    attributes.map((attribute) => field(attribute, shape.attributes[attribute.id], change))));
  // What is asked next may come and go; the hand stays where it was.
  if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[name="${focused}"]`))?.focus();
}

/** @param {import("../core/answer.js").LabelClass} attribute
 * @param {any} value
 * @param {(id: number, value: any) => void} set */
function field(attribute, value, set) {
  const label = [attribute.name, attribute.required ? " *" : ""];
  const name = `a${attribute.id}`;
  switch (attribute.kind) {
    case "text":
      return h("label.field", {}, h("span", {}, label), h("input.input", {
        name, value: value ?? "", maxlength: attribute.maxLength, dir: "auto",
        onchange: (/** @type {any} */ event) => set(attribute.id, event.target.value),
      }));
    case "number":
      return h("label.field", {}, h("span", {}, label), h("input.input", {
        name, type: "number", value: value ?? "", min: attribute.min, max: attribute.max, step: attribute.whole ? 1 : "any",
        onchange: (/** @type {any} */ event) => event.target.reportValidity()
          && set(attribute.id, event.target.value === "" ? undefined : event.target.valueAsNumber),
      }));
    case "boolean":
      return h("fieldset.question", {}, h("legend.field", {}, h("span", {}, label)), h("div.row", {}, [{ is: true, word: say("Yes") }, { is: false, word: say("No") }].map(({ is, word }) =>
        h("label.row", {}, h("input", { type: "radio", name, checked: value === is, onchange: () => set(attribute.id, is) }), word))));
    case "multiLabel":
      return h("fieldset.question", {}, h("legend.field", {}, h("span", {}, label)), (attribute.options || []).map((choice) =>
        h("label.row", {}, h("input", {
          type: "checkbox", name: `${name}.${choice.id}`, checked: (value || []).includes(choice.id),
          onchange: () => {
            const chosen = new Set(value || []);
            if (!chosen.delete(choice.id)) chosen.add(choice.id);
            set(attribute.id, [...chosen].sort((a, b) => a - b));
          },
        }), choice.name)));
  }
  const choices = attribute.kind === "rating"
    ? steps(attribute).map((step) => ({ id: step, name: String(step) })) : attribute.options || [];
  return h("label.field", {}, h("span", {}, label), h("select.input", {
    name, onchange: (/** @type {any} */ event) =>
      set(attribute.id, event.target.value === "" ? undefined : Number(event.target.value)),
  }, h("option", { value: "" }, "—"), choices.map((choice) =>
    h("option", { value: choice.id, selected: choice.id === value }, choice.name))));
}
