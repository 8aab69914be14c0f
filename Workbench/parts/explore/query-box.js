import { get } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";

/** A field for queries that completes what is being written.
 * @param {string} dataset
 * @param {(query: string) => void} ask is told of each query that is to be answered
 * @param {string} [query] what stands in it at first */
export function queryBox(dataset, ask, query = "") {
  const list = h("ul.completions", { id: "completions", role: "listbox", "aria-label": say("Completions"), hidden: true });
  const input = h("input.input.query", {
    type: "text", value: query, role: "combobox", spellcheck: "false", autocomplete: "off", autocapitalize: "off", dir: "ltr", "aria-label": say("Query"), "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": "completions", placeholder: "weather = rain and count(car) > 2",
  });
  /** @type {any[]} */
  let found = [];
  let chosen = -1, number = 0;
  const close = () => { found = []; list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (/** @type {number} */ place) => {
    chosen = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    list.children[place]?.scrollIntoView({ block: "nearest" });
    if (place >= 0) input.setAttribute("aria-activedescendant", `completion-${place}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (/** @type {any} */ one) => {
    const rest = input.value.slice(input.selectionStart ?? input.value.length);
    const head = [...input.value].slice(0, one.start).join("") + one.text + (one.kind === "function" || one.kind === "set" ? "" : " ");
    input.value = head + rest;
    input.setSelectionRange(head.length, head.length);
    input.focus();
    complete();
  };
  const complete = async () => {
    const mine = ++number;
    const text = input.value.slice(0, input.selectionStart ?? input.value.length);
    try {
      const { items } = await get(`/api/datasets/${dataset}/completions?text=${encodeURIComponent(text)}`);
      if (mine !== number || document.activeElement !== input) return;
      found = items;
      if (!items.length) return close();
      fill(list, items.map((/** @type {any} */ one, /** @type {number} */ place) => h("li.completion", { id: `completion-${place}`, role: "option", "aria-selected": "false", dir: "ltr",
        onpointerdown: (/** @type {Event} */ event) => { event.preventDefault(); take(one); } }, one.text)));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(-1);
    } catch {
      close();
    }
  };
  const send = () => { number += 1; close(); ask(input.value.trim()); };
  input.addEventListener("input", complete);
  input.addEventListener("focus", complete);
  input.addEventListener("blur", () => { number += 1; close(); });
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      event.preventDefault();
      mark((chosen + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if (event.key === "Tab" && found.length && chosen >= 0) {
      event.preventDefault();
      take(found[chosen]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen >= 0 && found.length) take(found[chosen]);
      else send();
    } else if (event.key === "Escape") {
      // What is on its way would open it again.
      number += 1;
      if (found.length) event.preventDefault();
      close();
    }
  });
  // A field that is left closes its list, and what is below it would move away under the hand.
  const stay = (/** @type {Event} */ event) => event.preventDefault();
  const element = h("form.query-box", { role: "search", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); send(); } },
    h("div.query-field", {}, input, list), h("button.button", { type: "submit", onmousedown: stay }, say("Find")),
    h("button.button.quiet", { type: "button", onmousedown: stay, onclick: () => { input.value = ""; send(); } }, say("All")));
  return { element, set: (/** @type {string} */ query) => { input.value = query; send(); } };
}

/** A name as the query language writes it.
 * @param {string} name */
export const quoted = (name) => (/^[\p{L}\p{N}_.-]+$/u.test(name) && !["and", "or", "not", "in"].includes(name.toLowerCase()) ? name : `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`);
