import { post, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { day, money } from "../core/money.js";
import { say } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { attempt, form, section } from "./section.js";

/** What clients are asked to pay.
 * @param {any[]} invoices
 * @param {any[]} projects whose clients can be asked
 * @param {() => any} again */
export function billing(invoices, projects, again) {
  const clients = new Map(projects.map((one) => [one.client, one.client_name]));
  const make = async () => {
    await dialog(say("Make an invoice"), (close) => {
      const client = h("select.input", {}, [...clients].map(([id, name]) => h("option", { value: id }, name)));
      const currency = h("input.input", { required: true, value: "USD", maxlength: 3, minlength: 3, dir: "ltr" });
      return form(close, () => post("/api/invoices", { client: client.value, currency: currency.value.toUpperCase() }),
        [h("p.muted", {}, say("It takes in all that was charged since the last one.")), field(say("Client"), client), field(say("Currency"), currency)], say("Make it"), again);
    });
  };
  return section(say("Invoices to clients"), [h("button.button", { onclick: make }, say("Make an invoice"))],
    [say("Number"), say("Client"), say("When"), say("Amount"), say("State"), ""], invoices.map((one) => h("tr", {},
      h("td.number", {}, String(one.number)), h("td", { dir: "auto" }, one.client_name), h("td", {}, day(one.made_at)),
      h("td.number", {}, money(one.total, one.currency)), h("td", {}, one.paid_at ? say("paid {day}", { day: day(one.paid_at) }) : say("open")),
      h("td.end", {}, h("div.row.end.no-wrap", {},
        h("a.button.quiet", { href: `/api/invoices/${one.number}/file?format=pdf`, download: "" }, "PDF"),
        h("a.button.quiet", { href: `/api/invoices/${one.number}/file?format=csv`, download: "" }, "CSV"),
        one.paid_at ? null : h("button.button", { onclick: () => attempt(again, () => send("PUT", `/api/invoices/${one.number}/payment`)) }, say("It was paid")))))),
    say("No invoice was made yet."));
}
