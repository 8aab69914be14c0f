import { learn } from "../core/words.js";

/** What only some tasks need, brought when the first of them comes.
 * @param {any} lease
 * @param {string} base of the project's work; empty where the page is only shown */
export async function extras(lease, base) {
  const asksFiles = lease.guide.ontology.classes.some((/** @type {any} */ one) => one.kind === "files");
  const [files, panel] = await Promise.all([
    asksFiles ? Promise.all([import("../editors/file-question.js"), learn("files")]).then(([{ fileQuestions }]) => fileQuestions(base, lease)) : undefined,
    lease.review ? import("../parts/review-panel.js").then(({ ReviewPanel }) => ReviewPanel) : undefined,
  ]);
  return { files, ReviewPanel: panel };
}
