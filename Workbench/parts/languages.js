import { h, icon } from "../core/dom.js";
import { language, say, word } from "../core/words.js";

/** How well somebody knows a language, from less to more. */
const levels = [["basic", word("basic")], ["fluent", word("fluent")], ["native", word("mother tongue")]];

/** @param {string} level */
export const levelWords = (level) => say(levels.find(([value]) => value === level)?.[1] ?? level);

/** Languages to choose from. */
const tags = "am ar az bn cs da de el en es fa fi fil fr gu ha he hi hu id ig it ja kk km kn ko lt lv ml mr ms my ne nl no om pa pl ps pt ro ru rw si sk so sq sr sv sw ta te th ti tr uk ur uz vi yo zh zu".split(" ");

/** The name of a currency, country or language in the reader's own.
 * @param {"currency" | "region" | "language"} type
 * @param {string} code */
export function named(type, code) {
  try {
    return new Intl.DisplayNames([language, "en"], { type }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Languages, each with a level, to add to and take from.
 * @param {string} title
 * @param {[string, string][]} chosen
 * @param {() => void} [changed] told when one is added or taken away
 * @returns {{ element: HTMLElement, read: () => [string, string][] }} */
export function languageList(title, chosen, changed) {
  const rows = h("div.stack.tight");
  const add = (tag = language, level = "fluent") => {
    const all = tags.includes(tag) ? tags : [tag, ...tags];
    const row = h("div.row", {}, select(all.map((code) => [code, named("language", code)]), tag, say("Language")),
      select(levels.map(([value, name]) => [value, say(name)]), level, say("Level")),
      h("button.button.quiet.icon", { type: "button", "aria-label": say("Remove"), onclick: () => { row.remove(); changed?.(); } }, icon("trash")));
    rows.append(row);
  };
  for (const [tag, level] of chosen) add(tag, level);
  const element = h("fieldset.stack.tight.plain-set", {}, h("legend.strong", {}, title), rows,
    h("div", {}, h("button.button", { type: "button", onclick: () => { add(); changed?.(); } }, icon("plus"), say("Add a language"))));
  const read = () => [...rows.children].map((row) => {
    const [tag, level] = row.querySelectorAll("select");
    return /** @type {[string, string]} */ ([tag.value, level.value]);
  });
  return { element, read };
}

/** @param {string[][]} options
 * @param {string} chosen
 * @param {string} label */
const select = (options, chosen, label) =>
  h("select.input", { "aria-label": label }, options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
