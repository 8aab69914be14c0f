import { get } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { quoted } from "./query-box.js";
import { classColor } from "./item-picture.js";

/** What the found items are like: classes, sizes, fields; each bar asks for its items.
 * @param {string} dataset
 * @param {string} query
 * @param {any[]} sets
 * @param {(term: string) => void} refine */
export async function summaryPanel(dataset, query, sets, refine) {
  const body = h("div.stack");
  const duplicates = await duplicatesOf(dataset, refine);
  const load = async (/** @type {string} */ set) => {
    const found = await get(`/api/datasets/${dataset}/summary?query=${encodeURIComponent(query)}&set=${encodeURIComponent(set)}`);
    const ofSet = set === "truth" ? "" : `${set}: `;
    const between = (/** @type {string} */ field) => (/** @type {string} */ from, /** @type {string} */ to, /** @type {boolean} */ isLast) => refine(`${field} >= ${from} and ${field} ${isLast ? "<=" : "<"} ${to}`);
    body.replaceChildren(
      h("div.tiles", {}, tile(say("Items"), found.items), tile(say("Labels"), found.labels), tile(say("Items without labels"), found.unlabelled, () => refine(`count(${ofSet.trim()}) = 0`)), tile(say("Classes"), found.class_count)),
      h("div.charts", {},
        card(say("Labels by class"), found.classes.length ? bars(found.classes, found.labels, (name) => refine(`any(${ofSet}${quoted(name)})`), classColor) : none()),
        card(say("Labels of an item"), histogram(found.labels_per_item, say("Labels of an item"), { ask: between(`count(${ofSet.trim()})`) })),
        found.box_sizes ? card(say("Size of objects: √area in pixels"), histogram(found.box_sizes, say("Size of objects: √area in pixels"), { ask: (from, to, isLast) => refine(`any(${ofSet}area >= ${Number(from) ** 2} and area ${isLast ? "<=" : "<"} ${Number(to) ** 2})`) })) : null,
        found.text_lengths ? card(say("Length of texts in bytes"), histogram(found.text_lengths, say("Length of texts in bytes"))) : null,
        card(say("Duplicates"), duplicates),
        found.fields.map((/** @type {any} */ one) => card(one.name, one.histogram ? histogram(one.histogram, one.name, { isOfTimes: one.times, ask: between(quoted(one.field)) })
          : bars(one.values.slice(0, 12), one.items, (value) => refine(`${quoted(one.field)} = ${quoted(value)}`)), one.different > 12 && !one.histogram ? say("{n} different values", { n: one.different }) : ""))));
  };
  await load("truth");
  const choice = h("select.input", { "aria-label": say("Labels"), onchange: (/** @type {any} */ event) => load(event.target.value) },
    sets.map((set) => h("option", { value: set.name }, set.name === "truth" ? say("Ground truth") : set.name)));
  return h("div.explore-scroll.stack", { tabindex: 0, role: "region", "aria-label": say("Summary") }, sets.length > 1 ? h("div.row", {}, choice) : null, body);
}

/** How far images were looked at, and the way to what is a duplicate.
 * @param {string} dataset
 * @param {(term: string) => void} refine */
async function duplicatesOf(dataset, refine) {
  const { running, images, done } = await get(`/api/datasets/${dataset}/fingerprints`);
  return h("div.stack.tight", {}, h("p", {}, say("Items that are the same as an earlier one, or nearly: images by what they show, texts by their words.")),
    images ? h("p.muted", {}, running ? say("{done} of {images} images looked at; the others are being looked at.", { done: done.toLocaleString(language), images: images.toLocaleString(language) }) : say("{done} of {images} images looked at", { done: done.toLocaleString(language), images: images.toLocaleString(language) })) : null,
    h("div.row", {}, h("button.button", { onclick: () => refine("duplicate = *") }, say("Show them"))));
}

const none = () => h("p.muted", {}, say("Nothing is found."));

/** @param {string} name
 * @param {number} value
 * @param {(() => void) | null} [ask] */
const tile = (name, value, ask = null) => h("div.card.tile", {}, h("h2.small", {}, name), h("p.big.number", {}, value.toLocaleString(language)), ask && value ? h("button.button.quiet", { onclick: ask }, say("Show them")) : null);

/** @param {string} title
 * @param {any} content
 * @param {string} [note] */
const card = (title, content, note = "") => h("section.card.stack.tight", {}, h("h2", { dir: "auto" }, title), content, note ? h("p.muted", {}, note) : null);

/** @param {Array<{ name: string, count: number }>} shares
 * @param {number} whole
 * @param {(name: string) => void} ask
 * @param {((name: string) => string) | null} [paint] */
function bars(shares, whole, ask, paint = null) {
  const most = Math.max(1, ...shares.map(({ count }) => count));
  return h("ul.plain.share-bars", {}, shares.map(({ name, count }) => {
    const bar = h("i", { "aria-hidden": "true" });
    bar.style.inlineSize = `${(100 * count) / most}%`;
    if (paint) bar.style.background = paint(name);
    return h("li", {}, h("button.share-bar", { onclick: () => ask(name), title: say("{percent} %", { percent: Math.round((1000 * count) / Math.max(1, whole)) / 10 }) },
      h("span.share-name", { dir: "auto" }, name || "–"), h("span.share-track", {}, bar), h("span.number", {}, count.toLocaleString(language))));
  }));
}

/** Numbers in bars, each of which asks for its items where they can be asked for.
 * @param {{ edges: number[], counts: number[] } | null} found
 * @param {string} name
 * @param {{ isOfTimes?: boolean, ask?: (from: string, to: string, isLast: boolean) => void }} how times are in seconds since 1970 */
export function histogram(found, name, { isOfTimes = false, ask } = {}) {
  if (!found) return none();
  const { edges, counts } = found;
  const most = Math.max(1, ...counts);
  const whole = edges[edges.length - 1] - edges[0];
  const written = (/** @type {number} */ edge) => (isOfTimes ? quoted(new Date(edge * 1000).toISOString()) : String(edge));
  const shown = (/** @type {number} */ edge) => (isOfTimes ? new Date(edge * 1000).toLocaleString(language, { timeZone: "UTC", ...(whole < 3 * 86_400 ? { dateStyle: "short", timeStyle: "short" } : { dateStyle: "medium" }) }) : edge.toLocaleString(language, { maximumSignificantDigits: 4 }));
  const bars = counts.map((count, place) => {
    const [from, to] = [edges[place], edges[place + 1]];
    const title = `${shown(from)} – ${shown(to)}: ${count.toLocaleString(language)}`;
    const bar = ask && count ? h("button", { title, "aria-label": title, onclick: () => ask(written(from), written(to), place === counts.length - 1) }) : h("i", { title });
    bar.style.blockSize = `${(100 * count) / most}%`;
    return bar;
  });
  return h("div", {}, h("div.histogram", { role: ask ? "group" : "img", "aria-label": `${name}: ${shown(edges[0])} – ${shown(edges[edges.length - 1])}` }, bars),
    h("div.spread.muted.number", {}, h("span", {}, shown(edges[0])), h("span", {}, shown(edges[edges.length - 1]))));
}
