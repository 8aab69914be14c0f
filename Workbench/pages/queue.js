import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { language, say } from "../core/words.js";
import { dialog, toast } from "../parts/dialog.js";
import { missingWords } from "../parts/missing.js";
import { priceWords } from "../parts/price.js";
import { attempt, section } from "../parts/section.js";
import { agreeToTerms } from "../parts/terms-dialog.js";

/** What there is to do, what is new, and how well one does. */
export function queuePage() {
  const news = h("div.stack");
  const list = h("div.cards", { "aria-busy": "true" });
  const quality = h("div");
  load(news, list, quality);
  return h("main.page.stack", {}, h("div.spread", {}, h("h1", {}, say("Work")), h("button.button.primary.next-work", { hidden: true, onclick: next }, say("Next task for me"))), news, list, quality);
}

/** @param {HTMLElement} news
 * @param {HTMLElement} list
 * @param {HTMLElement} quality */
async function load(news, list, quality) {
  try {
    const { items, closed, is_worker: isWorker } = await get("/api/work");
    list.removeAttribute("aria-busy");
    const again = () => load(news, list, quality);
    const button = /** @type {HTMLElement} */ (document.querySelector(".next-work"));
    if (button) button.hidden = !isWorker || !items.length;
    if (!items.length && !closed.length) fill(list, h("p.muted", {}, say("There is no project for you yet. Ask your lead to add you to one.")));
    else fill(list, items.map(card), closed.map((/** @type {any} */ project) => closedCard(project, again)));
    if (isWorker) await about(news, quality);
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** Takes whichever project has its turn. */
async function next() {
  try {
    const { project } = await post("/api/work/next", {});
    if (project) location.hash = `#/work/${project}`;
    else toast(say("There is nothing for you now. Look again in a while."));
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
}

/** What the operator's workers are told of themselves.
 * @param {HTMLElement} news
 * @param {HTMLElement} quality */
async function about(news, quality) {
  const [{ new: count }, found] = await Promise.all(["/api/me/messages?limit=1", "/api/me/quality"].map(get));
  fill(news, h("div.row", {}, h(count ? "a.button" : "a.button.quiet", { href: "#/inbox" }, count ? say("{n} new messages and decisions", { n: count }) : say("Messages and decisions"))));
  fill(quality, found.items.length ? qualityTable(found.items) : null);
}

/** @param {any[]} items */
function qualityTable(items) {
  const percent = new Intl.NumberFormat(language, { style: "percent" });
  return section(say("Your quality"), [], [say("Project"), say("Agrees with what turned out right"), say("Answers compared"), say("By week")], items.map((item) => h("tr", {},
    h("td.strong", { dir: "auto" }, item.name),
    h("td.number", {}, say("{share} (most likely {low} to {high})", { share: percent.format(item.share), low: percent.format(item.interval[0]), high: percent.format(item.interval[1]) })),
    h("td.number", {}, String(item.judged)),
    h("td.number", {}, item.weeks.map((/** @type {any} */ week) => percent.format(week.share)).join(" → ")))), "");
}

/** What one could work on, and what is missing to it.
 * @param {any} project
 * @param {() => void} again */
function closedCard(project, again) {
  const asks = (/** @type {string} */ kind) => project.missing.some((/** @type {any} */ one) => one.missing === kind);
  return h("article.card.stack", {}, h("h2.muted", { dir: "auto" }, project.name),
    h("p", {}, say("Not open to you. It asks for: {things}", { things: project.missing.map(missingWords).join(" · ") })),
    h("div.row", {},
      asks("consent") ? h("button.button", { onclick: async () => { if (await agreeToTerms()) again(); } }, say("Read the terms")) : null,
      asks("opt_in") ? h("button.button", { onclick: () => optIn(project, again) }, say("Read the warning")) : null,
      asks("paused") ? h("a.button", { href: "#/inbox" }, say("See why, and appeal")) : null,
      ["language", "skill", "country"].some(asks) ? h("a.button.quiet", { href: "#/earnings" }, say("Say more of yourself")) : null));
}

/** @param {any} project
 * @param {() => void} again */
async function optIn(project, again) {
  const one = project.missing.find((/** @type {any} */ one) => one.missing === "opt_in");
  const isSure = await dialog(say("What this work shows"), (close) => [h("p", { dir: "auto" }, one.warning),
    h("p.muted", {}, say("It is blurred and grey until you look, and limited for each day. You can stop at any time, and nobody holds it against you.")),
    h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("I will see it")), h("button.button.quiet", { onclick: () => close() }, say("Not now")))]);
  if (isSure) attempt(again, () => send("PUT", `/api/me/opt-ins/${project.project}`));
}

/** What comes before live work.
 * @param {any} exam */
function examWords(exam) {
  const share = new Intl.NumberFormat(language, { style: "percent" }).format(exam.pass_percent / 100);
  return exam.lessons ? say("Before its live work: a course of {n} tasks, then an examination of {questions}, of which {share} must be right.", { n: exam.lessons, questions: exam.questions, share })
    : say("Before its live work: an examination of {n} tasks, of which {share} must be right.", { n: exam.questions, share });
}

/** @param {any} project */
function card(project) {
  // Annotators are told what they did, not how far the project is.
  const isShown = project.completed !== null;
  const done = project.tasks ? Math.round((100 * project.completed) / project.tasks) : 0;
  const meter = h("div.meter", { role: "progressbar", "aria-valuenow": done, "aria-label": say("done") }, h("i"));
  meter.style.setProperty("--share", `${done}%`);
  return h("article.card.stack", {},
    h("div", {}, h("h2", { dir: "auto" }, project.name),
      h("p.muted", {}, isShown ? say("{some} of {n} done", { some: project.completed, n: project.tasks }) : say("{n} answered by you", { n: project.answered }))),
    project.pay ? h("p.strong.number", {}, priceWords(project.pay)) : null,
    project.pay && project.may_review ? h("p.number", {}, priceWords(project.pay, true)) : null,
    project.qualification?.state === "learning" ? h("p", {}, examWords(project.qualification)) : null,
    isShown ? meter : null,
    h("div.row", {},
      h("a.button.primary", { href: `#/work/${project.project}` }, project.qualification?.state === "learning" ? say("Begin the course") : project.open ? say("Start labelling") : say("Go in")),
      project.feedback ? h("a.button", { href: `#/feedback/${project.project}` }, say("Sent back: {count} new", { count: project.feedback }))
        : h("a.button.quiet", { href: `#/feedback/${project.project}` }, say("Sent back")),
      project.may_review
        ? h("a.button", { href: `#/review/${project.project}` }, isShown ? say("Review ({count})", { count: project.in_review }) : say("Review")) : null));
}
