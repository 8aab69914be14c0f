import { steps } from "../core/answer.js";
import { fill, h } from "../core/dom.js";

/**
 * The attributes of the selected object.
 * @param {HTMLElement} place
 * @param {import("../core/answer.js").Shape | undefined} shape
 * @param {import("../core/answer.js").Ontology} ontology
 * @param {(shape: import("../core/answer.js").Shape) => void} change
 */
export function attributePanel(place, shape, ontology, change) {
  const definition = shape && ontology.classes.find((candidate) => candidate.id === shape.class);
  const attributes = definition?.attributes || [];
  if (!shape || !definition || !attributes.length) return fill(place);
  const state = JSON.stringify([shape.key, shape.class, shape.attributes]);
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  const set = (/** @type {number} */ id, /** @type {any} */ value) => {
    const next = { ...shape.attributes, [id]: value };
    if (value === undefined || value === "") delete next[id];
    change({ ...shape, attributes: next });
  };
  fill(place, h("div.stack.tight.attributes", {}, h("h2.small", {}, `Attributes of ${definition.name}`),
    attributes.map((attribute) => field(attribute, shape.attributes[attribute.id], set))));
}

/** @param {import("../core/answer.js").LabelClass} attribute @param {any} value
 * @param {(id: number, value: any) => void} set */
function field(attribute, value, set) {
  const name = [attribute.name, attribute.required ? " *" : ""];
  if (attribute.kind === "text") {
    return h("label.field", {}, h("span", {}, name), h("input.input", {
      value: value ?? "", maxlength: attribute.maxLength, dir: "auto",
      onchange: (/** @type {any} */ event) => set(attribute.id, event.target.value),
    }));
  }
  const choices = attribute.kind === "rating"
    ? steps(attribute).map((step) => ({ id: step, name: String(step) })) : attribute.options || [];
  if (attribute.kind === "multiLabel") {
    return h("fieldset.question", {}, h("legend.field", {}, h("span", {}, name)), choices.map((choice) =>
      h("label.row", {}, h("input", {
        type: "checkbox", checked: (value || []).includes(choice.id),
        onchange: () => {
          const chosen = new Set(value || []);
          if (!chosen.delete(choice.id)) chosen.add(choice.id);
          set(attribute.id, [...chosen].sort((a, b) => a - b));
        },
      }), choice.name)));
  }
  return h("label.field", {}, h("span", {}, name), h("select.input", {
    onchange: (/** @type {any} */ event) =>
      set(attribute.id, event.target.value === "" ? undefined : Number(event.target.value)),
  }, h("option", { value: "" }, "—"), choices.map((choice) =>
    h("option", { value: choice.id, selected: choice.id === value }, choice.name))));
}
