import { h } from "../../core/dom.js";

/** A field with its name over it.
 * @param {string} name
 * @param {HTMLElement} input
 * @param {string} [hint] */
export function field(name, input, hint) {
  // The name alone, without what can be chosen or is hinted at.
  if (input.matches("input, select, textarea")) input.setAttribute("aria-label", name);
  if (hint) input.setAttribute("aria-description", hint);
  return h("label.field", {}, h("span", {}, name), input, hint ? h("small.muted", {}, hint) : null);
}

/** @param {string} name
 * @param {string} value
 * @param {(value: string) => void} set
 * @param {Record<string, any>} [properties] */
export const text = (name, value, set, properties = {}) => field(name, h("input.input", {
  value, dir: "auto", autocomplete: "off", ...properties, onchange: (/** @type {any} */ event) => set(event.target.value.trim()),
}));

/** A number, or nothing.
 * @param {string} name
 * @param {number | undefined} value
 * @param {(value: number | undefined) => void} set
 * @param {Record<string, any>} [properties] */
export const number = (name, value, set, properties = {}) => field(name, h("input.input", {
  type: "number", step: "any", value: value ?? "", ...properties,
  onchange: (/** @type {any} */ event) => event.target.reportValidity() && set(event.target.value === "" ? undefined : event.target.valueAsNumber),
}));

/** @param {string} name
 * @param {boolean} value
 * @param {(value: boolean) => void} set */
export const check = (name, value, set) => h("label.row.check", {}, h("input", {
  type: "checkbox", checked: value, onchange: (/** @type {any} */ event) => set(event.target.checked),
}), name);

/** @param {string} name
 * @param {string} value
 * @param {Array<{ id: string, name: string }>} choices
 * @param {(value: string) => void} set */
export const choice = (name, value, choices, set) => field(name, h("select.input", {
  onchange: (/** @type {any} */ event) => set(event.target.value),
}, choices.map((one) => h("option", { value: one.id, selected: one.id === value }, one.name))));
