import { fill, h, icon } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * The links of an answer, one a row.
 * @param {HTMLElement} place
 * @param {readonly import("../core/answer.js").Link[]} links
 * @param {readonly import("../core/answer.js").Shape[]} shapes
 * @param {import("../core/answer.js").Ontology} ontology
 * @param {(link: import("../core/answer.js").Link) => void} remove
 */
export function linkList(place, links, shapes, ontology, remove) {
  const nameOf = (/** @type {number} */ id) => ontology.classes.find((one) => one.id === id)?.name ?? "";
  const number = (/** @type {number} */ key) => `#${shapes.findIndex((shape) => shape.key === key) + 1}`;
  fill(place, links.length ? [h("h2.small", {}, say("Links")), links.map((link) => h("div.object", {},
    h("span.object-name.as-text", { dir: "auto" }, `${nameOf(link.class)}: ${number(link.from)} → ${number(link.to)}`),
    h("button.button.quiet.icon", {
      "aria-label": say("Delete the link “{name}” from {from} to {to}", { name: nameOf(link.class), from: number(link.from), to: number(link.to) }),
      onclick: () => remove(link),
    }, icon("trash"))))] : null);
}
