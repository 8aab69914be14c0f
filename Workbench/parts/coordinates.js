import { fill, h } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { fromRings, rings } from "../editors/image/geometry.js";

/** What the numbers of a framed shape are.
 * @type {Record<string, string[]>} */
const names = {
  box: ["X", "Y", word("Width"), word("Height")], rotatedBox: ["X", "Y", word("Width"), word("Height"), word("Turn °")],
  ellipse: ["X", "Y", word("Radius X"), word("Radius Y"), word("Turn °")], point: ["X", "Y"],
};
const degree = Math.PI / 180;

/**
 * The place of the selected shape in numbers, to be read and changed without a mouse.
 * @param {HTMLElement} place
 * @param {import("../core/answer.js").Shape | undefined} shape
 * @param {(value: any) => void} change is told the new value
 * @param {readonly string[]} [keypoints] names of the points of a skeleton
 */
export function coordinates(place, shape, change, keypoints = []) {
  if (!shape || shape.kind === "span" || shape.kind === "mask") return fill(place);
  const state = JSON.stringify([shape.key, shape.value]);
  if (place.dataset.state === state || place.contains(document.activeElement) && document.activeElement?.localName === "textarea") return;
  const isOpen = Boolean(place.querySelector("details")?.open);
  place.dataset.state = state;
  const body = names[shape.kind] ? framed(shape, change) : shape.kind === "keypoints" ? skeleton(shape, change, keypoints) : listed(shape, change);
  fill(place, h("details.coordinates", { open: isOpen }, h("summary", {}, say("Place in numbers")), body));
}

/** @param {any} shape
 * @param {(value: any) => void} change */
function framed(shape, change) {
  const labels = names[shape.kind];
  const value = labels.map((label, i) => (label.endsWith("°") ? (shape.value[i] ?? 0) / degree : shape.value[i]));
  return h("div.numbers", {}, labels.map((label, i) => h("label.field", {}, h("span", {}, say(label)), h("input.input", {
    type: "number", step: "any", value: Math.round(value[i] * 100) / 100,
    onchange: (/** @type {any} */ event) => {
      const number = event.target.valueAsNumber;
      if (!Number.isFinite(number) || (i >= 2 && i < 4 && number <= 0)) return;
      const next = labels.map((_, j) => shape.value[j] ?? 0);
      next[i] = label.endsWith("°") ? number * degree : number;
      change(next);
    },
  }))));
}

/** @param {any} shape
 * @param {(value: any) => void} change
 * @param {readonly string[]} keypoints */
function skeleton(shape, change, keypoints) {
  return h("div.stack.tight", {}, shape.value.map((/** @type {number[]} */ point, /** @type {number} */ i) => {
    const set = (/** @type {number} */ j, /** @type {number} */ number) => {
      if (Number.isFinite(number)) change(shape.value.toSpliced(i, 1, point.toSpliced(j, 1, number)));
    };
    const name = keypoints[i] ?? String(i + 1);
    return h("div.row.no-wrap", { role: "group", "aria-label": name }, h("span.grow", { dir: "auto" }, name),
      [0, 1].map((j) => h("input.input.narrow", {
        type: "number", step: "any", "aria-label": `${name} ${"XY"[j]}`, value: Math.round(point[j] * 100) / 100,
        onchange: (/** @type {any} */ event) => set(j, event.target.valueAsNumber),
      })),
      h("select.input.narrow", { "aria-label": say("{name}: seen?", { name }), onchange: (/** @type {any} */ event) => set(2, Number(event.target.value)) },
        [word("absent"), word("hidden"), word("visible")].map((label, v) => h("option", { value: v, selected: point[2] === v }, say(label)))));
  }));
}

/** Points as lines of text, holes after an empty line.
 * @param {any} shape
 * @param {(value: any) => void} change */
function listed(shape, change) {
  const text = rings(shape.value).map((ring) => ring.map(([x, y]) => `${Math.round(x * 100) / 100}, ${Math.round(y * 100) / 100}`).join("\n")).join("\n\n");
  const least = shape.kind === "polygon" ? 3 : shape.kind === "cuboid" ? 6 : 2;
  const field = h("textarea.input.code", { rows: 6, "aria-label": say("Points, x and y on each line"), value: text });
  const problem = h("p.error-text", { role: "alert" });
  field.addEventListener("change", () => {
    const all = field.value.trim().split(/\n\s*\n/).map((/** @type {string} */ part) =>
      part.split("\n").map((line) => line.split(/[,;\s]+/).filter(Boolean).map(Number)));
    const isRight = all.every((/** @type {number[][]} */ ring) => ring.length >= least && ring.every((p) => p.length === 2 && p.every(Number.isFinite)));
    problem.textContent = isRight ? "" : say("Two numbers on each line, {n} lines or more.", { n: least });
    if (isRight) change(fromRings(/** @type {any} */ (all)));
  });
  return [field, problem];
}
