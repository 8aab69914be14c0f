import { get, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day } from "../core/money.js";
import { language, say } from "../core/words.js";
import { dialog } from "../parts/dialog.js";
import { duration } from "../parts/duration.js";
import { earningAppeals } from "../parts/earning-appeals.js";
import { field } from "../parts/field.js";
import { form, section } from "../parts/section.js";

/** Who reviews for the operator, how they do, and what is said against what they sent back. */
export function reviewersPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {}, h("h1", {}, say("Reviewers")), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [projects, workers, appeals] = await Promise.all(["/api/pay", "/api/workers", "/api/appeals"].map(get));
    const lists = await Promise.all(projects.items.map((/** @type {any} */ project) => get(`/api/reviewers/${project.project}`)));
    body.removeAttribute("aria-busy");
    const again = () => load(body);
    /** @type {Map<string, string>} */
    const names = new Map(workers.items.map((/** @type {any} */ worker) => [worker.id, worker.email]));
    const sent = appeals.items.filter((/** @type {any} */ item) => item.about === "earning" && Number(item.taken_back));
    fill(body, sent.length ? earningAppeals(sent, names, again) : null,
      projects.items.length ? projects.items.map((/** @type {any} */ project, /** @type {number} */ place) => reviewers(project, lists[place].items, names, again))
        : h("p.muted", {}, say("No project is open to workers yet.")));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} project
 * @param {any[]} items
 * @param {Map<string, string>} names
 * @param {() => any} again */
function reviewers(project, items, names, again) {
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  const path = (/** @type {string} */ worker) => `/api/reviewers/${project.project}/${worker}`;
  const appoint = () => {
    const free = [...names].filter(([id]) => !items.some((item) => item.worker === id));
    ask(say("Reviewer for {name}", { name: project.name }), say("Let them review"), (reason, worker) => send("PUT", path(worker), { reason }), again, free);
  };
  const dismiss = (/** @type {any} */ item) => {
    ask(say("End reviewing for {name}", { name: item.email }), say("End it"), (reason) => send("DELETE", path(item.worker), { reason }), again);
  };
  return section(project.name, [h("button.button", { onclick: appoint }, say("Add a reviewer"))],
    [say("Worker"), say("Since"), say("Reviews"), say("Accepted"), say("Corrected"), say("Sent back"), say("Others agreed"), say("At work"), ""], items.map((item) => h("tr", {},
      h("td.strong", {}, item.email), h("td", {}, day(item.since)), ...[item.reviews, item.accepted, item.fixed, item.rejected].map((count) => h("td.number", {}, String(count))),
      h("td.number", {}, item.judged ? say("{share} of {n}", { share: percent.format(item.agreed / item.judged), n: item.judged }) : ""), h("td.number", {}, duration(item.active_seconds)),
      h("td.end", {}, h("button.button.quiet", { onclick: () => dismiss(item) }, say("End it"))))), say("The client's own people review it."));
}

/** Asks why, and where there are workers to choose from, whom.
 * @param {string} title
 * @param {string} verb
 * @param {(reason: string, worker: string) => Promise<any>} act
 * @param {() => any} again
 * @param {[string, string][]} [workers] */
function ask(title, verb, act, again, workers) {
  return dialog(title, (close) => {
    const worker = h("select.input", { required: true }, (workers ?? []).map(([id, email]) => h("option", { value: id }, email)));
    const reason = h("textarea.input", { required: true, rows: 2, maxlength: 500, dir: "auto" });
    return form(close, () => act(reason.value, worker.value), [workers ? field(say("Worker"), worker) : null, field(say("Reason, which the worker reads"), reason)], verb, again);
  });
}
