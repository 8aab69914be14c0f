import { get, post } from "../core/api.js";
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
    message, button, h("div.join"), languageChoice());
  get("/api/sign-up").then(({ open }) => {
    if (open) form.querySelector(".join").append(h("a.button.quiet.wide", { href: "#/sign-up" }, say("Join the workforce")));
  }).catch(() => {});
  return h("main.centered", {}, form);
}

/** Joins a workforce that is open to anybody.
 * @param {(session: any) => void} entered */
export function signUpPage(entered) {
  const message = h("p.error-text", { role: "alert" });
  const button = h("button.button.primary.wide", { type: "submit" }, say("Join"));
  const form = h("form.card.stack.sign-in", {
    onsubmit: async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      button.disabled = true;
      message.textContent = "";
      const data = Object.fromEntries(new FormData(form));
      try {
        await post("/api/sign-up", data);
        location.hash = "#/";
        entered(await post("/api/session", data));
      } catch (error) {
        message.textContent = /** @type {Error} */ (error).message;
        button.disabled = false;
      }
    },
  },
    h("h1.brand", {}, "Assay"),
    h("p.muted", {}, say("Join the workforce and be paid for what you label.")),
    h("label.field", {}, h("span", {}, say("Email")),
      h("input.input", { name: "email", type: "email", autocomplete: "username", required: true, autofocus: true })),
    h("label.field", {}, h("span", {}, say("Password, of 10 characters or more")),
      h("input.input", { name: "password", type: "password", autocomplete: "new-password", required: true, minlength: 10 })),
    message, button, h("a.button.quiet.wide", { href: "#/" }, say("Sign in")), languageChoice());
  return h("main.centered", {}, form);
}
