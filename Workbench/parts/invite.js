import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";
import { field } from "./field.js";
import { form } from "./section.js";

/** Asks whom to invite, and as what where there is a choice, and shows their links.
 * @param {string} path where links are made
 * @param {() => void} made
 * @param {HTMLSelectElement} [role] */
export async function inviteBy(path, made, role) {
  const answer = await dialog(say("Invite people"), (close) => {
    const emails = h("textarea.input", { rows: 4, required: true, autofocus: true, placeholder: "ada@example.org" });
    return form(close, () => post(path, { emails: emails.value.split(/[\s,;]+/).filter(Boolean), ...(role ? { role: role.value } : {}) }),
      [field(say("Addresses, one on each line"), emails), role ? field(say("Role"), role) : null], say("Make the links"));
  });
  if (answer) await showLinks(answer.items, made);
}

/** Makes links anew for those who are invited already.
 * @param {string} path
 * @param {any} body
 * @param {() => void} made */
export async function inviteAgain(path, body, made) {
  try {
    await showLinks((await post(path, body)).items, made);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
}

/** Shows links to join by, which is never done again.
 * @param {any[]} items
 * @param {() => void} made */
async function showLinks(items, made) {
  made();
  const links = items.filter((one) => one.invitation);
  if (!links.length) return toast(say("They have joined already; no link is needed."));
  await dialog(say("Send each person their link"), (close) => [
    h("p.muted", {}, say("A link is shown once, can be used once, and lasts seven days.")),
    h("div.stack", {}, links.map(link)),
    h("div.row", {}, h("button.button.primary", { onclick: () => close() }, say("Done"))),
  ]);
}

/** @param {any} one */
function link(one) {
  const address = new URL(one.invitation, location.href).href;
  const field = h("input.input.grow", {
    readonly: true, value: address, "aria-label": say("Link for {name}", { name: one.email }), onfocus: () => field.select(),
  });
  return h("div.field", {}, h("span", {}, one.email), h("div.row.tight.no-wrap", {}, field,
    h("button.button", {
      type: "button",
      onclick: async () => {
        field.select();
        await navigator.clipboard?.writeText(address).then(() => toast(say("Copied.")), () => {});
      },
    }, say("Copy"))));
}
