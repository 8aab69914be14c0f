/**
 * Builds elements without a line of HTML text.
 *
 * @param {string} tag like `button.primary#id`
 * @param {Record<string, any>} [properties] `onclick` and the like become listeners, the rest
 *   attributes; null is left out, and false but for `aria-…`
 * @param {...(Node | string | null | undefined | false | Array<any>)} children
 * @returns {any} the element
 */
export function h(tag, properties = {}, ...children) {
  const [name, ...marks] = tag.split(/(?=[.#])/);
  const element = document.createElement(name || "div");
  for (const mark of marks) {
    if (mark[0] === ".") element.classList.add(mark.slice(1));
    else element.id = mark.slice(1);
  }
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    // States for screen readers are said in words, the attributes of HTML by being there.
    if (key.startsWith("aria-")) element.setAttribute(key, String(value));
    else if (value === false) continue;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") /** @type {any} */ (element).value = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...flat(children));
  return element;
}

/** @param {Array<any>} children
 * @returns {Array<Node | string>} */
function flat(children) {
  return children.flat(9).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Puts children in the place of what an element holds.
 * @param {Element} element
 * @param {...any} children */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
}

/** An icon of our own, drawn in a 20×20 field.
 * @param {keyof typeof shapes} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("width", "18");
  svg.setAttribute("height", "18");
  svg.setAttribute("aria-hidden", "true");
  svg.dataset.icon = name;
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", shapes[name]);
  path.setAttribute("fill", "none");
  path.setAttribute("stroke", "currentColor");
  path.setAttribute("stroke-width", "1.7");
  path.setAttribute("stroke-linecap", "round");
  path.setAttribute("stroke-linejoin", "round");
  svg.append(path);
  return svg;
}

/** A button that shows an icon and says what it does.
 * @param {keyof typeof shapes} name
 * @param {string} title
 * @param {() => void} act */
export const iconButton = (name, title, act) => h("button.button.quiet.icon", { title, "aria-label": title, onclick: act }, icon(name));

const shapes = {
  undo: "M7 4 3 8l4 4M3 8h8a5 5 0 0 1 0 10H8",
  redo: "m13 4 4 4-4 4m4-4H9a5 5 0 0 0 0 10h3",
  back: "M12 4 6 10l6 6",
  fit: "M3 8V3h5M17 8V3h-5M3 12v5h5M17 12v5h-5",
  up: "m5 12 5-5 5 5",
  indent: "M3 4h14M9 10h8M3 16h14M3 8l3 2-3 2",
  outdent: "M3 4h14M9 10h8M3 16h14M6 8l-3 2 3 2",
  merge: "M4 4v3c0 3 6 3 6 6v4M16 4v3c0 3-6 3-6 6",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  help: "M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M10 15v.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
  book: "M4 4h5a2 2 0 0 1 2 2v11a2 2 0 0 0-2-2H4zM16 4h-3a2 2 0 0 0-2 2v11a2 2 0 0 1 2-2h3z",
  theme: "M10 3a7 7 0 1 0 7 7c-4 2-9-2-7-7",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  pointer: "m4 3 12 6-5 2-2 5z",
  brush: "M16 3 9 10m0 0a3 3 0 0 0-4 3c0 2-1 3-2 3 4 2 8 0 8-3a3 3 0 0 0-2-3",
  eraser: "m9 4 7 7-5 5H7l-4-4zM7 16h10",
  wand: "m4 16 8-8M14 2v3M12.500 3.500h3M17 8v2M16 9h2M9 3v2M8 4h2",
  scissors: "M6 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4m0 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7.500 6 17 14M7.500 14 17 6",
  shapeNew: "M4 4h12v12H4z",
  shapeAdd: "M3 3h9v9H3zM12 8h5v9H8v-5M10 15v0M14 10v4M12 12h4",
  shapeCut: "M3 3h14v14H3zM7 7h6v6H7z",
  magnet: "M5 3v7a5 5 0 0 0 10 0V3h-3v7a2 2 0 0 1-4 0V3zM5 6h3M12 6h3",
  grid: "M3 3h14v14H3zM3 7.700h14M3 12.300h14M7.700 3v14M12.300 3v14",
  contrast: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  eye: "M2 10c3-5 13-5 16 0-3 5-13 5-16 0m8 2.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  hidden: "M2 10c3-5 13-5 16 0-3 5-13 5-16 0M4 16 16 4",
  locked: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 6 0v3",
  unlocked: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 5.500-1.500",
  camera: "M3 6h3l1.500-2h5L14 6h3v10H3zM10 14a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  microphone: "M10 12a2.500 2.500 0 0 0 2.500-2.500v-4a2.500 2.500 0 0 0-5 0v4A2.500 2.500 0 0 0 10 12M5 9.500a5 5 0 0 0 10 0M10 14.500V17M7 17h6",
  check: "m4 10.500 4 4 8-9",
  close: "m5 5 10 10M15 5 5 15",
  out: "M12 5V3H4v14h8v-2M8 10h9m-3-3 3 3-3 3",
};
