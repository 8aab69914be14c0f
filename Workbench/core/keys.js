/**
 * One table for handler, hints and help: a key can never do other than what is printed.
 * @typedef {{ keys: string, label: string, run: () => void, when?: () => boolean, inFields?: boolean }} Shortcut
 */

/** @type {Array<Shortcut>} */
let table = [];

/** Makes these the shortcuts of the page. @param {Array<Shortcut>} shortcuts */
export function setShortcuts(shortcuts) { table = shortcuts; }

export function shortcuts() { return table; }

/** The key as `Ctrl+Shift+Z`; letters by what they print where that is Latin, else by place, so
 * that shortcuts work on a Cyrillic or Arabic layout. @param {KeyboardEvent} event */
export function name(event) {
  let key = event.key;
  if (/^Digit\d$/.test(event.code)) key = event.code.slice(5);
  else if (key.length === 1 && !/[a-z?+\-\[\]]/i.test(key) && /^Key[A-Z]$/.test(event.code)) {
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
  const inField = target.matches?.("textarea, input:not([type=radio]):not([type=checkbox]), select");
  const pressed = name(event);
  for (const shortcut of table) {
    if (!shortcut.keys.split(" ").includes(pressed)) continue;
    if (inField && !shortcut.inFields) continue;
    if (shortcut.when && !shortcut.when()) continue;
    event.preventDefault();
    shortcut.run();
    return;
  }
});
