import { fill, h } from "../core/dom.js";
import { changeKey, isChanged, labelOf, name, shortcuts } from "../core/keys.js";
import { say } from "../core/words.js";
import { dialog } from "./dialog.js";

/** Keys that only ever accompany others. */
const modifiers = ["Control", "Shift", "Alt", "Meta", "AltGraph"];

/**
 * Everything the page can do: found by typing, done by Enter, and with its key, which can be changed.
 */
export async function palette() {
  const chosen = await dialog(say("What can be done"), (close) => {
    const search = h("input.input", { type: "search", placeholder: say("Search"), "aria-label": say("Search"), autofocus: true, autocomplete: "off" });
    const list = h("div.palette", { role: "list" });
    const said = h("p.muted.small", { role: "status" }, say("Enter does it; the button at its key changes that."));
    const show = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = shortcuts().filter((one) => words.every((/** @type {string} */ word) => `${labelOf(one)} ${one.keys}`.toLowerCase().includes(word)));
      fill(list, found.length ? found.map((shortcut) => row(shortcut, close, said, show)) : h("p.muted", {}, say("Nothing is called that.")));
    };
    search.addEventListener("input", show);
    search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        /** @type {HTMLElement | null} */ (list.querySelector(".palette-name"))?.click();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        /** @type {HTMLElement | null} */ (list.querySelector(".palette-name"))?.focus();
      }
    });
    list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !(event.target instanceof HTMLElement) || !event.target.classList.contains("palette-name")) return;
      event.preventDefault();
      const names = [...list.querySelectorAll(".palette-name")];
      const next = names[names.indexOf(event.target) + step];
      /** @type {HTMLElement} */ (next ?? search).focus();
    });
    show();
    return [search, list, said, h("div.row", {}, h("button.button", { onclick: () => close() }, say("Close")))];
  });
  chosen?.run();
}

/** @param {import("../core/keys.js").Shortcut} shortcut
 * @param {(value?: any) => void} close
 * @param {HTMLElement} said
 * @param {() => void} show */
function row(shortcut, close, said, show) {
  const keys = h("button.button.quiet.palette-keys", {
    "aria-label": say("Change the key of “{name}”, now {keys}", { name: labelOf(shortcut), keys: shortcut.keys }), title: say("Change this key"),
    onclick: () => {
      fill(keys, h("span.muted", {}, say("Press the new key…")));
      keys.addEventListener("keydown", listen);
      keys.addEventListener("blur", show, { once: true });
      keys.focus();
    },
  }, shortcut.keys.split(" ").map((key) => h("kbd", {}, key)));
  const listen = (/** @type {KeyboardEvent} */ event) => {
    if (modifiers.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    keys.removeEventListener("keydown", listen);
    const pressed = name(event);
    const taken = event.key === "Escape" ? "" : changeKey(shortcut, pressed);
    said.textContent = taken ? say("{key} is taken by “{name}”.", { key: pressed, name: taken }) : `${labelOf(shortcut)}: ${event.key === "Escape" ? shortcut.keys : pressed}`;
    show();
  };
  return h("div.palette-row", { role: "listitem" },
    h("button.palette-name", { onclick: () => close(shortcut) }, labelOf(shortcut)), keys,
    isChanged(shortcut) ? h("button.button.quiet.small", { onclick: () => { changeKey(shortcut, null); show(); } }, say("As usual")) : null);
}
