/**
 * One table for handler, hints and palette: a key can never do other than what is printed. Whoever wants
 * other keys has them: the changes are kept in this browser.
 *
 * @typedef {{ keys: string, label: string, values?: Record<string, string | number>, run: () => void, when?: () => boolean,
 *   inFields?: boolean }} Shortcut `label` is a sentence of the catalogues
 */
import { say } from "./words.js";

const storage = "assay-keys";

/** Changed keys by what they do.
 * @type {Record<string, string>} */
let changed = {};
try {
  changed = JSON.parse(localStorage.getItem(storage) ?? "{}");
} catch { /* what cannot be read is as if nothing was changed */ }

/** As the page has them.
 * @type {Array<Shortcut>} */
let given = [];
/** As they are now.
 * @type {Array<Shortcut>} */
let table = [];

/** Where a page within the page has keys of its own.
 * @type {{ place: HTMLElement, given: Array<Shortcut>, table: Array<Shortcut> } | null} */
let inner = null;

/** @param {Array<Shortcut>} shortcuts */
const withChanges = (shortcuts) => shortcuts.map((shortcut) => ({ ...shortcut, keys: keysFor(identity(shortcut), shortcut.keys) }));

/** What a shortcut is known by, in every language.
 * @param {Pick<Shortcut, "label" | "values">} shortcut */
const identity = ({ label, values = {} }) => label.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** What a shortcut does, in the reader's words.
 * @param {Shortcut} shortcut */
export const labelOf = ({ label, values }) => say(label, values);

/** Makes these the shortcuts of the page, or of the page within it.
 * @param {Array<Shortcut>} shortcuts
 * @param {HTMLElement} [place] of the shortcuts */
export function setShortcuts(shortcuts, place) {
  if (inner && place && inner.place.contains(place)) {
    Object.assign(inner, { given: shortcuts, table: withChanges(shortcuts) });
    return;
  }
  given = shortcuts;
  table = withChanges(shortcuts);
}

/** Says where there is a page within the page, if anywhere.
 * @param {HTMLElement | null} place */
export function keepWithin(place) { inner = place && { place, given: [], table: [] }; }

/** Those that hold where the hand is. */
export const shortcuts = () => (inner?.place.contains(document.activeElement) ? inner.table : table);

/** The keys for something, the changed ones if there are.
 * @param {string} label
 * @param {string} usual */
export const keysFor = (label, usual) => changed[label] ?? usual;

/** Gives something another key.
 * @param {Shortcut} shortcut
 * @param {string | null} keys null for the usual one
 * @returns {string} what has that key already; empty where it was free */
export function changeKey(shortcut, keys) {
  const own = identity(shortcut);
  const other = keys && shortcuts().find((one) => identity(one) !== own && one.keys.split(" ").includes(keys));
  if (other) return labelOf(other);
  if (keys) changed[own] = keys;
  else delete changed[own];
  localStorage.setItem(storage, JSON.stringify(changed));
  table = withChanges(given);
  if (inner) inner.table = withChanges(inner.given);
  return "";
}

export const isChanged = (/** @type {Shortcut} */ shortcut) => identity(shortcut) in changed;

/** The key as `Ctrl+Shift+Z`; letters by what they print where that is Latin, else by place, so
 * that shortcuts work on a Cyrillic or Arabic layout.
 * @param {KeyboardEvent} event */
export function name(event) {
  let key = event.key;
  if (/^Digit\d$/.test(event.code)) key = event.code.slice(5);
  else if (/^Key[A-Z]$/.test(event.code) && (event.altKey || (key.length === 1 && !/[a-z?+\-\[\]]/i.test(key)))) {
    // With Alt some layouts print other signs.
    key = event.code.slice(3);
  }
  if (key === " ") key = "Space";
  if (key.length === 1) key = key.toUpperCase();
  const shift = event.shiftKey && key !== "?";
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "")
    + (shift ? "Shift+" : "") + key;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const inField = target.matches?.("textarea, input:not([type=radio]):not([type=checkbox]):not([type=range]), select");
  const pressed = name(event);
  for (const shortcut of inner?.place.contains(target) ? inner.table : table) {
    if (!shortcut.keys.split(" ").includes(pressed)) continue;
    if (inField && !shortcut.inFields) continue;
    if (shortcut.when && !shortcut.when()) continue;
    event.preventDefault();
    shortcut.run();
    return;
  }
});
