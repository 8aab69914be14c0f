import { get, post } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { say } from "../core/words.js";
import { languageChoice } from "../parts/language.js";

/**
 * An invitation taken up with a password of one's own.
 * @param {string} secret
 * @param {(session: any) => void} entered
 */
export function joinPage(secret, entered) {
  const form = h("form.card.stack.sign-in", { "aria-busy": "true" }, h("h1.brand", {}, "Assay"));
  show(form, secret, entered);
  return h("main.centered", {}, form);
}

/** @param {HTMLFormElement} form
 * @param {string} secret
 * @param {(session: any) => void} entered */
async function show(form, secret, entered) {
  const path = `/api/invitations/${encodeURIComponent(secret)}`;
  const message = h("p.error-text", { role: "alert" });
  let email = "";
  try {
    ({ email } = await get(path));
  } catch (error) {
    message.textContent = /** @type {Error} */ (error).message;
    fill(form, h("h1.brand", {}, "Assay"), message, h("a.button.wide", { href: "#/" }, say("Sign in")));
    return;
  } finally {
    form.removeAttribute("aria-busy");
  }
  const password = h("input.input", {
    name: "password", type: "password", autocomplete: "new-password", required: true, minlength: 10, autofocus: true,
  });
  const button = h("button.button.primary.wide", { type: "submit" }, say("Join"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    message.textContent = "";
    try {
      await post(path, { password: password.value });
      location.hash = "#/";
      entered(await post("/api/session", { email, password: password.value }));
    } catch (error) {
      message.textContent = /** @type {Error} */ (error).message;
      button.disabled = false;
      password.focus();
    }
  });
  fill(form,
    h("h1.brand", {}, "Assay"),
    h("p.muted", {}, say("You are invited to label and review training data. Choose a password to join.")),
    h("label.field", {}, h("span", {}, say("Email")),
      h("input.input", { value: email, type: "email", autocomplete: "username", readonly: true })),
    h("label.field", {}, h("span", {}, say("Password, of 10 characters or more")), password),
    message, button, languageChoice());
  password.focus();
}
