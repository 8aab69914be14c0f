/**
 * Changes to an ontology, as pure values. Classes are as the API writes them, by numbers.
 *
 * @typedef {import("./answer.js").LabelClass} LabelClass
 * @typedef {{ classes: readonly LabelClass[], steps: readonly any[] }} Draft an ontology as it shall be, and the steps
 *   taken towards it that no difference of two ontologies would show
 */
import { isQuestion } from "./answer.js";
import { word } from "./words.js";

/** Kinds of what is drawn, of what is marked, and of what is asked, by what a manager calls them. */
export const kindNames = {
  box: word("Box"), rotatedBox: word("Rotated box"), polygon: word("Polygon"), mask: word("Mask"), polyline: word("Line"), point: word("Point"),
  keypoints: word("Keypoints"), ellipse: word("Ellipse"), cuboid: word("Cuboid"), span: word("Span of text"), relation: word("Link"),
  category: word("Single choice"), multiLabel: word("Multiple choice"), boolean: word("Yes or no"), rating: word("Rating"),
  number: word("Number"), text: word("Text"), files: word("Files contributed"),
};
export const shapeKinds = ["box", "rotatedBox", "polygon", "mask", "polyline", "point", "keypoints", "ellipse", "cuboid"];
export const questionKinds = ["category", "multiLabel", "boolean", "rating", "number", "text", "files"];

/** @param {{ kind: string }} definition */
export const isDrawn = ({ kind }) => shapeKinds.includes(kind);
/** @param {{ kind: string }} definition */
export const isChoice = ({ kind }) => kind === "category" || kind === "multiLabel";

/** Gives numbers to what is new, none twice: one that was given up and given anew would mean the old thing by
 * another name. */
export class Numbers {
  /** The largest number seen in each place.
   * @type {Map<string, number>} */
  most = new Map();

  /** @param {string} place
   * @param {readonly { id: number }[]} list */
  see(place, list) {
    for (const { id } of list) if (id > (this.most.get(place) ?? 0)) this.most.set(place, id);
  }

  /** Remembers every number of an ontology.
   * @param {readonly LabelClass[]} classes */
  note(classes) {
    this.see("", classes);
    for (const one of classes) {
      this.see(`options ${one.id}`, one.options ?? []);
      this.see(`attributes ${one.id}`, one.attributes ?? []);
      for (const attribute of one.attributes ?? []) this.see(`options ${one.id} ${attribute.id}`, attribute.options ?? []);
    }
  }

  /** @param {string} place */
  next(place) {
    const number = (this.most.get(place) ?? 0) + 1;
    this.most.set(place, number);
    return number;
  }
}

/** A name like this one that none of these has.
 * @param {string} name
 * @param {readonly { name: string }[]} list */
export function freeName(name, list) {
  const taken = new Set(list.map((one) => one.name));
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number += 1;
  return `${name} ${number}`;
}

/** What a kind needs to be complete, beside what it keeps of the kind before.
 * @param {LabelClass} definition
 * @param {string} kind
 * @returns {LabelClass} */
export function retyped(definition, kind) {
  const { id, name, required, when, color, hotkey, attributes, options, rules } = definition;
  /** @type {LabelClass} */
  const next = { id, name, kind, required };
  if (when && questionKinds.includes(kind)) next.when = when;
  if (color) next.color = color;
  if (hotkey) next.hotkey = hotkey;
  const isObject = shapeKinds.includes(kind) || kind === "span";
  if (isObject) next.attributes = attributes ?? [];
  if (shapeKinds.includes(kind) && rules) next.rules = rules;
  if (kind === "category" || kind === "multiLabel") {
    next.options = options?.length ? options : [{ id: 1, name: "Yes" }, { id: 2, name: "No" }];
  }
  if (kind === "rating") Object.assign(next, { min: 1, max: 5, step: 1 });
  if (kind === "files") Object.assign(next, { accepts: ["image"], min: 1, max: 1 });
  if (kind === "text") next.maxLength = definition.maxLength ?? 10000;
  if (kind === "relation") Object.assign(next, { from: [], to: [], directed: true });
  if (kind === "keypoints") Object.assign(next, { keypoints: definition.keypoints ?? ["head", "tail"], skeleton: definition.skeleton ?? [] });
  return next;
}

/** @template {{ id: number }} T
 * @param {readonly T[]} list
 * @param {T} item in the place of the one with its number
 * @returns {T[]} */
export const replaced = (list, item) => list.map((other) => (other.id === item.id ? item : other));

/** One place earlier or later.
 * @template {{ id: number }} T
 * @param {readonly T[]} list
 * @param {number} id
 * @param {number} by
 * @returns {T[]} */
export function moved(list, id, by) {
  const from = list.findIndex((item) => item.id === id);
  const to = Math.max(0, Math.min(list.length - 1, from + by));
  const rest = list.filter((item) => item.id !== id);
  return rest.toSpliced(to, 0, list[from]);
}

/** Definitions without one of them, and without the conditions and ends that named it. A link that joined
 * nothing else goes too: without an end it would join anything.
 * @param {readonly LabelClass[]} list
 * @param {number} id
 * @returns {LabelClass[]} */
export const without = (list, id) => list.filter((one) => one.id !== id).flatMap((one) => {
  const { when, ...rest } = one;
  const kept = when && when.name !== id ? one : rest;
  if (kept.kind !== "relation") return [kept];
  const [from, to] = [kept.from ?? [], kept.to ?? []].map((ends) => (ends.length === 1 && ends[0] === id ? null : ends.filter((end) => end !== id)));
  return from && to ? [{ ...kept, from, to }] : [];
});

/** Definitions whose conditions name only options that are there.
 * @param {readonly LabelClass[]} list
 * @returns {LabelClass[]} */
export const withSoundConditions = (list) => list.map((one, place) => {
  if (!one.when) return one;
  const on = list.slice(0, place).find((other) => other.id === one.when?.name);
  const { when, ...rest } = one;
  if (!on || !isQuestion(one)) return rest;
  const is = when.is?.filter((option) => on.options?.some(({ id }) => id === option));
  if (when.is?.length && !is?.length) return rest;
  return { ...one, when: is?.length ? { name: when.name, is } : { name: when.name } };
});
