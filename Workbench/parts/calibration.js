import { get, post } from "../core/api.js";
import { h } from "../core/dom.js";
import { language, say, word } from "../core/words.js";
import { toast } from "./dialog.js";

/** @type {Record<string, string>} */
const verdicts = {
  open: word("A few annotators try the instructions out; the rest of the work starts after that."),
  passed: word("Annotators agree: the instructions are clear, and the workforce is let on."),
  failed: word("Annotators do not agree. Say in the instructions what was unclear and try again with a new batch, or let the workforce on."),
  waived: word("The workforce was let on by a manager."),
};

/** How clear the instructions proved in the newest calibration batch; nothing where there is none.
 * @param {string | null} batch
 * @param {() => void} again shows the page anew
 * @returns {Promise<HTMLElement | null>} */
export async function calibrationCard(batch, again) {
  if (!batch) return null;
  const score = await get(`/api/batches/${batch}/calibration`);
  const digits = (/** @type {number} */ value) => value.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const letOn = async () => { await post(`/api/batches/${batch}/calibration/waiver`).then(again, (error) => toast(error.message, true)); };
  return h("section.card.stack", {}, h("h2", {}, say("Are the instructions clear?")), h("p", {}, say(verdicts[score.state])),
    h("ul.plain", {}, score.questions.map((/** @type {any} */ one) => h("li", {}, h("bdi", {}, one.class), " ",
      h("span.number", {}, digits(one.value)), " ",
      h(one.clear ? "span.badge" : "span.error-text", {}, one.clear ? say("clear") : say("unclear: below {bar}", { bar: digits(score.bar) }))))),
    h("ul.plain", {}, score.confused.map((/** @type {any} */ pair) => h("li", { dir: "auto" },
      say("“{truth}” is called “{said}” in {share} of {n} answers", { truth: pair.truth, said: pair.said, share: new Intl.NumberFormat(language, { style: "percent" }).format(pair.share), n: pair.of })))),
    ["open", "failed"].includes(score.state) ? h("div.row", {}, h("button.button", { onclick: letOn }, say("Let the workforce on"))) : null);
}
