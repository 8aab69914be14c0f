import { h } from "../core/dom.js";
import { receipts } from "../core/outbox.js";
import { language, say } from "../core/words.js";
import { dialog } from "./dialog.js";

/** What was sent from this browser, with the receipts that the server gave for it. */
export async function showReceipts() {
  const all = await receipts();
  await dialog(say("Receipts"), (close) => [
    all.length ? h("div.scroller.receipts", {}, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", {}, say("Sent")), h("th", {}, say("Answer")), h("th", {}, say("Content")))),
      h("tbody", {}, all.map(({ at, receipt }) => h("tr", {},
        h("td.number", {}, new Date(at).toLocaleString(language)), h("td.code", {}, receipt?.id ?? ""),
        h("td.code", { title: receipt?.hash ?? "" }, String(receipt?.hash ?? "").slice(0, 12))))))) : h("p.muted", {}, say("Nothing was sent from this browser yet.")),
    h("div.row", {}, h("button.button", { onclick: () => close() }, say("Close")))]);
}
