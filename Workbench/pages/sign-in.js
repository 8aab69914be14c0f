import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { languageChoice } from "../parts/language.js";

/** The way in.
 * @param {(session: any) => void} entered
 * @param {string} [note] */
export function signInPage(entered, note = "") {
  const message = h("p.error-text", { role: "alert" }, note);
  const button = h("button.button.primary.wide", { type: "submit" }, say("Sign in"));
  const form = h("form.card.stack.sign-in", {
    onsubmit: async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      button.disabled = true;
      message.textContent = "";
      const data = new FormData(form);
      try {
        entered(await post("/api/session", { email: data.get("email"), password: data.get("password") }));
      } catch (error) {
        message.textContent = /** @type {Error} */ (error).message;
        button.disabled = false;
        form.querySelector("[name=password]").focus();
      }
    },
  },
    h("h1.brand", {}, "Assay"),
    h("p.muted", {}, say("Label, review and measure training data.")),
    h("label.field", {}, h("span", {}, say("Email")),
      h("input.input", { name: "email", type: "email", autocomplete: "username", required: true, autofocus: true })),
    h("label.field", {}, h("span", {}, say("Password")),
      h("input.input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
    message, button, languageChoice());
  return h("main.centered", {}, form);
}
