import { get, post } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { moment } from "../core/money.js";
import { say } from "../core/words.js";
import { appealArea } from "../parts/appeal.js";
import { actionWords, reasonWords } from "../parts/conduct-words.js";

/** What one was told: messages of the operator, and decisions about one's work. */
export function inboxPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {}, h("h1", {}, say("Messages and decisions")), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [messages, decisions] = await Promise.all(["/api/me/messages", "/api/me/decisions"].map(get));
    body.removeAttribute("aria-busy");
    fill(body,
      h("section.stack", {}, h("h2", {}, say("Decisions about your work")),
        decisions.items.length ? decisions.items.map(decision) : h("p.muted", {}, say("Nothing was decided about your work."))),
      h("section.stack", {}, h("h2", {}, say("Messages")),
        messages.items.length ? messages.items.map(message) : h("p.muted", {}, say("Nobody has written to you."))));
    if (messages.new) await Promise.all([post("/api/me/messages/read", {}), post("/api/me/decisions/read", {})]);
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} one */
function decision(one) {
  return h("article.card.stack.tight", {},
    h("div.spread", {}, h("h3", {}, actionWords(one.action), one.read ? null : [" ", h("span.badge", {}, say("new"))], one.lifted_at ? [" ", h("span.badge", {}, say("lifted"))] : null),
      h("span.muted", {}, moment(one.at))),
    h("p.muted", { dir: "auto" }, one.project_name), h("p", { dir: "auto" }, reasonWords(one.reason)),
    appealArea(one.appeal, `/api/me/decisions/${one.id}/appeal`, !one.lifted_at));
}

/** @param {any} one */
function message(one) {
  return h("article.card.stack.tight", {}, h("p.muted", {}, moment(one.at), one.read ? null : [" ", h("span.badge", {}, say("new"))]),
    h("p.prose.lines", { dir: "auto" }, one.text));
}
