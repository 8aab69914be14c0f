import { send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { say } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { form } from "./section.js";

/** What a project pays in one currency; its rates in others stay.
 * @param {any} project
 * @param {() => any} again */
export function rateDialog(project, again) {
  const plan = project.pay ?? { rates: [], difficulty: {} };
  return dialog(say("Pay for {name}", { name: project.name }), (close) => {
    const currency = h("input.input", { required: true, maxlength: 3, minlength: 3, dir: "ltr", value: plan.rates[0]?.currency ?? "USD" });
    const body = h("div.stack");
    /** @type {Record<string, any>} */
    let inputs = {};
    const show = () => {
      const rate = plan.rates.find((/** @type {any} */ one) => one.currency === currency.value.toUpperCase()) ?? {};
      const amount = (/** @type {string} */ name) => (inputs[name] = h("input.input", { inputmode: "decimal", dir: "ltr", value: Number(rate[name] ?? 0) ? rate[name] : "", placeholder: "0" }));
      const choice = (/** @type {string} */ name, /** @type {string[][]} */ options) =>
        (inputs[name] = h("select.input", {}, options.map(([value, text]) => h("option", { value, selected: value === rate[name] }, text))));
      inputs = {};
      const hours = h("input.input", { type: "number", min: 0, max: 2160, value: rate.settles_after_hours ?? 72 });
      fill(body, h("div.tiles", {},
        field(say("For an answer"), amount("answer")), field(say("For each unit"), amount("unit")),
        field(say("A unit is"), choice("unit_is", [["object", say("an object")], ["word", say("a word")]])),
        field(say("For a minute at work"), amount("active_minute")), field(say("For a review"), amount("review")), field(say("An hour earns at least"), amount("hourly_floor")),
        field(say("What is sent back still pays"), choice("on_rejection", [["floor", say("the hourly floor")], ["nothing", say("nothing")], ["everything", say("everything")]])),
        field(say("Hours until it is owed"), hours)));
      inputs.settles_after_hours = hours;
    };
    currency.addEventListener("change", show);
    show();
    const read = () => {
      /** @type {Record<string, any>} */
      const rate = { currency: currency.value.toUpperCase() };
      for (const [name, input] of Object.entries(inputs)) rate[name] = input.value.trim() || "0";
      rate.settles_after_hours = Number(rate.settles_after_hours);
      const others = plan.rates.filter((/** @type {any} */ one) => one.currency !== rate.currency);
      const place = plan.rates.findIndex((/** @type {any} */ one) => one.currency === rate.currency);
      return { rates: place === 0 ? [rate, ...others] : [...others, rate], difficulty: plan.difficulty };
    };
    return form(close, () => send("PUT", `/api/pay/${project.project}`, read()), [field(say("Currency"), currency), body,
      h("p.muted", {}, say("What is in somebody's hands keeps the price it was shown with."))], say("Save"), again);
  });
}
