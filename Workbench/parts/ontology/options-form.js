import { fill, h, icon } from "../../core/dom.js";
import { freeName, moved } from "../../core/ontology.js";
import { say } from "../../core/words.js";

/** @typedef {import("../../core/answer.js").Option} Option */

/**
 * The options of a choice, one a row; an option may stand under another. Several lines that are pasted
 * become as many options.
 * @param {() => readonly Option[]} current
 * @param {(options: Option[]) => void} change
 * @param {(option: Option) => void} merge makes one option of two
 * @param {() => number} number of a new one
 */
export function optionsForm(current, change, merge, number) {
  const options = current();
  const element = h("div.stack.tight.options");
  fill(element, h("h3", {}, say("Options")), options.map((option, place) => row(option, place)),
    h("div.row", {}, h("button.button.quiet", { onclick: () => add([say("New option")], true) }, icon("plus"), say("Add an option"))));
  return element;

  /** @param {string[]} names
   * @param {boolean} [isFocused] */
  function add(names, isFocused = false) {
    const all = [...current()];
    for (const name of names) all.push({ id: number(), name: freeName(name, all) });
    change(all);
    if (isFocused) select(all.length - 1);
  }

  /** @param {number} place */
  function select(place) {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".options .option-name"));
    inputs[place]?.select();
  }

  /** @param {number} id */
  function remove(id) {
    const gone = current().find((option) => option.id === id);
    change(current().filter((option) => option.id !== id).map((option) => under(option, option.parent === id ? gone?.parent : option.parent)));
  }

  /** @param {Option} option
   * @param {number | undefined} parent
   * @returns {Option} */
  function under({ id, name }, parent) { return parent ? { id, name, parent } : { id, name }; }

  /** How many options stand over one.
   * @param {Option} option
   * @returns {number} */
  function depth(option) {
    const above = options.find((other) => other.id === option.parent);
    return above ? 1 + depth(above) : 0;
  }

  /** @param {Option} option
   * @param {number} place */
  function row(option, place) {
    const before = options[place - 1];
    // Under the option before it, or beside what it stands under.
    const deeper = before && before.id !== option.parent
      ? (depth(before) > depth(option) ? options.findLast((other, at) => at < place && depth(other) === depth(option)) : before) : undefined;
    const put = (/** @type {(option: Option) => Option} */ alter) =>
      change(current().map((other) => (other.id === option.id ? alter(other) : other)));
    const rename = () => put((other) => ({ ...other, name: name.value.trim() }));
    const name = h("input.input.option-name", {
      value: option.name, dir: "auto", "aria-label": say("Name of option {n}", { n: place + 1 }), autocomplete: "off",
      onchange: rename,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        if (name.value.trim() !== option.name) rename();
        if (place === options.length - 1) add([say("New option")], true);
        else select(place + 1);
      },
      onpaste: (/** @type {ClipboardEvent} */ event) => {
        const lines = event.clipboardData?.getData("text").split(/\r?\n/).map((line) => line.trim()).filter(Boolean) ?? [];
        if (lines.length < 2) return;
        event.preventDefault();
        add(lines);
      },
    });
    const act = (/** @type {any} */ picture, /** @type {string} */ label, /** @type {() => void} */ run, /** @type {boolean} */ isAble) =>
      h("button.button.quiet.icon", { title: label, "aria-label": `${label}: ${option.name}`, disabled: !isAble, onclick: run }, icon(picture));
    const element = h("div.row.no-wrap.option-row", {}, name,
      act("indent", say("Put under the one before"), () => put((other) => under(other, deeper?.id)), Boolean(deeper)),
      act("outdent", say("Take out again"), () => put((other) => under(other, current().find((above) => above.id === other.parent)?.parent)), Boolean(option.parent)),
      act("up", say("Move up"), () => change(moved(current(), option.id, -1)), place > 0 && before?.id !== option.parent),
      act("merge", say("Merge into another"), () => merge(option), options.length > 1),
      act("trash", say("Delete"), () => remove(option.id), options.length > 1));
    element.style.setProperty("--depth", String(depth(option)));
    return element;
  }
}
