import { get, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { money } from "../core/money.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";
import { field } from "./field.js";
import { attempt, form } from "./section.js";

/** @param {any} value
 * @param {number} least
 * @param {number} most */
const number = (value, least, most) => h("input.input", { type: "number", min: least, max: most, value: value ?? "" });

/** @param {any} input */
const read = (input) => (input.value === "" ? null : Number(input.value));

/** @param {string} path */
const known = (path) => get(path).catch((error) => { toast(error.message, true); return null; });

/** What a project asks before its live work.
 * @param {any} project
 * @param {() => any} again */
export async function examDialog(project, again) {
  const path = `/api/qualifications/${project.project}`;
  const found = await known(path);
  if (!found) return null;
  const plan = found.plan ?? { lessons: 3, questions: 10, pass_percent: 80, attempts: 3, retry_after_hours: 24, expires_after_days: null, paid: false };
  return dialog(say("Before the live work of {name}", { name: project.name }), (close) => {
    const lessons = number(plan.lessons, 0, 200), questions = number(plan.questions, 1, 200), pass = number(plan.pass_percent, 1, 100);
    const attempts = number(plan.attempts, 1, 20), wait = number(plan.retry_after_hours, 0, 2160), days = number(plan.expires_after_days, 1, 3650);
    const paid = h("input", { type: "checkbox", checked: plan.paid });
    const passed = found.items.filter((/** @type {any} */ one) => one.state === "passed").length;
    return [form(close, () => send("PUT", path, {
      lessons: read(lessons) ?? 0, questions: read(questions), pass_percent: read(pass), attempts: read(attempts),
      retry_after_hours: read(wait) ?? 0, expires_after_days: read(days), paid: paid.checked,
    }), [
      h("p.muted", {}, say("The course is made of the project's training gold, the examination of its evaluation gold. {some} of {all} people who tried have passed.", { some: passed, all: found.items.length })),
      h("div.tiles", {}, field(say("Tasks of the course"), lessons), field(say("Tasks of the examination"), questions), field(say("Percent that must be right"), pass),
        field(say("Tries"), attempts), field(say("Hours between tries"), wait), field(say("Days that it holds"), days, say("Empty for ever"))),
      h("label.check", {}, paid, h("span", {}, say("Both are paid as live work is"))),
    ], say("Save"), again), found.plan ? h("div.row", {}, h("button.button.quiet", { onclick: () => { close(); attempt(again, () => send("DELETE", path)); } }, say("Ask for nothing"))) : null];
  });
}

/** How a project's work is handed out.
 * @param {any} project
 * @param {() => any} again */
export async function routingDialog(project, again) {
  const path = `/api/routing/${project.project}`;
  const routing = await known(path);
  if (!routing) return null;
  return dialog(say("How {name} is handed out", { name: project.name }), (close) => {
    const priority = number(routing.priority, 0, 100), share = number(routing.max_share_percent, 1, 100), team = number(routing.own_team_hours, 0, 720);
    const warning = h("textarea.input", { rows: 2, maxlength: 500, dir: "auto", value: routing.exposure?.warning ?? "" });
    const minutes = number(routing.exposure?.minutes_per_day ?? 60, 1, 1440);
    return form(close, () => send("PUT", path, {
      priority: read(priority) ?? 0, max_share_percent: read(share), own_team_hours: read(team) ?? 0,
      exposure: warning.value.trim() ? { warning: warning.value.trim(), minutes_per_day: read(minutes) ?? 60 } : null,
    }), [
      field(say("Priority among its client's projects"), priority, say("The higher goes first; clients take turns")),
      field(say("Percent of a batch that one person may have"), share, say("Empty for no limit")),
      field(say("Hours that a new batch is for the client's own people"), team),
      field(say("Warning, where the content may harm"), warning, say("People must say yes to it first; pictures are blurred and grey. Empty for none")),
      field(say("Minutes of a day that one may see it"), minutes),
    ], say("Save"), again);
  });
}

/** What a client pays for a project.
 * @param {any} project
 * @param {() => any} again */
export async function priceDialog(project, again) {
  const path = `/api/prices/${project.project}`;
  const price = await known(path);
  if (!price) return null;
  return dialog(say("What the client pays for {name}", { name: project.name }), (close) => {
    const perTask = h("input.input", { required: true, inputmode: "decimal", value: price.per_task ?? "", placeholder: "0.50" });
    const currency = h("input.input", { required: true, maxlength: 3, minlength: 3, dir: "ltr", value: price.currency ?? "USD" });
    const budget = h("input.input", { inputmode: "decimal", value: price.budget ?? "" });
    return form(close, () => send("PUT", path, { per_task: perTask.value.trim(), currency: currency.value.toUpperCase(), ...(budget.value.trim() ? { budget: budget.value.trim() } : {}) }), [
      price.version ? h("p.muted", {}, say("Charged until now: {amount}", { amount: money(price.charged, price.currency) })) : null,
      field(say("For each task that is done"), perTask), field(say("Currency"), currency),
      field(say("Budget"), budget, say("Once it is spent, no more work is handed out. Empty for no limit")),
    ], say("Save"), again);
  });
}
