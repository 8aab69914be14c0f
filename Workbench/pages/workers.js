import { get, send } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { day } from "../core/money.js";
import { say } from "../core/words.js";
import { toast } from "../parts/dialog.js";
import { inviteAgain, inviteBy } from "../parts/invite.js";
import { attempt } from "../parts/section.js";

const invitations = "/api/workers/invitations";

/** The operator's workforce: who there is, who is invited, who is put out. */
export function workersPage() {
  const list = h("div", { "aria-busy": "true" });
  const door = h("div");
  showDoor(door);
  load(list);
  return h("main.page.stack", {}, h("div.spread", {}, h("h1", {}, say("Workers")), h("div.row", {}, door,
    h("button.button.primary", { onclick: () => inviteBy(invitations, () => load(list)) }, icon("plus"), say("Invite people")))), list);
}

/** Whether anybody can join, and the way to change that.
 * @param {HTMLElement} door */
async function showDoor(door) {
  try {
    const { open } = await get("/api/sign-up");
    fill(door, h("button.button", { onclick: () => attempt(() => showDoor(door), () => send("PUT", "/api/sign-up", { open: !open })) },
      open ? say("Anybody can join: close it") : say("Only by invitation: open it")));
  } catch (error) {
    fill(door, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {HTMLElement} list */
async function load(list) {
  try {
    const { items } = await get("/api/workers");
    list.removeAttribute("aria-busy");
    if (!items.length) return fill(list, h("p.muted", {}, say("Nobody is here yet")));
    fill(list, h("div.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": say("Workers") }, h("table.table", {},
      h("thead", {}, h("tr", {}, h("th", {}, say("Address")), h("th", {}, say("Since")), h("th.end", {}, h("span.visually-hidden", {}, say("Actions"))))),
      h("tbody", {}, items.map((/** @type {any} */ worker) => row(worker, list))))));
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} worker
 * @param {HTMLElement} list */
function row(worker, list) {
  const suspend = async () => {
    try {
      await send(worker.suspended ? "DELETE" : "PUT", `/api/workers/${worker.id}/suspension`);
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
    load(list);
  };
  return h("tr", {},
    h("td", {}, h("a.strong", { href: `#/worker/${worker.id}` }, worker.email),
      worker.invited ? [" ", h("span.badge", {}, say("invited"))] : null,
      worker.suspended ? [" ", h("span.badge", {}, say("suspended"))] : null),
    h("td", {}, day(worker.created_at)),
    h("td.end", {}, h("div.row.end", {},
      worker.invited ? h("button.button.quiet", { onclick: () => inviteAgain(invitations, { emails: [worker.email] }, () => load(list)) }, say("New link")) : null,
      h("button.button.quiet", { onclick: suspend }, worker.suspended ? say("Let in again") : say("Put out")))));
}
