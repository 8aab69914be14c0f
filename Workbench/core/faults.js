/**
 * Why an answer does not keep its ontology, in words: the kernel says what, where and by which numbers.
 *
 * @typedef {{ index: number | null, name: string | null, reason: string, numbers: number[] }} Fault
 */

/** @type {Record<string, (name: string, numbers: number[]) => string>} */
const words = {
  tooFewPoints: (name, [least]) => `${name} needs at least ${least} points.`,
  tooManyPoints: (name, [most]) => `${name} may have ${most} points at most.`,
  tooNarrow: (name, [least]) => `${name} must be at least ${least} pixels wide.`,
  tooLow: (name, [least]) => `${name} must be at least ${least} pixels high.`,
  tooSmall: (name, [least]) => `${name} must cover at least ${least} square pixels.`,
  noArea: (name) => `${name} covers nothing.`,
  outOfImage: (name, [width, height]) => `${name} leaves the image of ${width} × ${height} pixels.`,
  outOfText: (name) => `${name} leaves the text.`,
  selfCrossing: (name, [x, y]) => `The outline of ${name} crosses itself at ${x}, ${y}.`,
  notWholePixels: (name) => `${name} must lie on whole pixels.`,
  wrongKeypoints: (name, [count]) => `${name} needs all of its ${count} keypoints.`,
  tooManyObjects: (name, [most]) => `There may be ${most} of ${name} at most.`,
  tooMany: (_, [most]) => `There may be ${most} annotations at most.`,
  tooLong: (name, [most]) => `${name} may have ${most} characters at most.`,
  outOfRange: (name) => `The number of ${name} is out of range.`,
  offScale: (name) => `${name} is not on its scale.`,
  notJoinable: (name) => `${name} cannot link objects of these classes.`,
  missing: (name) => `${name} is missing.`,
};

/** @param {Fault} fault */
export const sentence = ({ reason, name, numbers }) =>
  (words[reason] ?? ((/** @type {string} */ what) => `${what} does not fit (${reason}).`))(name ? `“${name}”` : "The answer", numbers);
