import { fill, h, icon } from "../core/dom.js";
import { keysFor } from "../core/keys.js";
import { say, word } from "../core/words.js";
import { tools } from "../editors/image/tools.js";

/** How the picture is shown; 1 changes nothing. */
const views = { brightness: word("Brightness"), contrast: word("Contrast"), gamma: word("Gamma") };

/**
 * The tools beside an image, those that its classes can use.
 * @param {any} editor an image editor
 * @param {readonly any[]} classes
 */
export function toolbar(editor, classes) {
  const kinds = new Set(classes.map((definition) => definition.kind));
  const usable = Object.entries(tools).filter(([, tool]) => !tool.kinds || tool.kinds.some((kind) => kinds.has(kind)));
  const hasTools = usable.length > 1;
  const hasRegions = kinds.has("polygon") || kinds.has("mask");
  const buttons = usable.map(([name, tool]) => h("button.button.quiet.icon", {
    title: `${say(tool.name)} (${keysFor(tool.name, tool.key)})`, "aria-label": say(tool.name), "aria-keyshortcuts": tool.key, "data-tool": name,
    onclick: () => editor.pickTool(name),
  }, icon(/** @type {any} */ (tool.icon))));
  const modes = [["new", word("New object"), "shapeNew"], ["union", word("Add to the selected one"), "shapeAdd"], ["subtraction", word("Cut out of the selected one"), "shapeCut"]]
    .map(([mode, title, picture]) => h("button.button.quiet.icon", {
      title: say("{name} (M changes)", { name: say(title) }), "aria-label": say(title), "data-mode": mode, onclick: () => editor.setMode(mode),
    }, icon(/** @type {any} */ (picture))));
  const size = slider(say("Brush size"), 1, 200, 1, () => editor.brushSize, (value) => { editor.brushSize = value; editor.schedule(); });
  const tolerance = slider(say("Tolerance"), 0, 128, 1, () => editor.tolerance, (value) => { editor.tolerance = value; });
  const everywhere = h("label.row.small", {}, h("input", {
    type: "checkbox", onchange: (/** @type {any} */ event) => { editor.isWandGlobal = event.target.checked; },
  }), say("Everywhere"));
  const toggles = [
    toggle("magnet", say("Snap to corners and borders"), () => editor.isSnapping, () => { editor.isSnapping = !editor.isSnapping; }),
    toggle("grid", say("Pixel grid"), () => editor.hasGrid, () => { editor.hasGrid = !editor.hasGrid; }),
  ];
  const settings = h("div.tool-settings", {}, size.element, h("div", { "data-for": "wand" }, tolerance.element, everywhere));
  const view = viewMenu(editor);
  const element = h("div.toolbar", { role: "toolbar", "aria-label": say("Tools"), "aria-orientation": "vertical" },
    hasTools ? buttons : null, hasTools ? h("hr") : null, hasRegions ? modes : null, hasRegions ? h("hr") : null, toggles.map((one) => one.element), view);
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === editor.toolName));
    for (const button of modes) button.setAttribute("aria-pressed", String(button.dataset.mode === editor.mode));
    for (const one of toggles) one.show();
    size.show();
    tolerance.show();
    size.element.hidden = editor.toolName !== "brush" && editor.toolName !== "eraser";
    /** @type {HTMLElement} */ (settings.querySelector("[data-for=wand]")).hidden = editor.toolName !== "wand";
    settings.hidden = size.element.hidden && editor.toolName !== "wand";
  };
  show();
  return { element, settings, show };

  /** @param {any} picture
   * @param {string} title
   * @param {() => boolean} isOn
   * @param {() => void} turn */
  function toggle(picture, title, isOn, turn) {
    const button = h("button.button.quiet.icon", {
      title, "aria-label": title, onclick: () => { turn(); editor.paint(); show(); },
    }, icon(picture));
    return { element: button, show: () => button.setAttribute("aria-pressed", String(isOn())) };
  }
}

/** @param {string} name
 * @param {number} least
 * @param {number} most
 * @param {number} step
 * @param {() => number} value
 * @param {(value: number) => void} set */
function slider(name, least, most, step, value, set) {
  const number = h("output.number");
  const input = h("input", {
    type: "range", min: least, max: most, step, "aria-label": name,
    oninput: () => { set(Number(input.value)); number.textContent = input.value; },
  });
  const show = () => {
    input.value = String(value());
    number.textContent = String(Math.round(value() * 100) / 100);
  };
  show();
  return { element: h("label.slider", {}, h("span", {}, name), input, number), show };
}

/** Brightness, contrast and gamma of the picture as it is shown.
 * @param {any} editor */
function viewMenu(editor) {
  const sliders = Object.entries(views).map(([key, name]) =>
    slider(say(name), 0.2, 3, 0.05, () => editor.shown[key], (value) => editor.setLook(key, value)));
  const menu = h("div.view-menu", { popover: "auto", id: "view-menu" }, sliders.map((one) => one.element),
    h("button.button", { onclick: () => { editor.setLook(null); sliders.forEach((one) => one.show()); } }, say("As it is")));
  const button = h("button.button.quiet.icon", { title: say("Brightness, contrast, gamma"), "aria-label": say("Brightness, contrast, gamma"), popovertarget: "view-menu" }, icon("contrast"));
  return h("div.view-button", {}, button, menu);
}
