import { h, icon } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { attempt, form } from "./section.js";

/** @type {Record<string, string>} */
export const actionNames = {
  warn: word("warn"), pause: word("pause"), retrain: word("send to the course again"), lower_weight: word("lower the weight of answers"),
  hold_pay: word("hold pay"), requeue: word("ask others for the answers"), ask_more: word("ask one more person"),
};

/** @type {Record<string, string>} */
export const signalNames = {
  answers: word("answers looked at"), answers_today: word("answers of a day"), speed_percentile: word("percent of people who are faster"),
  median_seconds: word("seconds at an answer"), gold_judged: word("gold answered"), gold_rate: word("share of gold right"),
  agreement: word("share that agrees with the consensus"), skips_in_a_row: word("skipped in a row"), repeated_answers: word("drawings repeated"),
  duplicate_texts: word("texts repeated"), model_like_texts: word("texts like a language model's"), chance: word("evidence of chance (log₁₀)"),
  copying: word("evidence of copying (log₁₀)"), accounts_on_device: word("other accounts on the device"), accounts_at_address: word("other accounts at the address"),
};

/** A rule to write or to change.
 * @param {any} rule
 * @param {(rule?: any) => Promise<any>} save puts another in its place, or none
 * @param {() => any} again */
export function ruleDialog(rule, save, again) {
  return dialog(rule ? say("Change the rule") : say("Add a rule"), (close) => {
    const name = h("input.input", { required: true, maxlength: 100, value: rule?.name ?? "", dir: "auto" });
    const reason = h("textarea.input", { required: true, rows: 2, maxlength: 500, value: rule?.reason ?? "", dir: "auto" });
    const rows = h("div.stack.tight");
    const add = (/** @type {any} */ one = { signal: "chance", at_least: 3 }) => {
      const signal = h("select.input", { "aria-label": say("Signal") }, Object.entries(signalNames).map(([value, words]) => h("option", { value, selected: value === one.signal }, say(words))));
      const bound = h("select.input", { "aria-label": say("Bound") }, h("option", { value: "at_least" }, "≥"), h("option", { value: "at_most", selected: one.at_most !== undefined }, "≤"));
      const value = h("input.input", { type: "number", step: "any", required: true, "aria-label": say("Value"), value: one.at_least ?? one.at_most });
      const row = h("div.row.condition", {}, signal, bound, value,
        h("button.button.quiet.icon", { type: "button", "aria-label": say("Remove"), onclick: () => row.remove() }, icon("trash")));
      /** @type {any} */ (row).read = () => ({ signal: signal.value, [bound.value]: Number(value.value) });
      rows.append(row);
    };
    (rule?.when ?? [undefined]).forEach(add);
    const boxes = Object.entries(actionNames).map(([value, words]) => {
      const box = h("input", { type: "checkbox", value, checked: rule?.then.includes(value) ?? false });
      return { box, element: h("label.check", {}, box, h("span", {}, say(words))) };
    });
    return [form(close, () => save({
      name: name.value, reason: reason.value, when: [...rows.children].map((row) => /** @type {any} */ (row).read()),
      then: boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
    }), [
      field(say("Name"), name), field(say("What the worker is told"), reason),
      h("fieldset.stack.tight.plain-set", {}, h("legend.strong", {}, say("When all of these hold")), rows,
        h("div", {}, h("button.button", { type: "button", onclick: () => add() }, icon("plus"), say("Add a condition")))),
      h("fieldset.stack.tight.plain-set", {}, h("legend.strong", {}, say("Then")), boxes.map(({ element }) => element)),
    ], say("Save"), again), rule ? h("div.row", {}, h("button.button.quiet", { onclick: () => { close(); attempt(again, save); } }, say("Take the rule away"))) : null];
  });
}
