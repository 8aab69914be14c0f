import { get } from "../../core/api.js";
import { fill, h, icon } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { closesWithPage } from "../dialog.js";
import { closerLook } from "./closer-look.js";
import { classColor, isPlayed, labelsOf, Picture, player } from "./item-picture.js";

/** One item large, with everything that is known of it.
 * @param {string} dataset
 * @param {number} number
 * @param {string[]} sets
 * @param {{ next?: (step: number) => Promise<number | null>, similar?: (item: any) => void } | null} [way] to the items before and after it, and to those like it
 * @returns {Promise<void>} when it is closed */
export function showItem(dataset, number, sets, way = null) {
  return new Promise((resolve) => {
    const title = h("h2", { id: "item-title", dir: "auto" });
    const stage = h("div.item-stage"), facts = h("div.item-facts");
    /** @type {Picture | null} */
    let picture = null;
    /** @type {ReturnType<typeof closerLook> | null} */
    let look = null;
    /** @type {Set<string>} */
    const shown = new Set(sets);
    /** @type {any} */
    let item = null;
    const element = h("dialog.item-view", { "aria-labelledby": "item-title" });
    const fit = () => picture?.resize(stage.clientWidth, stage.clientHeight);
    const watcher = new ResizeObserver(fit);
    const draw = () => {
      const labels = Object.fromEntries(Object.entries(item.labels).filter(([set]) => shown.has(set)));
      const visible = { ...item, labels };
      if (item.has_image && isPlayed(item)) {
        if (!stage.querySelector("audio, video")) fill(stage, player(dataset, item));
      } else if (item.has_image) {
        if (!picture) {
          picture = new Picture(dataset, visible, false);
          look = closerLook(picture, `/api/datasets/${dataset}/items/${item.number}/image/tiles`);
          fill(stage, picture.element, look.bar);
        }
        picture.item = visible;
        fit();
        picture.draw();
      } else fill(stage, marked(visible));
      fill(facts, describe(item, visible, shown, draw, (place) => { if (picture) { picture.marked = place; picture.draw(); } }, load));
    };
    const load = async (/** @type {number} */ wanted) => {
      try {
        item = await get(`/api/datasets/${dataset}/items/${wanted}`);
        picture = look = null;
        fill(stage);
        title.textContent = item.name;
        draw();
        showOriginal(item.number);
      } catch (error) {
        fill(stage, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
      }
    };
    // Asked for by itself: the first time after a start it has all of the dataset be read.
    const showOriginal = async (/** @type {number} */ wanted) => {
      const { original } = await get(`/api/datasets/${dataset}/items/${wanted}/original`).catch(() => ({ original: null }));
      if (!original || item.number !== wanted) return;
      item.original = original;
      draw();
    };
    const step = async (/** @type {number} */ by) => { const next = await way?.next?.(by); if (next !== null && next !== undefined) await load(next); };
    fill(element, h("div.spread.item-head", {}, title, h("div.row.tight", {},
      way?.similar ? h("button.button.quiet", { onclick: () => { element.close(); way.similar?.(item); } }, say("Similar items")) : null,
      way?.next ? [h("button.button.quiet", { onclick: () => step(-1) }, say("Previous")), h("button.button.quiet", { onclick: () => step(1) }, say("Next"))] : null,
      h("button.button.quiet.icon", { "aria-label": say("Close"), onclick: () => element.close() }, icon("close")))), h("div.item-columns", {}, stage, facts));
    element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const side = document.documentElement.dir === "rtl" ? -1 : 1;
      if (!event.ctrlKey && !event.metaKey && look?.press(event.key)) return event.preventDefault();
      const by = { ArrowRight: side, ArrowLeft: -side }[event.key];
      if (by && way?.next) { event.preventDefault(); step(by); }
    });
    closesWithPage(element);
    element.addEventListener("close", () => { watcher.disconnect(); element.remove(); resolve(); });
    document.body.append(element);
    element.showModal();
    watcher.observe(stage);
    load(number);
  });
}

/** A text with its spans marked, those of predictions by broken lines; what lies over each other is marked by all of them.
 * @param {any} item */
function marked(item) {
  const characters = [...(item.text ?? "")];
  const spans = labelsOf(item).flatMap(({ set, label }) => (label.span ?? []).map((/** @type {number[]} */ [from, to]) => ({ from, to, name: label.class, isPredicted: set !== "truth" })))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const cuts = [...new Set([0, characters.length, ...spans.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  /** Those that the text has come into.
   * @type {Array<{ from: number, to: number, name: string, isPredicted: boolean }>} */
  let over = [];
  let next = 0;
  const parts = cuts.slice(1).map((end, place) => {
    const start = cuts[place];
    over = over.filter(({ to }) => to > start);
    while (next < spans.length && spans[next].from <= start) over.push(spans[next++]);
    const part = characters.slice(start, end).join("");
    if (!over.length) return part;
    const names = over.filter(({ to }) => to === end).map(({ name, isPredicted }) => {
      const small = h(`small${isPredicted ? ".is-predicted" : ""}`, {}, name);
      small.style.setProperty("--class", classColor(name));
      return [" ", small];
    });
    return over.reduceRight((inner, { name, isPredicted }) => {
      const mark = h(`mark.item-span${isPredicted ? ".is-predicted" : ""}`, {}, inner);
      mark.style.setProperty("--class", classColor(name, isPredicted ? 1 : 0.3));
      return [mark];
    }, /** @type {any[]} */ ([part, ...names]));
  });
  return h("div.item-text", { dir: "auto", tabindex: 0, role: "region", "aria-label": say("Text") }, parts);
}

/** @param {any} item whole
 * @param {any} visible with the sets that are shown
 * @param {Set<string>} shown
 * @param {() => void} draw
 * @param {(place: number | null) => void} stress
 * @param {(number: number) => any} load another item */
function describe(item, visible, shown, draw, stress, load) {
  const sets = Object.keys(item.labels);
  const metadata = Object.entries(item.metadata);
  const { original } = item;
  const size = item.width ? `${item.width} × ${item.height}` : "";
  return [
    h("dl.known-facts", {}, fact(say("Item number"), String(item.number)), item.subset ? fact(say("Subset"), item.subset) : null, size ? fact(say("Size"), size) : null,
      metadata.map(([name, value]) => fact(name, text(value))),
      original ? [h("dt", {}, original.same ? say("The same as") : say("Nearly the same as")), h("dd", {}, h("button.button.quiet", { dir: "auto", onclick: () => load(original.number) }, original.name))] : null),
    sets.map((set) => {
      const { labels, facts } = item.labels[set];
      const start = labelsOf(visible).findIndex((one) => one.set === set);
      return h("section.stack.tight", {}, h("label.check", {}, h("input", { type: "checkbox", checked: shown.has(set), onchange: () => { if (!shown.delete(set)) shown.add(set); draw(); } }),
        h("strong", { dir: "auto" }, set === "truth" ? say("Ground truth") : set), h("span.muted.number", {}, String(labels.length))),
        facts ? h("dl.known-facts", {}, Object.entries(facts).map(([name, value]) => fact(name, text(value)))) : null,
        h("ul.plain.label-list", {}, labels.slice(0, 200).map((/** @type {any} */ label, /** @type {number} */ place) => {
          const swatch = h("span.swatch", { "aria-hidden": "true" });
          swatch.style.background = classColor(label.class ?? "");
          const attributes = Object.entries(label.attributes ?? {}).map(([name, value]) => `${name}: ${text(value)}`).join(", ");
          return h("li", { onpointerenter: () => stress(start < 0 ? null : start + place), onpointerleave: () => stress(null) }, swatch,
            h("span", { dir: "auto" }, label.class ?? label.caption ?? ""), label.score === undefined ? null : h("span.muted.number", {}, `${Math.round(label.score * 100)} %`),
            attributes ? h("span.muted", { dir: "auto" }, attributes) : null);
        })));
    }),
  ];
}

/** A value as it is read: numbers as far as they tell something.
 * @param {any} value */
const text = (value) => (typeof value === "string" ? value : typeof value === "number" ? value.toLocaleString(language, { maximumSignificantDigits: 6, useGrouping: false }) : JSON.stringify(value));

/** @param {string} name
 * @param {string} value */
const fact = (name, value) => [h("dt", { dir: "auto" }, name), h("dd", { dir: "auto" }, value)];
