import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day, moment, money } from "../core/money.js";
import { say, word } from "../core/words.js";
import { appealArea } from "../parts/appeal.js";
import { toast } from "../parts/dialog.js";
import { profileForm } from "../parts/profile-form.js";

/** @type {Record<string, string>} */
const states = { pending: word("pending"), held: word("held"), settled: word("owed to you"), rejected: word("taken back") };

// Said by the server.
word("A reviewer sent the answer back.");
word("It comes to more than can be reckoned.");
word("The task had its answers already; somebody looks at this one.");
/** @type {Record<string, string>} */
const payments = { ordered: word("on its way"), paid: word("paid"), returned: word("came back, and is owed to you again") };

/** What one earned, what it is made of, and when it is paid. */
export function earningsPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {},
    h("div.spread", {}, h("h1", {}, say("Earnings")),
      h("a.button", { href: "/api/me/earnings.csv", download: "earnings.csv" }, say("All of it as CSV"))), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [found, profile] = await Promise.all([get("/api/me/earnings"), get("/api/me/profile")]);
    body.removeAttribute("aria-busy");
    const rows = h("tbody");
    const more = h("button.button", { onclick: () => next() }, say("Show earlier ones"));
    let mark = found.next;
    const add = (/** @type {any} */ page) => {
      rows.append(...page.items.map(row));
      mark = page.next;
      more.hidden = !mark;
    };
    const next = async () => {
      more.disabled = true;
      try {
        add(await get(`/api/me/earnings?before=${encodeURIComponent(mark)}`));
      } catch (error) {
        toast(/** @type {Error} */ (error).message, true);
      }
      more.disabled = false;
    };
    add(found);
    fill(body, found.totals.map(total),
      h("p.muted.prose", {}, say("What an answer earns is pending until the day beside it. Then it is owed to you and goes out with the next payment, unless a reviewer sent the answer back before that, or somebody holds it; the reason is told here.")),
      found.payments.length ? entries(say("Payments"), found.payments.map((/** @type {any} */ item) => ({ ...item, reason: [say(payments[item.state] ?? item.state), item.reason].filter(Boolean).join(": ") }))) : null,
      found.adjustments.length ? entries(say("Bonuses and corrections"), found.adjustments) : null,
      found.items.length ? answers(rows, more) : h("p.muted", {}, say("Nothing is earned yet. What an answer pays is said before you open it.")),
      profileForm(profile));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} total */
function total(total) {
  const tile = (/** @type {string} */ name, /** @type {string} */ amount, note = "") =>
    h("div.card.tile", {}, h("p.muted", {}, name), h("p.big", {}, money(amount, total.currency)), note ? h("p.muted", {}, note) : null);
  const held = Number(total.held) ? say("{amount} of it is held", { amount: money(total.held, total.currency) }) : "";
  const way = Number(total.ordered) ? say("{amount} is on its way", { amount: money(total.ordered, total.currency) }) : "";
  return h("section.tiles", { "aria-label": total.currency },
    tile(say("Pending"), total.pending, held), tile(say("Owed to you"), total.settled, way), tile(say("Paid"), total.paid));
}

/** @param {HTMLElement} rows
 * @param {HTMLElement} more */
function answers(rows, more) {
  return h("section.stack", {}, h("h2", {}, say("Answer by answer")),
    h("div.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": say("Answer by answer") }, h("table.table", {},
      h("thead", {}, h("tr", {}, h("th", {}, say("When")), h("th", {}, say("Project")), h("th", {}, say("How it is reckoned")),
        h("th", {}, say("State")), h("th.end", {}, say("Amount")))), rows)),
    h("div.row", {}, more));
}

/** @param {any} item */
function row(item) {
  const reason = item.reason ? h("p.muted", { dir: "auto" }, say(item.reason)) : null;
  const until = item.state === "pending" ? h("p.muted", {}, say("until {day}", { day: day(item.settles_at) })) : null;
  return h("tr", {}, h("td", {}, moment(item.submitted_at)), h("td", { dir: "auto" }, item.project_name, item.review ? [" ", h("span.badge", {}, say("review"))] : null),
    h("td", {}, h("ul.plain.reckoning", {}, item.lines.map((/** @type {any} */ line) => h("li", {}, lineWords(line, item.currency))),
      Number(item.taken_back) ? h("li", {}, say("taken back: {amount}", { amount: money(item.taken_back, item.currency) })) : null,
      item.claimed_seconds > item.active_seconds + 1 ? h("li.muted", {}, say("{some} of {all} s at work counted", { some: Math.round(item.active_seconds), all: Math.round(item.claimed_seconds) })) : null)),
    h("td", {}, h("span.badge", {}, say(states[item.state] ?? item.state)), until, reason,
      appealArea(item.appeal, `/api/me/earnings/${item.answer}/appeal`, item.state === "held" || Number(item.taken_back) > 0 || item.time_disputable),
      Number(item.taken_back) ? h("p", {}, h("a", { href: `#/feedback/${item.project}/${item.answer}` }, say("See what was sent back"))) : null),
    h("td.end.number", {}, money(item.amount, item.currency)));
}

/** @param {any} line
 * @param {string} currency */
function lineWords(line, currency) {
  const amount = money(line.amount, currency);
  switch (line.kind) {
    case "answer": return say("the answer: {amount}", { amount });
    case "review": return say("the review: {amount}", { amount });
    case "units": return say("{n} counted: {amount}", { n: line.quantity, amount });
    case "time": return say("{seconds} s at work: {amount}", { seconds: Math.round(line.quantity / 1000), amount });
    case "difficulty": return say("for how hard it is, {percent} %: {amount}", { percent: line.quantity, amount });
    default: return say("up to the hourly floor: {amount}", { amount });
  }
}

/** @param {string} title
 * @param {any[]} items */
function entries(title, items) {
  return h("section.stack", {}, h("h2", {}, title), h("div.card", {}, h("ul.plain", {}, items.map((item) =>
    h("li.spread", {}, h("span", {}, day(item.at), " · ", h("bdi", {}, item.reason)), h("span.number", {}, money(item.amount, item.currency)))))));
}
