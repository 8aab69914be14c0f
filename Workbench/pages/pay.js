import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day, moment, money } from "../core/money.js";
import { say } from "../core/words.js";
import { billing } from "../parts/billing.js";
import { dialog, toast } from "../parts/dialog.js";
import { earningAppeals } from "../parts/earning-appeals.js";
import { field } from "../parts/field.js";
import { priceWords } from "../parts/price.js";
import { priceDialog } from "../parts/project-dialogs.js";
import { rateDialog } from "../parts/rate-dialog.js";
import { attempt, form, section } from "../parts/section.js";

/** What projects pay, what is owed, and what goes out. */
export function payPage() {
  const body = h("div.stack", { "aria-busy": "true" });
  load(body);
  return h("main.page.stack", {}, h("h1", {}, say("Pay")), body);
}

/** @param {HTMLElement} body */
async function load(body) {
  try {
    const [projects, appeals, owed, workers, runs, payer, books, invoices] = await Promise.all([
      "/api/pay", "/api/appeals", "/api/ledger?prefix=settled/", "/api/workers", "/api/payouts", "/api/payer", "/api/ledger", "/api/invoices"].map(get));
    body.removeAttribute("aria-busy");
    const again = () => load(body);
    /** @type {Map<string, string>} */
    const names = new Map(workers.items.map((/** @type {any} */ worker) => [worker.id, worker.email]));
    const earned = appeals.items.filter((/** @type {any} */ item) => item.about === "earning");
    fill(body, earned.length ? earningAppeals(earned, names, again) : null, rates(projects.items, again), owing(owed.items, names, again), payments(runs.items, payer, names, again), billing(invoices.items, projects.items, again), account(books.items));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any[]} projects
 * @param {() => Promise<any>} again */
function rates(projects, again) {
  return section(say("What projects pay"), [], [say("Project"), say("Pay"), ""], projects.map((project) => h("tr", {},
    h("td.strong", { dir: "auto" }, project.name),
    h("td", {}, project.pay ? h("ul.plain", {}, project.pay.rates.map((/** @type {any} */ rate) => h("li", {}, priceWords(rate)))) : h("span.muted", {}, say("nothing"))),
    h("td.end", {}, h("div.row.end", {},
      h("button.button", { onclick: () => priceDialog(project, again) }, say("Price and budget")),
      h("button.button", { onclick: () => rateDialog(project, again) }, say("Set pay")),
      project.pay ? h("button.button.quiet", { onclick: () => stop(project, again) }, say("Stop paying")) : null)))),
  say("No project is open to workers yet."));
}

/** @param {any} project
 * @param {() => Promise<any>} again */
async function stop(project, again) {
  const isSure = await dialog(say("Stop paying for {name}?", { name: project.name }), (close) => [
    h("p", {}, say("What is in somebody's hands keeps the price it was shown with.")),
    h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("Stop paying")), h("button.button.quiet", { onclick: () => close() }, say("Cancel")))]);
  if (isSure) attempt(again, () => send("DELETE", `/api/pay/${project.project}`));
}

/** @param {any[]} balances
 * @param {Map<string, string>} names
 * @param {() => Promise<any>} again */
function owing(balances, names, again) {
  const people = balances.filter((one) => Number(one.balance) !== 0);
  return section(say("Owed to workers"), [h("button.button", { onclick: () => adjust(names, again) }, say("Bonus or correction"))],
    [say("Worker"), say("Owed")], people.map((one) => h("tr", {},
      h("td", {}, names.get(one.account.split("/")[1]) ?? one.account), h("td.number", {}, money(negated(one.balance), one.currency)))),
    say("Nothing is owed: earnings are pending until their day."));
}

/** In the operator's books what is owed is below nothing.
 * @param {string} amount */
const negated = (amount) => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);

/** @param {Map<string, string>} names
 * @param {() => Promise<any>} again */
async function adjust(names, again) {
  const key = newKey();
  await dialog(say("Bonus or correction"), (close) => {
    const worker = h("select.input", {}, [...names].map(([id, email]) => h("option", { value: id }, email)));
    const amount = h("input.input", { required: true, inputmode: "decimal", placeholder: "5.00" });
    const currency = currencyField();
    const reason = h("textarea.input", { required: true, rows: 2, maxlength: 500 });
    return form(close, () => post(`/api/workers/${worker.value}/adjustments`, { amount: amount.value.trim(), currency: currency.value.toUpperCase(), reason: reason.value, key }),
      [field(say("Worker"), worker), field(say("Amount; below 0 takes back"), amount), field(say("Currency"), currency), field(say("Reason, which the worker reads"), reason)], say("Enter it in the books"), again);
  });
}

/** @param {any[]} runs
 * @param {any} payer
 * @param {Map<string, string>} names
 * @param {() => Promise<any>} again */
function payments(runs, payer, names, again) {
  return section(say("Payments"), [
    h("button.button", { onclick: () => editPayer(payer, again) }, payer.name ? say("Paid by {name}", { name: payer.name }) : say("Say who pays")),
    h("button.button.primary", { onclick: () => order(again) }, say("Order payments"))],
  [say("When"), say("Payments"), say("Amount"), say("State"), ""], runs.map((run) => h("tr", {},
    h("td", {}, moment(run.made_at)), h("td.number", {}, String(run.payments)), h("td.number", {}, money(run.amount, run.currency)),
    h("td", {}, run.confirmed_at ? [say("confirmed {day}", { day: day(run.confirmed_at) }), run.returned ? ` · ${say("{n} came back", { n: run.returned })}` : ""] : say("ordered")),
    h("td.end", {}, h("div.row.end.no-wrap", {},
      h("a.button.quiet", { href: `/api/payouts/${run.id}/file?format=csv`, download: "" }, "CSV"),
      payer.name ? h("a.button.quiet", { href: `/api/payouts/${run.id}/file?format=pain.001`, download: "" }, "pain.001") : null,
      h("button.button", { onclick: () => confirm(run, names, again) }, run.confirmed_at ? say("Came back") : say("Confirm")))))),
  say("No payment was ordered yet."));
}

/** @param {() => Promise<any>} again */
async function order(again) {
  const key = newKey();
  const run = await dialog(say("Order payments"), (close) => {
    const currency = currencyField();
    const minimum = h("input.input", { inputmode: "decimal", value: "0" });
    return form(close, () => post("/api/payouts", { currency: currency.value.toUpperCase(), minimum: minimum.value.trim() || "0", key }),
      [h("p.muted", {}, say("Everybody who is owed something in this currency, and said where to, is paid all of it.")), field(say("Currency"), currency), field(say("Leave out whoever is owed less than"), minimum)], say("Order"), again);
  });
  if (run?.left_out.length) toast(say("Left out: {count}, who did not say where to or are owed too little.", { count: run.left_out.length }));
}

/** @param {any} payer
 * @param {() => Promise<any>} again */
async function editPayer(payer, again) {
  await dialog(say("Who pays"), (close) => {
    const name = h("input.input", { required: true, value: payer.name ?? "", maxlength: 140 });
    const account = h("input.input", { required: true, value: payer.account ?? "", dir: "ltr" });
    const bic = h("input.input", { value: payer.bic ?? "", dir: "ltr", maxlength: 11 });
    return form(close, () => send("PUT", "/api/payer", { name: name.value, account: account.value, bic: bic.value }),
      [field(say("Name"), name), field(say("Account"), account), field(say("Bank code (BIC), if there is one"), bic)], say("Save"), again);
  });
}

/** @param {any} run
 * @param {Map<string, string>} names
 * @param {() => Promise<any>} again */
async function confirm(run, names, again) {
  const found = await get(`/api/payouts/${run.id}`).catch((error) => toast(error.message, true));
  if (!found) return;
  const { items } = found;
  await dialog(say("What the bank says"), (close) => {
    const rows = items.map((/** @type {any} */ payment) => ({
      payment, reason: h("input.input", { placeholder: say("why it came back"), "aria-label": say("Why the payment to {name} came back", { name: names.get(payment.worker) ?? payment.name }) }),
    }));
    const returned = () => Object.fromEntries(rows.filter((/** @type {any} */ row) => row.reason.value.trim()).map((/** @type {any} */ row) => [row.payment.worker, row.reason.value.trim()]));
    return form(close, () => post(`/api/payouts/${run.id}/confirmation`, { returned: returned() }),
      [h("p.muted", {}, say("All are paid, but those that came back; what came back is owed again.")),
        rows.map((/** @type {any} */ row) => h("label.field", {}, h("span", {}, `${names.get(row.payment.worker) ?? row.payment.name} · ${money(row.payment.amount, run.currency)}`), row.reason))], say("Confirm"), again);
  });
}

/** @param {any[]} balances */
function account(balances) {
  /** @type {Record<string, string>} */
  const kinds = {
    pending: say("Earned, may still be sent back"), settled: say("Owed to workers"), paying: say("In payments that are ordered"),
    bank: say("Paid out"), labour: say("Cost of work"), adjustments: say("Bonuses and corrections"),
  };
  return h("div.stack", {},
    section(say("Books"), [], [say("Account"), say("Currency"), say("Balance")], balances.map((one) => h("tr", {},
      h("td", {}, kinds[one.account] ?? one.account), h("td", {}, one.currency), h("td.number", {}, money(one.balance, one.currency)))), say("Nothing is in the books yet.")),
    checkBooks());
}

/** Every posting is added up anew, which takes a while in large books. */
function checkBooks() {
  const place = h("p.muted", { role: "status" });
  const button = h("button.button", {
    onclick: async () => {
      button.disabled = true;
      try {
        const { items } = await get("/api/ledger/faults");
        place.textContent = items.length ? say("The books do not add up: {count} faults. See /api/ledger/faults.", { count: items.length })
          : say("The books add up: every currency comes to nothing in all.");
        place.className = items.length ? "error-text" : "muted";
      } catch (error) {
        toast(/** @type {Error} */ (error).message, true);
      }
      button.disabled = false;
    },
  }, say("Add the books up"));
  return h("div.row", {}, button, place);
}

/** Makes sure that what is sent twice counts once. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

const currencyField = () => h("input.input", { required: true, value: "USD", maxlength: 3, minlength: 3, dir: "ltr" });
