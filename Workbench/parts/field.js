import { h } from "../core/dom.js";

/** What is to be filled in, under its name.
 * @param {string} name
 * @param {any} input
 * @param {string} [note] */
export const field = (name, input, note = "") => h("label.field", {}, h("span", {}, name), input, note ? h("small.muted", {}, note) : null);
