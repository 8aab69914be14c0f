import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { toast } from "./dialog.js";

/** A table under its title, with what can be done about it.
 * @param {string} title
 * @param {any[]} actions
 * @param {string[]} heads an empty one stands over buttons
 * @param {any[]} rows
 * @param {string} nothing said where there are no rows */
export function section(title, actions, heads, rows, nothing) {
  return h("section.stack", {}, h("div.spread", {}, h("h2", {}, title), h("div.row", {}, actions)),
    rows.length ? h("div.card.flush.scroller", { tabindex: 0, role: "region", "aria-label": title }, h("table.table", {},
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", {}, head || h("span.visually-hidden", {}, say("Actions")))))), h("tbody", {}, rows))) : h("p.muted", {}, nothing));
}

/** Does something, says what went wrong, and shows what there is then.
 * @param {() => any} again
 * @param {() => Promise<any>} action */
export async function attempt(again, action) {
  try {
    await action();
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
  await again();
}

/** A form in a dialog, closed with what becomes of what it holds; where that is refused, it says so and stays.
 * @param {(value?: any) => void} close called with true where nothing is answered
 * @param {() => any} submit what it holds, or what the server answers to it
 * @param {any[]} fields
 * @param {string} verb
 * @param {() => any} [again] shows what there is then, refused or not */
export function form(close, submit, fields, verb, again = () => {}) {
  const button = h("button.button.primary", { type: "submit" }, verb);
  const problem = h("p.error-text", { role: "alert" });
  const cancel = h("button.button.quiet", { type: "button", onclick: () => close() }, say("Cancel"));
  // What is on its way cannot be taken back: who waits for it learns what came of it.
  const stay = (/** @type {Event} */ event) => event.preventDefault();
  const submitted = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (button.disabled) return;
    const surface = button.closest("dialog");
    button.disabled = cancel.disabled = true;
    problem.textContent = "";
    surface?.addEventListener("cancel", stay);
    try {
      close((await submit()) ?? true);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      problem.textContent = message;
      button.disabled = cancel.disabled = false;
      button.focus();
      // The page was left meanwhile.
      if (surface && !surface.open) toast(message, true);
    } finally {
      surface?.removeEventListener("cancel", stay);
      again();
    }
  };
  return h("form.stack", { onsubmit: submitted }, fields, problem,
    h("div.row", {}, button, cancel));
}
