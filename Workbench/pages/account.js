import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day, money } from "../core/money.js";
import { say } from "../core/words.js";
import { section } from "../parts/section.js";

/** What the client's projects cost, and its invoices. */
export function accountPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {}, h("h1", {}, say("Costs")), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [projects, invoices] = await Promise.all(["/api/account", "/api/account/invoices"].map(get));
    body.removeAttribute("aria-busy");
    fill(body, charged(projects.items), asked(invoices.items));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} items */
function charged(items) {
  return section(say("What was charged"), [], [say("Project"), say("For a task"), say("Charged"), say("Budget"), say("Left of it")], items.map((item) => {
    const amount = (/** @type {string} */ value) => money(value, item.currency);
    return h("tr", {}, h("td.strong", { dir: "auto" }, item.name), h("td.number", {}, amount(item.per_task)), h("td.number", {}, amount(item.charged)),
      h("td.number", {}, item.budget === null ? say("no limit") : amount(item.budget)),
      h("td", {}, item.budget === null ? "" : [h("meter", { min: 0, max: Math.max(Number(item.budget), 1e-6), value: Math.max(0, Number(item.budget) - Number(item.charged)), "aria-hidden": "true" }), " ",
        h("span.number", {}, amount((Number(item.budget) - Number(item.charged)).toFixed(6)))]));
  }), say("Nothing is charged for these projects."));
}

/** @param {any[]} items */
function asked(items) {
  return section(say("Invoices"), [], [say("Number"), say("When"), say("Amount"), say("State"), ""], items.map((invoice) => h("tr", {},
    h("td.number", {}, String(invoice.number)), h("td", {}, day(invoice.made_at)), h("td.number", {}, money(invoice.total, invoice.currency)),
    h("td", {}, invoice.paid_at ? say("paid {day}", { day: day(invoice.paid_at) }) : say("to be paid")),
    h("td.end", {}, h("div.row.end.no-wrap", {}, ["pdf", "csv"].map((format) =>
      h("a.button.quiet", { href: `/api/account/invoices/${invoice.number}/file?format=${format}`, download: "" }, format.toUpperCase())))))), say("There is no invoice yet."));
}
