import { get, send } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { dialog, toast } from "../parts/dialog.js";
import { inviteAgain, inviteBy } from "../parts/invite.js";

const roles = [["labeler", word("Labeler")], ["reviewer", word("Reviewer")], ["manager", word("Manager")], ["admin", word("Admin")]];

const invitations = "/api/members/invitations";

/** The client's people and what they may be. */
export function teamPage() {
  const list = h("div", { "aria-busy": "true" });
  load(list);
  return h("main.page.stack", {},
    h("div.spread", {}, h("h1", {}, say("Team")),
      h("button.button.primary", { onclick: () => invite(list) }, icon("plus"), say("Invite people"))), list);
}

/** @param {HTMLElement} list */
async function load(list) {
  try {
    const { items } = await get("/api/members");
    list.removeAttribute("aria-busy");
    if (!items.length) {
      return fill(list, h("div.card.stack", {}, h("h2", {}, say("Nobody is here yet")),
        h("p.muted", {}, say("Invite people by their addresses; each gets a link to join by."))));
    }
    fill(list, h("div.card.flush.scroller", {}, h("table.table", {},
      h("thead", {}, h("tr", {}, h("th", {}, say("Address")), h("th", {}, say("Role")), h("th.end", {}, h("span.visually-hidden", {}, say("Actions"))))),
      h("tbody", {}, items.map((/** @type {any} */ member) => row(member, list))))));
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} member
 * @param {HTMLElement} list */
function row(member, list) {
  const choice = h("select.input", {
    "aria-label": say("Role of {name}", { name: member.email }),
    onchange: () => change(list, () => send("PATCH", `/api/members/${member.id}`, { role: choice.value })),
  }, roles.map(([value, name]) => h("option", { value, selected: value === member.role }, say(name))));
  return h("tr", {},
    h("td", {}, h("span.strong", {}, member.email),
      member.invited ? [" ", h("span.badge", {}, say("invited"))] : null,
      member.suspended ? [" ", h("span.badge", {}, say("suspended"))] : null),
    h("td", {}, choice),
    h("td.end", {}, h("div.row.end", {},
      member.invited
        ? h("button.button.quiet", { onclick: () => inviteAgain(invitations, { emails: [member.email], role: member.role }, () => load(list)) }, say("New link")) : null,
      h("button.button.quiet", { onclick: () => remove(member, list) }, say("Remove")))));
}

/** @param {HTMLElement} list
 * @param {() => Promise<any>} action */
async function change(list, action) {
  try {
    await action();
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
  load(list);
}

/** @param {any} member
 * @param {HTMLElement} list */
async function remove(member, list) {
  const isSure = await dialog(say("Remove from the team?"), (close) => [
    h("p", {}, say("{name} loses access to every project of this team. Their answers stay.", { name: member.email })),
    h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("Remove")),
      h("button.button.quiet", { onclick: () => close(false) }, say("Cancel"))),
  ]);
  if (isSure) change(list, () => send("DELETE", `/api/members/${member.id}`));
}

/** @param {HTMLElement} list */
const invite = (list) => inviteBy(invitations, () => load(list), h("select.input", {}, roles.map(([value, text]) => h("option", { value }, say(text)))));
