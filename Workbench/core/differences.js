/**
 * Where two answers to one task differ.
 *
 * @typedef {import("./answer.js").Answer} Answer
 * @typedef {import("./answer.js").Shape} Shape
 * @typedef {{ kind: "extra" | "missing" | "class" | "overlap" | "borders" | "attributes" | "value",
 *   answer: number, mine?: Shape, theirs?: Shape, overlap?: number, question?: number }} Difference
 *   `answer` is the place of the other answer; `mine` is of the result, `theirs` of that answer
 */
import { isQuestion } from "./answer.js";
import * as kernel from "./kernel.js";

/** Objects less alike than this are different ones. */
const sameObject = 0.1;

/** @param {Shape} shape */
const sent = (shape) => ({ class: shape.class, [shape.kind]: shape.value });

/** How much of two objects is the same, 0…1; the kernel must be there and know the ontology.
 * @param {Shape} a
 * @param {Shape} b */
function likeness(a, b) {
  return a.kind === b.kind ? kernel.compare(sent(a), sent(b)).similarity : 0;
}

/** What another answer says otherwise than the result does.
 * @param {Answer} result
 * @param {Answer} other
 * @param {number} answer
 * @param {import("./answer.js").Ontology} ontology
 * @param {number} bar overlap below which two objects differ
 * @returns {Difference[]} */
export function differences(result, other, answer, ontology, bar) {
  /** @type {Difference[]} */
  const found = [];
  /** @type {Array<[Shape, Shape, number]>} */
  const pairs = [];
  for (const mine of result.shapes) {
    for (const theirs of other.shapes) {
      const overlap = likeness(mine, theirs);
      if (overlap >= sameObject) pairs.push([mine, theirs, overlap]);
    }
  }
  // The most alike belong together; of one class before of another.
  pairs.sort((a, b) => b[2] - a[2] || Number(b[0].class === b[1].class) - Number(a[0].class === a[1].class));
  const taken = new Set();
  for (const [mine, theirs, overlap] of pairs) {
    if (taken.has(mine) || taken.has(theirs)) continue;
    taken.add(mine).add(theirs);
    if (mine.class !== theirs.class) found.push({ kind: "class", answer, mine, theirs, overlap });
    else if (overlap < (mine.kind === "span" ? 1 : bar)) found.push({ kind: mine.kind === "span" ? "borders" : "overlap", answer, mine, theirs, overlap });
    else if (JSON.stringify(mine.attributes) !== JSON.stringify(theirs.attributes)) found.push({ kind: "attributes", answer, mine, theirs, overlap });
  }
  for (const mine of result.shapes) if (!taken.has(mine)) found.push({ kind: "missing", answer, mine });
  for (const theirs of other.shapes) if (!taken.has(theirs)) found.push({ kind: "extra", answer, theirs });
  for (const question of ontology.classes.filter(isQuestion)) {
    if (JSON.stringify(result.values[question.id]) !== JSON.stringify(other.values[question.id])) {
      found.push({ kind: "value", answer, question: question.id });
    }
  }
  return found;
}
