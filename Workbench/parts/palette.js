import { fill, h } from "../core/dom.js";
import { changeKey, isChanged, name, shortcuts } from "../core/keys.js";
import { dialog } from "./dialog.js";

/** Keys that only ever accompany others. */
const modifiers = ["Control", "Shift", "Alt", "Meta", "AltGraph"];

/**
 * Everything the page can do: found by typing, done by Enter, and with its key, which can be changed.
 */
export async function palette() {
  const chosen = await dialog("What can be done", (close) => {
    const search = h("input.input", { type: "search", placeholder: "Search", "aria-label": "Search", autofocus: true, autocomplete: "off" });
    const list = h("div.palette", { role: "list" });
    const said = h("p.muted.small", { role: "status" }, "Enter does it; the button at its key changes that.");
    const show = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = shortcuts().filter((one) => words.every((/** @type {string} */ word) => `${one.label} ${one.keys}`.toLowerCase().includes(word)));
      fill(list, found.length ? found.map((shortcut) => row(shortcut, close, said, show)) : h("p.muted", {}, "Nothing is called that."));
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
    return [search, list, said, h("div.row", {}, h("button.button", { onclick: () => close() }, "Close"))];
  });
  chosen?.run();
}

/** @param {import("../core/keys.js").Shortcut} shortcut
 * @param {(value?: any) => void} close
 * @param {HTMLElement} said
 * @param {() => void} show */
function row(shortcut, close, said, show) {
  const keys = h("button.button.quiet.palette-keys", {
    "aria-label": `Change the key of ${shortcut.label}, now ${shortcut.keys}`, title: "Change this key",
    onclick: () => {
      fill(keys, h("span.muted", {}, "Press the new key…"));
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
    const taken = event.key === "Escape" ? "" : changeKey(shortcut.label, pressed);
    said.textContent = taken ? `${pressed} is taken by “${taken}”.` : `${shortcut.label}: ${event.key === "Escape" ? shortcut.keys : pressed}`;
    show();
  };
  return h("div.palette-row", { role: "listitem" },
    h("button.palette-name", { onclick: () => close(shortcut) }, shortcut.label), keys,
    isChanged(shortcut.label) ? h("button.button.quiet.small", { onclick: () => { changeKey(shortcut.label, null); show(); } }, "As usual") : null);
}
