import { h } from "./dom.js";

/**
 * Shows the Markdown that instructions need (headings, lists, emphasis, code, links) as nodes:
 * what a client wrote never becomes HTML text.
 * @param {string} source
 * @returns {HTMLElement}
 */
export function markdown(source) {
  const root = h("div.prose");
  /** @type {HTMLElement | null} */
  let list = null;
  /** @type {string[]} */
  let paragraph = [];
  const close = () => {
    if (paragraph.length) root.append(h("p", {}, inline(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of source.split(/\r?\n/)) {
    const heading = /^(#{1,3})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/.exec(line);
    if (heading) {
      close();
      list = null;
      root.append(h(`h${heading[1].length + 1}`, {}, inline(heading[2])));
    } else if (item) {
      close();
      const tag = item[1] ? "ol" : "ul";
      if (!list || list.localName !== tag) root.append(list = h(tag));
      list.append(h("li", {}, inline(item[2])));
    } else if (!line.trim()) {
      close();
      list = null;
    } else {
      list = null;
      paragraph.push(line.trim());
    }
  }
  close();
  return root;
}

/** @param {string} text @returns {Array<Node | string>} */
function inline(text) {
  /** @type {Array<Node | string>} */
  const nodes = [];
  const pattern = /\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[(.+?)\]\((https?:\/\/[^\s)]+)\)/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    nodes.push(text.slice(end, match.index));
    if (match[1]) nodes.push(h("strong", {}, match[1]));
    else if (match[2]) nodes.push(h("em", {}, match[2]));
    else if (match[3]) nodes.push(h("code", {}, match[3]));
    else nodes.push(h("a", { href: match[5], target: "_blank", rel: "noreferrer noopener" }, match[4]));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
