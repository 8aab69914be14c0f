import { h } from "../core/dom.js";
import { choose, language, languages, say } from "../core/words.js";

/** Chooses the language of the workbench; each is named in itself. */
export const languageChoice = () => h("select.input.language", {
  "aria-label": say("Language"), onchange: (/** @type {any} */ event) => choose(event.target.value),
}, Object.entries(languages).map(([tag, name]) => h("option", { value: tag, lang: tag, selected: tag === language }, name)));
