/**
 * An answer as the editors hold it: by numbers, each object with a key of its own.
 *
 * @typedef {{ id: number, name: string, parent?: number }} Option
 * @typedef {{ id: number, name: string, kind: string,
 *   required: boolean, options?: Option[], attributes?: LabelClass[], min?: number, max?: number,
 *   step?: number, labels?: string[], maxLength?: number, accepts?: string[], keepsPlace?: boolean, whole?: boolean, when?: { name: number, is?: number[] },
 *   keypoints?: string[], skeleton?: [number, number][], color?: string, hotkey?: string,
 *   from?: number[], to?: number[], directed?: boolean, rules?: Record<string, any> }} LabelClass
 * @typedef {{ classes: LabelClass[] }} Ontology
 * @typedef {{ key: number, class: number, kind: string, value: any, attributes: Record<string, any>, group?: number }} Shape
 *   an object: a shape on the image, or a span of the text
 * @typedef {{ key: number, class: number, from: number, to: number }} Link a relation between two objects, by their keys
 * @typedef {{ shapes: readonly Shape[], links: readonly Link[], values: Readonly<Record<string, any>> }} Answer
 */
import { say } from "./words.js";

/** What the API calls the answer to a question; an object's value bears its kind's name.
 * @type {Record<string, string>} */
const member = { category: "option", multiLabel: "options", rating: "rating", number: "number", boolean: "boolean", text: "text", files: "files" };

/** Whether a class asks something of the task as a whole.
 * @param {LabelClass} definition */
export const isQuestion = (definition) => definition.kind in member;
/** Whether a class is of objects, as against questions and relations.
 * @param {LabelClass} definition */
export const isObject = (definition) => !isQuestion(definition) && definition.kind !== "relation";

/** To hundredths of a pixel, however deep.
 * @param {any} value
 * @returns {any} */
const rounded = (value) => (Array.isArray(value) ? value.map(rounded) : Math.round(value * 100) / 100);
/** Of what ends in a turn, that is left alone.
 * @param {number[]} value */
const roundedButTurn = (value) => [...rounded(value.slice(0, 4)), ...value.slice(4)];

/** A shape's value as it is sent.
 * @param {string} kind
 * @param {any} value */
function sent(kind, value) {
  if (kind === "mask") return value;
  return kind === "ellipse" || kind === "rotatedBox" ? roundedButTurn(value) : rounded(value);
}

/** The attributes or questions that are asked, given what is answered: a condition on what is itself not
 * asked does not hold.
 * @param {readonly LabelClass[]} definitions
 * @param {Readonly<Record<string, any>>} values */
export function asked(definitions, values) {
  /** @type {LabelClass[]} */
  const found = [];
  for (const definition of definitions) {
    const { when } = definition;
    if (!when || (found.some((other) => other.id === when.name) && holds(when, values[when.name]))) found.push(definition);
  }
  return found;
}

/** @param {{ is?: number[] }} when
 * @param {any} value */
function holds({ is = [] }, value) {
  if (value === undefined || value === null || value === "" || value === false) return false;
  if (Array.isArray(value)) return is.length ? value.some((option) => is.includes(option)) : value.length > 0;
  return !is.length || is.includes(value);
}

/** Only what is asked.
 * @param {readonly LabelClass[]} definitions
 * @param {Readonly<Record<string, any>>} values */
function pruned(definitions, values) {
  if (!definitions.some((definition) => definition.when)) return values;
  return Object.fromEntries(asked(definitions, values).flatMap(({ id }) => (id in values ? [[id, values[id]]] : [])));
}

/** As an ontology is for who judges what several contributed: of files there may be as many as there may be at all.
 * @param {Ontology} ontology
 * @returns {Ontology} */
export const admittingAllFiles = (ontology) => ({ classes: ontology.classes.map((one) => (one.kind === "files" ? { ...one, max: 100 } : one)) });

let nextKey = 1;
export const newKey = () => nextKey++;
/** Keys up to this one are taken.
 * @param {number} last */
export const reserveKeys = (last) => { nextKey = Math.max(nextKey, last + 1); };

/** @type {Answer} */
export const nothing = Object.freeze({ shapes: [], links: [], values: {} });

/** Reads annotations by name or number; what the ontology does not know is left out.
 * @param {any[] | null | undefined} annotations
 * @param {Ontology} ontology
 * @returns {Answer} */
export function read(annotations, ontology) {
  /** @type {Shape[]} */
  const shapes = [];
  /** @type {Record<string, any>} */
  const values = {};
  /** @type {Array<{ class: number, ends: number[] }>} */
  const relations = [];
  /** Keys of objects by their places in the annotations.
   * @type {Map<number, number>} */
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
      shapes.push({
        key: newKey(), class: found.id, kind: found.kind, value: annotation[found.kind], attributes,
        ...(annotation.group ? { group: annotation.group } : {}),
      });
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

/** @param {any} value
 * @param {LabelClass} definition */
function readValue(value, definition) {
  const option = (/** @type {any} */ v) => find(definition.options || [], v)?.id;
  if (definition.kind === "category") return option(value);
  if (definition.kind === "multiLabel") return value.map(option);
  return value;
}

/** @template {{ id: number, name: string }} T
 * @param {T[]} list
 * @param {any} key
 * @returns {T | undefined} */
function find(list, key) {
  return list.find((item) => item.name === key) || list.find((item) => String(item.id) === String(key));
}

/** Writes annotations for the API.
 * @param {Answer} answer
 * @param {Ontology} ontology */
export function write(answer, ontology) {
  const annotations = [];
  for (const shape of answer.shapes) {
    const definition = ontology.classes.find((candidate) => candidate.id === shape.class);
    const attributes = pruned(definition?.attributes ?? [], shape.attributes);
    annotations.push({
      class: shape.class, [shape.kind]: sent(shape.kind, shape.value),
      ...(Object.keys(attributes).length ? { attributes } : {}), ...(shape.group ? { group: shape.group } : {}),
    });
  }
  const places = new Map(answer.shapes.map((shape, index) => [shape.key, index]));
  for (const link of answer.links) {
    annotations.push({ class: link.class, relation: [places.get(link.from), places.get(link.to)] });
  }
  for (const definition of asked(ontology.classes.filter(isQuestion), answer.values)) {
    const value = answer.values[definition.id];
    if (isOpen(value)) continue;
    annotations.push({ class: definition.id, [member[definition.kind]]: value });
  }
  return annotations;
}

/** @param {any} value */
const isOpen = (value) => value === undefined || value === null || value === "";

/** The first thing that is still missing, in words; empty where the answer is complete.
 * @param {Answer} answer
 * @param {Ontology} ontology */
export function missing(answer, ontology) {
  const questions = asked(ontology.classes.filter(isQuestion), answer.values);
  for (const definition of ontology.classes) {
    if (isObject(definition)) {
      const shapes = answer.shapes.filter((shape) => shape.class === definition.id);
      if (definition.required && !shapes.length) return say("Mark at least one “{name}”.", { name: definition.name });
      if (!definition.attributes?.some((attribute) => attribute.required)) continue;
      for (const shape of shapes) {
        const open = asked(definition.attributes, shape.attributes).find((attribute) => attribute.required && isOpen(shape.attributes[attribute.id]));
        if (open) return say("Give “{attribute}” of each “{name}”.", { attribute: open.name, name: definition.name });
      }
    } else if (definition.required && questions.includes(definition) && isOpen(answer.values[definition.id])) {
      return say("Answer “{name}”.", { name: definition.name });
    } else if (definition.kind === "files" && answer.values[definition.id]?.length < (definition.min ?? 1)) {
      return say("Give at least {least} files for “{name}”.", { least: definition.min ?? 1, name: definition.name });
    }
  }
  return "";
}

/** @param {LabelClass} definition
 * @returns {number[]} the steps of a rating */
export function steps(definition) {
  const { min = 0, max = 0, step = 1 } = definition;
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((min + index * step).toFixed(6)));
}
