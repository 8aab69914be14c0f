import { h } from "../core/dom.js";
import { say } from "../core/words.js";

/** Keeps what may harm blurred and grey until it is looked at on purpose; each task begins veiled.
 * @param {HTMLElement} page of the task
 * @param {string} warning */
export function veil(page, warning) {
  const stage = page.querySelector(".stage");
  if (!stage) return;
  const button = h("button.button.veil-button", { title: warning, onclick: () => set(!page.classList.contains("is-veiled")) });
  const set = (/** @type {boolean} */ isVeiled) => {
    page.classList.toggle("is-veiled", isVeiled);
    button.textContent = isVeiled ? say("Show it, in grey") : say("Blur it");
    button.setAttribute("aria-pressed", String(!isVeiled));
  };
  page.classList.add("is-grey");
  stage.before(button);
  set(true);
  new MutationObserver(() => set(true)).observe(stage, { childList: true });
}
