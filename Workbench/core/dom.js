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

/** @param {Array<any>} children @returns {Array<Node | string>} */
function flat(children) {
  return children.flat(9).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Puts children in the place of what an element holds.
 * @param {Element} element @param {...any} children */
export function fill(element, ...children) {
  element.replaceChildren(...flat(children));
}

/** An icon of our own, drawn in a 20×20 field. @param {keyof typeof shapes} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("width", "18");
  svg.setAttribute("height", "18");
  svg.setAttribute("aria-hidden", "true");
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

const shapes = {
  undo: "M7 4 3 8l4 4M3 8h8a5 5 0 0 1 0 10H8",
  redo: "m13 4 4 4-4 4m4-4H9a5 5 0 0 0 0 10h3",
  back: "M12 4 6 10l6 6",
  fit: "M3 8V3h5M17 8V3h-5M3 12v5h5M17 12v5h-5",
  trash: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  help: "M7.5 7.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M10 15v.01M10 18a8 8 0 1 0 0-16 8 8 0 0 0 0 16",
  book: "M4 4h5a2 2 0 0 1 2 2v11a2 2 0 0 0-2-2H4zM16 4h-3a2 2 0 0 0-2 2v11a2 2 0 0 1 2-2h3z",
  theme: "M10 3a7 7 0 1 0 7 7c-4 2-9-2-7-7",
  plus: "M10 4v12M4 10h12",
  out: "M12 5V3H4v14h8v-2M8 10h9m-3-3 3 3-3 3",
};
