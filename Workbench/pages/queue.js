import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { say } from "../core/words.js";
import { levelWords, named } from "../parts/languages.js";
import { priceWords } from "../parts/price.js";

/** The projects one can work on. */
export function queuePage() {
  const list = h("div.cards", { "aria-busy": "true" });
  load(list);
  return h("main.page.stack", {}, h("h1", {}, say("Work")), list);
}

/** @param {HTMLElement} list */
async function load(list) {
  try {
    const { items, closed } = await get("/api/work");
    list.removeAttribute("aria-busy");
    if (!items.length && !closed.length) {
      return fill(list, h("p.muted", {}, say("There is no project for you yet. Ask your lead to add you to one.")));
    }
    fill(list, items.map(card), closed.map(closedCard));
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** What one could work on, and what is missing to it.
 * @param {any} project */
function closedCard(project) {
  return h("article.card.stack", {}, h("h2.muted", { dir: "auto" }, project.name),
    h("p", {}, say("Not open to you. It asks for: {things}", { things: project.missing.map(missingWords).join(" · ") })),
    h("div", {}, h("a.button.quiet", { href: "#/earnings" }, say("Say more of yourself"))));
}

/** @param {any} one */
function missingWords(one) {
  if (one.missing === "language") return `${named("language", one.value)} (${levelWords(one.level)})`;
  return one.missing === "skill" ? one.value : say("people of other countries");
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
    isShown ? meter : null,
    h("div.row", {},
      h("a.button.primary", { href: `#/work/${project.project}` }, project.open ? say("Start labelling") : say("Go in")),
      project.feedback ? h("a.button", { href: `#/feedback/${project.project}` }, say("Sent back: {count} new", { count: project.feedback }))
        : h("a.button.quiet", { href: `#/feedback/${project.project}` }, say("Sent back")),
      project.may_review
        ? h("a.button", { href: `#/review/${project.project}` }, say("Review ({count})", { count: project.in_review })) : null));
}
