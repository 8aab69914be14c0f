import { h } from "../core/dom.js";
import { markdown } from "../core/markdown.js";
import { language, say } from "../core/words.js";
import { dialog } from "./dialog.js";

/** What an annotation says, in words.
 * @param {any} annotation with names */
function words(annotation) {
  const value = annotation.option ?? annotation.options ?? annotation.text ?? annotation.number ?? annotation.rating ?? annotation.boolean;
  return Array.isArray(value) ? value.join(", ") : value === undefined ? "" : String(value);
}

/** The known answer: a question a line, and how many objects of each class there are.
 * @param {any[]} annotations
 * @returns {Array<[string, string]>} */
function summary(annotations) {
  /** @type {Array<[string, string]>} */
  const lines = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const annotation of annotations) {
    const value = words(annotation);
    if (annotation.class && value) lines.push([annotation.class, value]);
    else if (annotation.class) counts.set(annotation.class, (counts.get(annotation.class) ?? 0) + 1);
  }
  for (const [name, count] of counts) lines.push([name, `× ${count}`]);
  return lines;
}

/** Lessons that came together are told one after the other.
 * @type {Promise<any>} */
let last = Promise.resolve();

/** @param {any} lesson */
export function tellLesson(lesson) {
  last = last.then(() => showLesson(lesson));
}

/** What a practice task was about, once its answer is in.
 * @param {{ right: boolean, share: number, expected: any[], explanation?: string | null }} lesson */
async function showLesson(lesson) {
  const share = new Intl.NumberFormat(language, { style: "percent" }).format(lesson.share);
  await dialog(lesson.right ? say("Right: that was a practice task") : say("Not quite: that was a practice task"), (close) => [
    h("p", {}, say("Your answer agrees with the known one by {share}.", { share })),
    h("dl.prompt", {}, summary(lesson.expected).map(([name, value]) => [h("dt", { dir: "auto" }, name), h("dd", { dir: "auto" }, value)])),
    lesson.explanation ? h("div", { dir: "auto" }, markdown(lesson.explanation)) : null,
    h("p.muted", {}, say("Practice is not counted against you.")),
    h("div.row", {}, h("button.button.primary", { autofocus: true, onclick: () => close() }, say("Go on"))),
  ]);
}
