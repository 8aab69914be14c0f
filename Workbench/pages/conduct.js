import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { moment } from "../core/money.js";
import { say } from "../core/words.js";
import { askDecision } from "../parts/appeal.js";
import { actionNames, ruleDialog, signalNames } from "../parts/rule-dialog.js";
import { dialog } from "../parts/dialog.js";
import { field } from "../parts/field.js";
import { attempt, form, section } from "../parts/section.js";

/** How people work: the rules, whom they concern, and what was decided. */
export function conductPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {}, h("h1", {}, say("Conduct")), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [versions, decisions, workers, appeals, projects] = await Promise.all(["/api/conduct-rules", "/api/decisions", "/api/workers", "/api/appeals", "/api/pay"].map(get));
    body.removeAttribute("aria-busy");
    const again = () => load(body);
    /** @type {Map<string, string>} */
    const names = new Map(workers.items.map((/** @type {any} */ worker) => [worker.id, worker.email]));
    const waiting = appeals.items.filter((/** @type {any} */ item) => item.about === "decision");
    fill(body, waiting.length ? appealed(waiting, names, again) : null, rules(versions.items[0], names, again), decided(decisions.items, names, projects.items, again));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} actions */
const actionList = (actions) => actions.map((action) => say(actionNames[action] ?? action)).join(", ");

/** @param {any} evidence */
const evidenceWords = (evidence) => Object.entries(evidence).map(([signal, value]) => `${say(signalNames[signal] ?? signal)}: ${Math.round(Number(value) * 100) / 100}`).join(" · ");

/** @param {any[]} items
 * @param {Map<string, string>} names
 * @param {() => any} again */
function appealed(items, names, again) {
  return section(say("Appeals"), [], [say("Worker"), say("Decision"), say("Appeal"), ""], items.map((item) => h("tr", {},
    h("td", {}, names.get(item.worker) ?? item.worker, h("p.muted", {}, moment(item.appeal.at))),
    h("td", {}, say(actionNames[item.action] ?? item.action), h("p.muted", { dir: "auto" }, say(item.reason)), h("p.muted", {}, evidenceWords(item.evidence))),
    h("td", { dir: "auto" }, item.appeal.text),
    h("td.end", {}, h("button.button", { onclick: () => askDecision(item, item.id, again) }, say("Decide"))))), "");
}

/** @param {any} version
 * @param {Map<string, string>} names
 * @param {() => any} again */
function rules(version, names, again) {
  const hits = h("div");
  const save = (/** @type {any[]} */ all) => send("PUT", "/api/conduct-rules", { rules: all });
  const edit = (/** @type {any} */ rule) =>
    ruleDialog(rule, (found) => save(rule ? version.rules.flatMap((/** @type {any} */ one) => (one === rule ? found ?? [] : one)) : [...version.rules, found]), again);
  const dryRun = async () => {
    fill(hits, h("p.muted", {}, say("Looking…")));
    try {
      const found = await post("/api/conduct-rules/dry-run", { rules: version.rules });
      fill(hits, section(say("These rules would concern {n} people now, and pause {paused}", { n: found.workers, paused: found.paused }), [], [say("Worker"), say("Project"), say("Rule"), say("By what")], found.items.map((/** @type {any} */ hit) => h("tr", {},
        h("td", {}, names.get(hit.worker) ?? hit.worker), h("td", { dir: "auto" }, hit.project_name), h("td", { dir: "auto" }, hit.rule), h("td", {}, evidenceWords(hit.evidence)))), say("They concern nobody now.")));
    } catch (error) {
      fill(hits, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  };
  return h("div.stack", {}, section(version.version ? say("Rules, version {n}", { n: version.version }) : say("Rules: the standard ones"),
    [h("button.button", { onclick: dryRun }, say("Try them on past answers")), h("button.button", { onclick: () => edit(null) }, say("Add a rule"))],
    [say("Rule"), say("When"), say("Then"), ""], version.rules.map((/** @type {any} */ rule) => h("tr", {},
      h("td.strong", { dir: "auto" }, rule.name),
      h("td", {}, h("ul.plain", {}, rule.when.map((/** @type {any} */ one) => h("li", {}, say(signalNames[one.signal] ?? one.signal), one.at_least === undefined ? ` ≤ ${one.at_most}` : ` ≥ ${one.at_least}`)))),
      h("td", {}, actionList(rule.then)), h("td.end", {}, h("button.button.quiet", { onclick: () => edit(rule) }, say("Change"))))), say("There are no rules.")), hits);
}

/** @param {any[]} items
 * @param {Map<string, string>} names
 * @param {any[]} projects
 * @param {() => any} again */
function decided(items, names, projects, again) {
  return section(say("Decisions"), [h("button.button", { onclick: () => decide(names, projects, again) }, say("Decide about somebody"))],
    [say("When"), say("Worker"), say("Decision"), say("Why"), ""], items.map((one) => h("tr", {},
      h("td", {}, moment(one.at)), h("td", {}, names.get(one.worker) ?? one.worker, h("p.muted", { dir: "auto" }, one.project_name)),
      h("td", {}, say(actionNames[one.action] ?? one.action), one.lifted_at ? [" ", h("span.badge", {}, say("lifted"))] : null),
      h("td", {}, h("span", { dir: "auto" }, say(one.reason)), h("p.muted", {}, one.rule ? h("bdi", {}, one.rule) : say("by a person"), " ", evidenceWords(one.evidence))),
      h("td.end", {}, one.lifted_at ? null : h("button.button.quiet", { onclick: () => attempt(again, () => send("DELETE", `/api/decisions/${one.id}`)) }, say("Lift"))))), say("Nothing was decided yet."));
}

/** @param {Map<string, string>} names
 * @param {any[]} projects
 * @param {() => any} again */
async function decide(names, projects, again) {
  await dialog(say("Decide about somebody"), (close) => {
    const worker = h("select.input", {}, [...names].map(([id, email]) => h("option", { value: id }, email)));
    const project = h("select.input", {}, projects.map((one) => h("option", { value: one.project }, one.name)));
    const action = h("select.input", {}, Object.entries(actionNames).map(([value, name]) => h("option", { value }, say(name))));
    const reason = h("textarea.input", { required: true, rows: 3, maxlength: 500, dir: "auto" });
    return form(close, () => post(`/api/workers/${worker.value}/decisions`, { project: project.value, actions: [action.value], reason: reason.value }),
      [field(say("Worker"), worker), field(say("Project"), project), field(say("Decision"), action), field(say("Reason, which the worker reads"), reason)], say("Decide"), again);
  });
}
