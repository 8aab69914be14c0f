import { get, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { markdown } from "../core/markdown.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";

/** Shows the terms, to be agreed to.
 * @returns {Promise<boolean>} whether they were */
export async function agreeToTerms() {
  try {
    const terms = await get("/api/me/terms");
    const isAgreed = await dialog(say("Terms of work, version {n}", { n: terms.version }), (close) => [
      h("div.prose.scroller.terms", { dir: "auto", tabindex: 0, role: "region", "aria-label": say("Terms of work, version {n}", { n: terms.version }) }, markdown(terms.text)),
      h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("I agree")), h("button.button.quiet", { onclick: () => close() }, say("Not now")))]);
    if (isAgreed) await send("PUT", "/api/me/terms", { version: terms.version });
    return Boolean(isAgreed);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
    return false;
  }
}
