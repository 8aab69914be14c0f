import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day, moment, money } from "../core/money.js";
import { language, say, word } from "../core/words.js";
import { duration } from "../parts/duration.js";
import { named, levelWords } from "../parts/languages.js";
import { missingWords } from "../parts/missing.js";
import { actionNames } from "../parts/rule-dialog.js";
import { section } from "../parts/section.js";
import { writeTo } from "../parts/write-dialog.js";

/** One worker: what they do, how well, what they may work on, what was decided; no content.
 * @param {string} id */
export function workerPage(id) {
  const body = h("div.stack", { "aria-busy": "true" });
  load(id, body);
  return h("main.page.stack", {}, h("p", {}, h("a", { href: "#/workers" }, `← ${say("Workers")}`)), body);
}

/** @param {string} id
 * @param {HTMLElement} body */
async function load(id, body) {
  try {
    const person = await get(`/api/workers/${id}`);
    body.removeAttribute("aria-busy");
    fill(body, h("div.spread", {}, h("h1", {}, person.email),
      h("button.button", { onclick: () => writeTo({ worker: id, email: person.email }) }, say("Write"))),
    about(person), projects(person.projects), work(person.work), days(person.days), decisions(person.decisions));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} person */
function about(person) {
  const { profile } = person;
  const rows = [
    [say("Since"), day(person.created_at)],
    [say("Country"), profile.country ? named("region", profile.country) : ""],
    [say("Languages"), profile.languages.map((/** @type {any} */ one) => `${named("language", one.tag)} (${levelWords(one.level)})`).join(", ")],
    [say("Skills"), profile.skills.join(", ")],
    [say("What they need to work well"), profile.accessibility],
  ].filter(([, value]) => value);
  return h("div.card", {}, h("dl.facts", {}, rows.map(([name, value]) => h("div.spread", {}, h("dt.muted", {}, name), h("dd", { dir: "auto" }, value)))));
}

/** @param {any[]} items */
function projects(items) {
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  return section(say("Projects"), [], [say("Project"), say("May work"), say("Examination"), say("Agrees with what turned out right")], items.map((item) => h("tr", {},
    h("td.strong", { dir: "auto" }, item.name, item.reviewer ? [" ", h("span.badge", {}, say("reviews it"))] : null),
    h("td", {}, item.missing.length ? say("no: {things}", { things: item.missing.map(missingWords).join(" · ") }) : say("yes")),
    h("td", {}, item.qualification ? say(states[item.qualification.state] ?? item.qualification.state) : ""),
    h("td.number", {}, item.quality ? say("{share} (most likely {low} to {high})", { share: percent.format(item.quality.share), low: percent.format(item.quality.interval[0]), high: percent.format(item.quality.interval[1]) }) : ""))),
  say("No project is open to workers yet."));
}

/** @type {Record<string, string>} */
const states = { learning: word("in the course"), passed: word("passed") };

/** @param {any[]} lines */
function work(lines) {
  return section(say("The last 28 days"), [], [say("Project"), say("Days"), say("Answers"), say("Accepted"), say("At work"), say("Earned")], lines.map((line) => h("tr", {},
    h("td.strong", { dir: "auto" }, line.project_name), h("td.number", {}, String(line.days)), h("td.number", {}, String(line.answers)),
    h("td.number", {}, String(line.accepted_answers)), h("td.number", {}, duration(line.active_seconds)),
    h("td.number", {}, line.earned.map((/** @type {any} */ sum) => money(sum.amount, sum.currency)).join(" + ")))),
  say("Nobody worked in these days."));
}

/** @param {any[]} items */
function days(items) {
  if (!items.length) return null;
  const most = Math.max(...items.map((item) => item.answers), 1);
  return section(say("Day by day"), [], [say("Day"), say("Answers"), say("At work")], items.map((item) => h("tr", {},
    h("td", {}, day(item.day)), h("td", {}, h("meter", { min: 0, max: most, value: item.answers, "aria-hidden": "true" }), " ", h("span.number", {}, String(item.answers))),
    h("td.number", {}, duration(item.active_seconds)))), "");
}

/** @param {any[]} items */
function decisions(items) {
  return section(say("Decisions"), [], [say("When"), say("Project"), say("Decision"), say("Reason")], items.map((item) => h("tr", {},
    h("td", {}, moment(item.at)), h("td", { dir: "auto" }, item.project_name),
    h("td", {}, say(actionNames[item.action] ?? item.action), item.lifted_at ? [" ", h("span.badge", {}, say("lifted"))] : null),
    h("td", { dir: "auto" }, say(item.reason)))), say("Nothing was decided."));
}
