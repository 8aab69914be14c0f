/**
 * Why an answer does not keep its ontology, in words: the kernel says what, where and by which numbers.
 *
 * @typedef {{ index: number | null, name: string | null, reason: string, numbers: number[] }} Fault
 */
import { say, word } from "./words.js";

/** What each reason is in words, and what the numbers in it are.
 * @type {Record<string, [string, ...string[]]>} */
const words = {
  tooFewPoints: [word("{name} needs at least {least} points."), "least"],
  tooManyPoints: [word("{name} may have {most} points at most."), "most"],
  tooNarrow: [word("{name} must be at least {least} pixels wide."), "least"],
  tooLow: [word("{name} must be at least {least} pixels high."), "least"],
  tooSmall: [word("{name} must cover at least {least} square pixels."), "least"],
  noArea: [word("{name} covers nothing.")],
  outOfImage: [word("{name} leaves the image of {width} × {height} pixels."), "width", "height"],
  outOfText: [word("{name} leaves the text.")],
  selfCrossing: [word("The outline of {name} crosses itself at {x}, {y}."), "x", "y"],
  notWholePixels: [word("{name} must lie on whole pixels.")],
  wrongKeypoints: [word("{name} needs all of its {count} keypoints."), "count"],
  tooManyObjects: [word("There may be {most} of {name} at most."), "most"],
  tooMany: [word("There may be {most} annotations at most."), "most"],
  tooLong: [word("{name} may have {most} characters at most."), "most"],
  tooFewFiles: [word("{name} needs at least {least} files."), "least"],
  tooManyFiles: [word("{name} may have {most} files at most."), "most"],
  outOfRange: [word("The number of {name} is out of range.")],
  offScale: [word("{name} is not on its scale.")],
  notJoinable: [word("{name} cannot link objects of these classes.")],
  missing: [word("{name} is missing.")],
};

/** @param {Fault} fault */
export function sentence({ reason, name, numbers }) {
  const [text, ...names] = words[reason] ?? [word("{name} does not fit ({reason}).")];
  const values = Object.fromEntries(names.map((one, at) => [one, numbers[at]]));
  return say(text, { ...values, reason, name: name ? `“${name}”` : say("The answer") });
}
