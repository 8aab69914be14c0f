import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";

/** Asks whom to invite, and as what where there is a choice.
 * @param {(name: string) => HTMLSelectElement} [choice]
 * @returns {Promise<{ emails: string[], role: string } | undefined>} */
export function askWhom(choice) {
  return dialog(say("Invite people"), (close) => {
    const emails = h("textarea.input", { rows: 4, required: true, autofocus: true, placeholder: "ada@example.org" });
    const role = choice?.("role");
    return h("form.stack", {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        close({ emails: emails.value.split(/[\s,;]+/).filter(Boolean), role: role?.value ?? "" });
      },
    }, h("label.field", {}, h("span", {}, say("Addresses, one on each line")), emails),
      role ? h("label.field", {}, h("span", {}, say("Role")), role) : null,
      h("div.row", {}, h("button.button.primary", { type: "submit" }, say("Make the links")),
        h("button.button.quiet", { type: "button", onclick: () => close() }, say("Cancel"))));
  });
}

/** Makes links to join by, and shows them, which is never done again.
 * @param {string} path
 * @param {any} body
 * @param {() => void} made */
export async function showLinks(path, body, made) {
  try {
    const { items } = await post(path, body);
    made();
    const links = items.filter((/** @type {any} */ one) => one.invitation);
    if (!links.length) return toast(say("They have joined already; no link is needed."));
    await dialog(say("Send each person their link"), (close) => [
      h("p.muted", {}, say("A link is shown once, can be used once, and lasts seven days.")),
      h("div.stack", {}, links.map(link)),
      h("div.row", {}, h("button.button.primary", { onclick: () => close() }, say("Done"))),
    ]);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
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
