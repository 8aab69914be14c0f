/**
 * An answer as the editors hold it: by numbers, each object with a key of its own.
 *
 * @typedef {{ id: number, name: string }} Option
 * @typedef {{ id: number, name: string, kind: string,
 *   required: boolean, options?: Option[], attributes?: LabelClass[], min?: number, max?: number,
 *   step?: number, maxLength?: number }} LabelClass
 * @typedef {{ classes: LabelClass[] }} Ontology
 * @typedef {{ key: number, class: number, kind: string, value: any, attributes: Record<string, any> }} Shape
 *   an object: a shape on the image, or a span of the text
 * @typedef {{ key: number, class: number, from: number, to: number }} Link a relation between two objects, by their keys
 * @typedef {{ shapes: readonly Shape[], links: readonly Link[], values: Readonly<Record<string, any>> }} Answer
 */

/** What the API calls the answer to a question; an object's value bears its kind's name.
 * @type {Record<string, string>} */
const member = { category: "option", multiLabel: "options", rating: "rating", text: "text" };

/** Whether a class asks something of the task as a whole. @param {LabelClass} definition */
export const isQuestion = (definition) => definition.kind in member;
/** Whether a class is of objects, as against questions and relations. @param {LabelClass} definition */
export const isObject = (definition) => !isQuestion(definition) && definition.kind !== "relation";

/** To hundredths of a pixel, however deep. @param {any} value @returns {any} */
const rounded = (value) => (Array.isArray(value) ? value.map(rounded) : Math.round(value * 100) / 100);

let nextKey = 1;
export const newKey = () => nextKey++;

/** @type {Answer} */
export const nothing = Object.freeze({ shapes: [], links: [], values: {} });

/** Reads annotations by name or number; what the ontology does not know is left out.
 * @param {any[] | null | undefined} annotations @param {Ontology} ontology @returns {Answer} */
export function read(annotations, ontology) {
  /** @type {Shape[]} */
  const shapes = [];
  /** @type {Record<string, any>} */
  const values = {};
  /** @type {Array<{ class: number, ends: number[] }>} */
  const relations = [];
  /** Keys of objects by their places in the annotations. @type {Map<number, number>} */
  const keys = new Map();
  for (const [place, annotation] of (annotations || []).entries()) {
    const found = find(ontology.classes, annotation.class);
    if (!found) continue;
    if (found.kind === "relation") {
      relations.push({ class: found.id, ends: annotation.relation });
      continue;
    }
    if (isObject(found)) {
      /** @type {Record<string, any>} */
      const attributes = {};
      for (const [name, value] of Object.entries(annotation.attributes || {})) {
        const attribute = find(found.attributes || [], name);
        if (attribute) attributes[attribute.id] = readValue(value, attribute);
      }
      keys.set(place, nextKey);
      shapes.push({ key: newKey(), class: found.id, kind: found.kind, value: annotation[found.kind], attributes });
    } else {
      values[found.id] = readValue(annotation[member[found.kind]], found);
    }
  }
  const links = relations.flatMap(({ class: id, ends }) => {
    const [from, to] = ends.map((place) => keys.get(place));
    return from && to ? [{ key: newKey(), class: id, from, to }] : [];
  });
  return { shapes, links, values };
}

/** @param {any} value @param {LabelClass} definition */
function readValue(value, definition) {
  const option = (/** @type {any} */ v) => find(definition.options || [], v)?.id;
  if (definition.kind === "category") return option(value);
  if (definition.kind === "multiLabel") return value.map(option);
  return value;
}

/** @template {{ id: number, name: string }} T @param {T[]} list @param {any} key @returns {T | undefined} */
function find(list, key) {
  return list.find((item) => item.name === key) || list.find((item) => String(item.id) === String(key));
}

/** Writes annotations for the API. @param {Answer} answer @param {Ontology} ontology */
export function write(answer, ontology) {
  const annotations = [];
  for (const shape of answer.shapes) {
    annotations.push({
      class: shape.class, [shape.kind]: shape.kind === "ellipse" ? shape.value : rounded(shape.value),
      ...(Object.keys(shape.attributes).length ? { attributes: shape.attributes } : {}),
    });
  }
  const places = new Map(answer.shapes.map((shape, index) => [shape.key, index]));
  for (const link of answer.links) {
    annotations.push({ class: link.class, relation: [places.get(link.from), places.get(link.to)] });
  }
  for (const definition of ontology.classes) {
    const value = answer.values[definition.id];
    if (!isQuestion(definition) || isOpen(value)) continue;
    annotations.push({ class: definition.id, [member[definition.kind]]: value });
  }
  return annotations;
}

/** @param {any} value */
const isOpen = (value) => value === undefined || value === null || value === "";

/** The first thing that is still missing, in words; empty where the answer is complete.
 * @param {Answer} answer @param {Ontology} ontology */
export function missing(answer, ontology) {
  for (const definition of ontology.classes) {
    if (isObject(definition)) {
      const shapes = answer.shapes.filter((shape) => shape.class === definition.id);
      if (definition.required && !shapes.length) return `Mark at least one “${definition.name}”.`;
      for (const attribute of definition.attributes || []) {
        if (attribute.required && shapes.some((shape) => isOpen(shape.attributes[attribute.id]))) {
          return `Give “${attribute.name}” of each “${definition.name}”.`;
        }
      }
    } else if (definition.required && isQuestion(definition) && isOpen(answer.values[definition.id])) {
      return `Answer “${definition.name}”.`;
    }
  }
  return "";
}

/** @param {LabelClass} definition @returns {number[]} the steps of a rating */
export function steps(definition) {
  const { min = 0, max = 0, step = 1 } = definition;
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((min + index * step).toFixed(6)));
}
