import { get, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day, moment, money } from "../core/money.js";
import { say } from "../core/words.js";
import { dialog } from "../parts/dialog.js";
import { duration } from "../parts/duration.js";
import { eligibilityDialog } from "../parts/eligibility-dialog.js";
import { field } from "../parts/field.js";
import { examDialog, routingDialog } from "../parts/project-dialogs.js";
import { form, section } from "../parts/section.js";
import { writeTo } from "../parts/write-dialog.js";

/** How often the live board is looked at anew, in milliseconds. */
const beat = 10_000;

/** Who works on what, how much was done, and when it will be done. */
export function boardPage() {
  const live = h("div");
  const body = h("div.stack", { "aria-busy": "true" });
  watch(live);
  load(body);
  return h("main.page.stack", {}, h("div.spread", {}, h("h1", {}, say("Board")),
    h("div.row", {}, h("button.button", { onclick: termsDialog }, say("Terms of work")), h("button.button", { onclick: limitDialog }, say("Limit of a day")), h("button.button.primary", { onclick: () => writeTo() }, say("Write to people")))), live, body);
}

/** @param {HTMLElement} place */
async function watch(place) {
  try {
    const { items } = await get("/api/team-board");
    fill(place, section(say("At work now"), [], [say("Worker"), say("Project"), say("Answers today"), say("At work today"), say("Last heard of")], items.map((/** @type {any} */ one) => h("tr", {},
      h("td.strong", {}, h("a", { href: `#/worker/${one.worker}` }, one.email)), h("td", { dir: "auto" }, one.project_name), h("td.number", {}, String(one.answers_today)),
      h("td.number", {}, duration(one.active_seconds_today)), h("td", {}, moment(one.last_at)))), say("Nobody is at work now.")));
  } catch (error) {
    fill(place, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
  setTimeout(() => place.isConnected && watch(place), beat);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const projects = await get("/api/pay");
    body.removeAttribute("aria-busy");
    const again = () => load(body);
    fill(body, work(projects.items, again), report(projects.items));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} projects
 * @param {() => any} again */
function work(projects, again) {
  return section(say("Projects open to the workforce"), [], [say("Project"), say("Done by"), ""], projects.map((project) => {
    const ends = h("ul.plain", {}, h("li.muted", {}, say("Loading…")));
    forecast(project.project, ends);
    return h("tr", {}, h("td.strong", { dir: "auto" }, project.name), h("td", {}, ends),
      h("td.end", {}, h("div.row.end", {},
        h("button.button", { onclick: () => eligibilityDialog(project, again) }, say("Who may work")),
        h("button.button", { onclick: () => examDialog(project, again) }, say("Course and examination")),
        h("button.button", { onclick: () => routingDialog(project, again) }, say("Handing out")))));
  }), say("No project is open to workers yet."));
}

/** When the batches of a project are done, and what that costs.
 * @param {string} project
 * @param {HTMLElement} place */
async function forecast(project, place) {
  try {
    const { items } = await get(`/api/forecast/${project}`);
    fill(place, items.length ? items.map((/** @type {any} */ one) => h("li", {},
      h("bdi", {}, one.name), ": ", one.done_at ? say("{low} to {high}", { low: day(one.done_at.low), high: day(one.done_at.high) }) : say("nobody works on it now"),
      one.cost ? ` · ${say("about {amount}", { amount: money(one.cost.likely, one.currency) })}` : "",
      one.alarm ? [" ", h("span.badge.is-bad", {}, one.alarm === "late" ? say("will be late") : say("may be late"))] : null)) : h("li.muted", {}, say("nothing is waiting")));
  } catch (error) {
    fill(place, h("li.error-text", {}, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} projects */
function report(projects) {
  const table = h("div");
  const today = new Date().toISOString().slice(0, 10);
  const from = h("input.input", { type: "date", value: new Date(Date.now() - 27 * 86_400_000).toISOString().slice(0, 10), max: today });
  const to = h("input.input", { type: "date", value: today, max: today });
  const project = h("select.input", {}, h("option", { value: "" }, say("all")), projects.map((one) => h("option", { value: one.project }, one.name)));
  const clients = new Map(projects.map((one) => [one.client, one.client_name]));
  const client = h("select.input", {}, h("option", { value: "" }, say("all")), [...clients].map(([id, name]) => h("option", { value: id }, name)));
  const search = h("input.input", { type: "search", dir: "auto" });
  const path = () => `/api/team-report?${new URLSearchParams(Object.entries({ from: from.value, to: to.value, project: project.value, client: client.value, search: search.value }).filter(([, value]) => value))}`;
  const file = h("a.button", { download: "team.csv" }, "CSV");
  const show = async () => {
    file.href = `${path()}&format=csv`;
    try {
      const { items } = await get(path());
      fill(table, section(say("What everybody did"), [file], [say("Worker"), say("Project"), say("Days"), say("Answers"), say("Accepted"), say("At work"), say("Earned"), say("An accepted answer cost"), ""], items.map(line), say("Nobody worked in these days.")));
    } catch (error) {
      fill(table, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  };
  show();
  return h("div.stack", {}, h("div.row.fields", { onchange: show }, field(say("From"), from), field(say("To"), to), field(say("Client"), client), field(say("Project"), project), field(say("Address contains"), search)), table);
}

/** @param {any} one */
function line(one) {
  const cost = one.earned.map((/** @type {any} */ sum) => (one.accepted_answers ? money((Number(sum.amount) / one.accepted_answers).toFixed(4), sum.currency) : "")).join(" + ");
  return h("tr", {}, h("td.strong", {}, h("a", { href: `#/worker/${one.worker}` }, one.email)), h("td", { dir: "auto" }, one.project_name), h("td.number", {}, String(one.days)),
    h("td.number", {}, String(one.answers)), h("td.number", {}, String(one.accepted_answers)), h("td.number", {}, duration(one.active_seconds)),
    h("td.number", {}, one.earned.map((/** @type {any} */ sum) => money(sum.amount, sum.currency)).join(" + ")), h("td.number", {}, cost),
    h("td.end", {}, h("button.button.quiet", { onclick: () => writeTo(one) }, say("Write"))));
}

async function termsDialog() {
  const known = await get("/api/terms").catch(() => ({}));
  await dialog(say("Terms of work"), (close) => {
    const text = h("textarea.input", { rows: 12, required: true, dir: "auto", value: known.text ?? "" });
    return form(close, () => send("PUT", "/api/terms", { text: text.value }), [field(say("Terms, in Markdown"), text, say("Everybody must agree to a new version before they get more work."))], say("Publish"));
  });
}

async function limitDialog() {
  const known = await get("/api/limits").catch(() => ({}));
  await dialog(say("Limit of a day"), (close) => {
    const minutes = h("input.input", { type: "number", min: 1, max: 1440, value: known.daily_minutes ?? "" });
    return form(close, () => send("PUT", "/api/limits", { daily_minutes: minutes.value ? Number(minutes.value) : null }), [field(say("Minutes at work that anybody may have in a day"), minutes, say("Empty for no limit"))], say("Save"));
  });
}
