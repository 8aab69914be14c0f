import { h } from "../core/dom.js";
import { markdown } from "../core/markdown.js";
import { inert } from "../core/trusted.js";
import { say } from "../core/words.js";

/** Elements of a client's HTML that are shown; of others only what they hold, if that. */
const shown = new Set(("p div span br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre code kbd samp strong b em i u s del ins "
  + "sub sup small mark q cite abbr table thead tbody tfoot tr th td caption figure figcaption section article header footer bdi bdo a").split(" "));
const dropped = new Set(["script", "style", "template", "iframe", "object", "embed", "noscript", "svg", "math", "head", "title", "link", "meta", "form", "input", "button", "textarea", "select"]);
const attributes = new Set(["dir", "lang", "colspan", "rowspan"]);
/** How deep elements may nest. */
const mostDepth = 60;

/**
 * A text as its format says it is meant: plain, Markdown, or HTML of which only harmless elements are made
 * anew.
 * @param {string} text
 * @param {string | undefined} format
 */
export function source(text, format) {
  if (format === "markdown") return h("div.text-task.rich", { tabindex: 0 }, markdown(text));
  if (format === "html") return h("div.text-task.rich", { tabindex: 0 }, h("div.prose", { dir: "auto" }, copies(inert(text).body, 0)));
  return h("div.text-task", { dir: "auto", tabindex: 0 }, text);
}

/** @param {Node} node
 * @param {number} depth
 * @returns {Array<Node | string>} */
function copies(node, depth) {
  return [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [child.textContent ?? ""];
    if (child.nodeType !== Node.ELEMENT_NODE) return [];
    const element = /** @type {Element} */ (child);
    const name = element.localName;
    if (dropped.has(name) || depth > mostDepth) return [];
    if (name === "img") return [h("span.muted", {}, `[${element.getAttribute("alt") || say("image")}]`)];
    const inner = copies(element, depth + 1);
    if (!shown.has(name)) return inner;
    const copy = h(name, {}, inner);
    for (const attribute of attributes) {
      const value = element.getAttribute(attribute);
      if (value !== null) copy.setAttribute(attribute, value);
    }
    const address = name === "a" ? element.getAttribute("href") : null;
    if (address && /^https?:\/\//i.test(address)) {
      copy.setAttribute("href", address);
      copy.setAttribute("target", "_blank");
      copy.setAttribute("rel", "noreferrer noopener");
    }
    return [copy];
  });
}
