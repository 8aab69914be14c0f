import { h } from "../core/dom.js";
import { moment, money } from "../core/money.js";
import { say } from "../core/words.js";
import { askDecision } from "./appeal.js";
import { section } from "./section.js";

/** Appeals against what was taken back, held or not counted, that wait for an answer.
 * @param {any[]} items
 * @param {Map<string, string>} names of workers
 * @param {() => any} again */
export function earningAppeals(items, names, again) {
  return section(say("Appeals"), [], [say("Worker"), say("Decision"), say("Appeal"), ""], items.map((item) => h("tr", {},
    h("td", {}, names.get(item.worker) ?? item.worker, h("p.muted", {}, moment(item.appeal.at))),
    h("td", {}, about(item), h("p.muted", { dir: "auto" }, item.reason ? say(item.reason) : "")),
    h("td", { dir: "auto" }, item.appeal.text),
    h("td.end", {}, h("button.button", { onclick: () => askDecision(item, item.answer, again) }, say("Decide"))))), "");
}

/** @param {any} item */
function about(item) {
  if (Number(item.taken_back)) return say("taken back: {amount}", { amount: money(item.taken_back, item.currency) });
  return item.state === "held" ? say("held") : say("{some} of {all} s at work counted", { some: Math.round(item.active_seconds), all: Math.round(item.claimed_seconds) });
}
