import { read } from "../core/answer.js";
import { get, post } from "../core/api.js";
import { useColors } from "../core/colors.js";
import { fill, h } from "../core/dom.js";
import * as kernel from "../core/kernel.js";
import { say } from "../core/words.js";
import { kinds } from "../editors/image/kinds.js";
import "../editors/image/image-editor.js";
import { sliced } from "../editors/text/blocks.js";
import { toast } from "../parts/dialog.js";
import { remarkList } from "../parts/remarks.js";

/** One's own answers that were sent back, with the reasons, and room for a word on them.
 * @param {string} project
 * @param {string} [answer] to be shown first */
export function feedbackPage(project, answer) {
  const list = h("div.stack", { "aria-busy": "true" });
  load(project, list, answer);
  return h("main.page.stack", {}, h("p", {}, h("a", { href: "#/" }, `← ${say("Work")}`)), h("h1", {}, say("Sent back to you")), list);
}

/** @param {string} project
 * @param {HTMLElement} list
 * @param {string} [answer] */
async function load(project, list, answer) {
  try {
    const { items } = await get(`/api/work/${project}/feedback`);
    await kernel.load();
    list.removeAttribute("aria-busy");
    fill(list, items.length ? items.map((/** @type {any} */ item) => card(project, item)) : h("p.muted", {}, say("None of your answers was sent back.")));
    const place = items.findIndex((/** @type {any} */ item) => item.answer === answer);
    if (place >= 0) list.children[place].scrollIntoView();
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {string} project
 * @param {any} item */
function card(project, item) {
  const surface = h("div.feedback-surface");
  const between = (/** @type {number} */ start, /** @type {number} */ end) => sliced(item.text ?? "", start, end);
  const thread = h("div");
  const tell = (/** @type {any[]} */ remarks) => fill(thread, remarkList(remarks, (place) => show(surface, item, place), between));
  tell(item.remarks);
  const field = h("textarea.input", { rows: 2, maxlength: 2000, required: true, dir: "auto", "aria-label": say("Your answer to the reviewer") });
  const form = h("form.stack.tight", {
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        const { remarks } = await post(`/api/work/${project}/feedback/${item.task}/remarks`, { text: field.value });
        field.value = "";
        tell(remarks);
      } catch (error) {
        toast(/** @type {Error} */ (error).message, true);
      }
    },
  }, field, h("div.row", {}, h("button.button", { type: "submit" }, say("Answer the reviewer"))));
  show(surface, item, item.remarks.findLast((/** @type {any} */ remark) => remark.place)?.place ?? null);
  return h("article.card.stack", {}, item.new ? h("span.badge", {}, say("new")) : null, h("div.feedback", {}, surface, h("div.stack", {}, thread, form)));
}

/** The answer as it was given, with the place in question.
 * @param {HTMLElement} surface
 * @param {any} item
 * @param {import("../parts/remarks.js").Place | null} place */
function show(surface, item, place) {
  if (item.image) {
    useColors(item.ontology.classes);
    let editor = /** @type {any} */ (surface.querySelector("image-editor"));
    if (!editor) {
      editor = document.createElement("image-editor");
      fill(surface, editor);
      editor.open({
        source: item.image, tiles: item.tiles, classes: item.ontology.classes.filter((/** @type {any} */ one) => one.kind in kinds), isReadOnly: true,
        change() {}, select() {}, pick() {}, isLocked: () => true, loaded: () => editor.showPlace(place),
      });
      editor.show(read(item.annotations, item.ontology).shapes);
    }
    if (place) editor.showPlace(place);
    return;
  }
  if (typeof item.text !== "string") return;
  const [start, end] = place && "start" in place ? [place.start, place.end] : [0, 0];
  fill(surface, h("div.text-task", { dir: "auto", tabindex: 0 }, sliced(item.text, 0, start), start < end ? h("mark", {}, sliced(item.text, start, end)) : null, sliced(item.text, end, Infinity)));
}
