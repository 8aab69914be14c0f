/**
 * What the workbench says, in the reader's language. A sentence is known by its English words; the catalogue
 * of another language has all of them, in `words/`. Of plurals a catalogue gives each form that the language
 * has, by the names of Intl.PluralRules.
 */
import english from "../words/en.js";

/** @typedef {Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>} Catalogue */

/** By their own names, as those who need them look for them. */
export const languages = { en: "English", ar: "العربية", es: "Español", fr: "Français", zh: "简体中文" };
const storage = "assay-language";
const rightToLeft = new Set(["ar"]);

/** @type {Catalogue} */
let words = english;
export let language = "en";
let plurals = new Intl.PluralRules(language);

/** The language that was chosen here, else the first the browser asks for that there is. */
export function wanted() {
  const asked = [localStorage.getItem(storage) ?? "", ...navigator.languages];
  return asked.map((tag) => tag.split("-")[0]).find((tag) => tag in languages) ?? "en";
}

/** Chooses a language for this browser; the page begins anew in it.
 * @param {string} tag */
export function choose(tag) {
  localStorage.setItem(storage, tag);
  location.reload();
}

/** Brings a language; English stays where it cannot be had.
 * @param {string} tag */
export async function speak(tag) {
  if (tag !== "en") {
    try {
      words = (await import(`../words/${tag}.js`)).default;
    } catch (error) {
      console.warn("The language cannot be brought.", error);
      return;
    }
  }
  language = tag;
  plurals = new Intl.PluralRules(tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = rightToLeft.has(tag) ? "rtl" : "ltr";
}

/** Brings the part of the catalogue that only some pages need.
 * @param {string} part */
export async function learn(part) {
  if (language === "en") return;
  try {
    const more = (await import(`../words/${part}/${language}.js`)).default;
    // Another part may have come meanwhile.
    words = { ...words, ...more };
  } catch (error) {
    console.warn("A part of the language cannot be brought.", error);
  }
}

/** Marks words of a table as ones that the catalogues have; they are said where they are shown.
 * @param {string} text */
export const word = (text) => text;

/**
 * A sentence in the language of the page.
 * @param {string} text in English; `{name}` stands for a value, `{n}` for the count that decides the plural
 * @param {Record<string, string | number>} [values] numbers are written as the language writes them
 */
export function say(text, values = {}) {
  const found = words[text] ?? english[/** @type {keyof typeof english} */ (text)] ?? text;
  const form = typeof found === "string" ? found : found[plurals.select(Number(values.n))] ?? found.other ?? text;
  return form.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(language) : value;
  });
}
