import { h } from "./dom.js";

/**
 * Shows Markdown (headings, lists, quotes, tables, code, emphasis, links) as nodes: what a client or a worker
 * wrote never becomes HTML text.
 * @param {string} source
 * @returns {HTMLElement}
 */
export function markdown(source) {
  const root = h("div.prose", { dir: "auto" });
  const lines = source.split(/\r?\n/);
  let at = 0;
  while (at < lines.length) {
    const block = blocks.map((read) => read(lines, at)).find(Boolean);
    if (block) {
      root.append(block.node);
      at = block.next;
    } else if (!lines[at].trim()) {
      at += 1;
    } else {
      const start = at;
      while (at < lines.length && lines[at].trim() && (at === start || !blocks.some((read) => read(lines, at)))) at += 1;
      root.append(h("p", {}, inline(lines.slice(start, at).map((line) => line.trim()).join(" "))));
    }
  }
  return root;
}

/** @typedef {{ node: HTMLElement, next: number }} Block what was read, and the line after it */

/** Each reads one kind of block that begins at a line; null where none does.
 * @type {Array<(lines: string[], at: number) => Block | null>} */
const blocks = [fence, heading, rule, quote, table, list];

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function fence(lines, at) {
  const open = /^\s*(```+|~~~+)/.exec(lines[at]);
  if (!open) return null;
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(open[1])) end += 1;
  return { node: h("pre", {}, h("code", {}, lines.slice(at + 1, end).join("\n"))), next: end + 1 };
}

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function heading(lines, at) {
  const found = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines[at]);
  return found && { node: h(`h${Math.min(6, found[1].length + 1)}`, {}, inline(found[2])), next: at + 1 };
}

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function rule(lines, at) {
  return /^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[at]) ? { node: h("hr"), next: at + 1 } : null;
}

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function quote(lines, at) {
  if (!/^\s*>/.test(lines[at])) return null;
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = markdown(lines.slice(at, end).map((line) => line.replace(/^\s*>\s?/, "")).join("\n"));
  return { node: h("blockquote", {}, ...inner.childNodes), next: end };
}

const cells = (/** @type {string} */ line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function table(lines, at) {
  if (!lines[at].includes("|") || !/^[\s|:-]*-[\s|:-]*$/.test(lines[at + 1] ?? "")) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const row = (/** @type {string} */ line, /** @type {string} */ tag) => h("tr", {}, cells(line).map((cell) => h(tag, {}, inline(cell))));
  return {
    node: h("div.scroller", {}, h("table.table", {}, h("thead", {}, row(lines[at], "th")), h("tbody", {}, lines.slice(at + 2, end).map((line) => row(line, "td"))))),
    next: end,
  };
}

const item = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;

/** @param {string[]} lines
 * @param {number} at
 * @returns {Block | null} */
function list(lines, at) {
  const first = item.exec(lines[at]);
  if (!first) return null;
  const depth = first[1].length;
  const node = h(first[2] ? "ol" : "ul", first[2] && first[2] !== "1" ? { start: first[2] } : {});
  while (at < lines.length) {
    const found = item.exec(lines[at]);
    if (found && found[1].length === depth && Boolean(found[2]) === Boolean(first[2])) {
      node.append(h("li", {}, inline(found[3])));
      at += 1;
    } else if (found && found[1].length > depth) {
      const inner = /** @type {Block} */ (list(lines, at));
      node.lastElementChild?.append(inner.node);
      at = inner.next;
    } else {
      break;
    }
  }
  return { node, next: at };
}

/** @param {string} text
 * @returns {Array<Node | string>} */
function inline(text) {
  /** @type {Array<Node | string>} */
  const nodes = [];
  const pattern = /`+([^`]+)`+|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s](?:.*?[^*\s])?)\*|\b_([^_]+)_\b|~~(.+?)~~|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)|<(https?:\/\/[^\s>]+)>/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    nodes.push(text.slice(end, match.index));
    const [, code, strong, strong2, em, em2, del, words, address, bare] = match;
    if (code) nodes.push(h("code", {}, code));
    else if (strong ?? strong2) nodes.push(h("strong", {}, inline(strong ?? strong2 ?? "")));
    else if (em ?? em2) nodes.push(h("em", {}, inline(em ?? em2 ?? "")));
    else if (del) nodes.push(h("del", {}, inline(del)));
    else nodes.push(h("a", { href: address ?? bare, target: "_blank", rel: "noreferrer noopener" }, words ? inline(words) : bare));
    end = (match.index ?? 0) + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
