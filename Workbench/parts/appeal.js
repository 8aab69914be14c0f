import { post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { form } from "./section.js";

/** @type {Record<string, string>} */
const states = { open: word("You appealed"), granted: word("Your appeal was granted"), declined: word("Your appeal was declined") };

/** What a worker said against something and what was answered, or room to say it.
 * @param {any} appeal that was made
 * @param {string} path where one is made
 * @param {boolean} isOpen whether one can be made */
export function appealArea(appeal, path, isOpen) {
  const place = h("div.stack.tight");
  const show = (/** @type {any} */ made) => fill(place,
    h("p", {}, say(states[made.state] ?? made.state), ": ", h("bdi", {}, made.text)),
    made.reply ? h("p", {}, say("The operator:"), " ", h("bdi", {}, made.reply)) : null);
  if (appeal) show(appeal);
  else if (isOpen) {
    fill(place, h("div", {}, h("button.button.quiet", {
      onclick: async () => {
        const made = await dialog(say("Say why this is not right"), (close) => {
          const text = h("textarea.input", { rows: 4, required: true, maxlength: 2000, dir: "auto", "aria-label": say("Reason") });
          return form(close, () => send("PUT", path, { text: text.value }), [text], say("Appeal"));
        });
        if (made) show(made);
      },
    }, say("Appeal"))));
  }
  return place;
}

/** Asks the operator what is answered to an appeal, and sends it.
 * @param {any} item with its appeal
 * @param {string} subject its id
 * @param {() => any} again */
export async function askDecision(item, subject, again) {
  await dialog(say("Decide"), (close) => {
    const reply = h("textarea.input", { required: true, rows: 3, maxlength: 2000, dir: "auto" });
    const choice = h("select.input", {}, h("option", { value: "true" }, say("Grant it: give back what was taken, held or decided")), h("option", { value: "" }, say("Decline it")));
    return form(close, () => post(`/api/appeals/${subject}/decision`, { granted: Boolean(choice.value), reply: reply.value }),
      [h("p", { dir: "auto" }, item.appeal.text), field(say("Decision"), choice), field(say("Reason, which the worker reads"), reply)], say("Decide"), again);
  });
}
