import { get } from "../../core/api.js";
import { fill, h, icon } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { isPlayed, Picture, wholeNames } from "./item-picture.js";

/** Items that are asked for at once. */
const pageSize = 100;
/** Pixels that a browser scrolls through; a longer list is mapped onto them. */
const longest = 8_000_000;
const gap = 12, footer = 44;

/** How long something plays.
 * @param {number | undefined} length */
const seconds = (length) => (length === undefined ? "" : say("{n} s", { n: Math.round(length) }));

/**
 * A grid through which millions of items scroll: only what is seen is there. Arrow keys move, space selects,
 * Enter opens.
 */
export class ItemGrid {
  /** @param {string} dataset
   * @param {{ open: (offset: number) => void, changed: () => void }} told */
  constructor(dataset, told) {
    this.dataset = dataset;
    this.told = told;
    this.query = "";
    /** @type {string[]} */
    this.sets = [];
    this.count = 0;
    /** The item that those shown are like.
     * @type {number | null} */
    this.similar = null;
    /** Numbers of items. @type {Set<number>} */
    this.selected = new Set();
    this.cursor = 0;
    this.anchor = 0;
    /** @type {Map<number, Promise<any[]>>} */
    this.pages = new Map();
    /** By offset. @type {Map<number, { element: HTMLElement, picture: Picture | null, item: any }>} */
    this.tiles = new Map();
    this.spacer = h("div.grid-spacer", { role: "presentation" });
    this.element = h("div.item-grid", { role: "listbox", tabindex: 0, "aria-multiselectable": "true", "aria-label": say("Items") }, this.spacer);
    this.element.addEventListener("scroll", () => this.plan());
    this.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.watcher = new ResizeObserver(() => this.plan());
    this.watcher.observe(this.element);
    this.planned = 0;
    /** Counts what was asked for. */
    this.turn = 0;
  }

  leave() { this.watcher.disconnect(); }

  /** Shows what a query finds, with labels of some sets.
   * @param {string} query
   * @param {string[]} sets
   * @param {number | null} [similar] an item that they are to be like, the most alike first
   * @returns {Promise<number>} how many items there are */
  async use(query, sets, similar = null) {
    const turn = this.turn += 1;
    const isOther = query !== this.query || similar !== this.similar;
    const [before, pages] = [{ query: this.query, sets: this.sets, similar: this.similar }, this.pages];
    [this.query, this.sets, this.similar, this.pages] = [query, sets, similar, new Map()];
    try {
      const first = await this.fetch(0);
      // Something else was asked for meanwhile: this answer comes too late.
      if (turn !== this.turn) return this.count;
      this.count = first.count;
      this.pages.set(0, Promise.resolve(first.items));
    } catch (error) {
      if (turn !== this.turn) return this.count;
      [this.query, this.sets, this.similar, this.pages] = [before.query, before.sets, before.similar, pages];
      throw error;
    }
    if (isOther) {
      this.cursor = this.anchor = 0;
      this.element.scrollTop = 0;
    }
    for (const { element } of this.tiles.values()) element.remove();
    this.tiles.clear();
    this.element.setAttribute("aria-label", say("{n} items", { n: this.count }));
    this.draw();
    return this.count;
  }

  /** @param {number} offset */
  fetch(offset) {
    return get(`/api/datasets/${this.dataset}/items?query=${encodeURIComponent(this.query)}&offset=${offset}&limit=${pageSize}&sets=${this.sets.map(encodeURIComponent).join(",")}${this.similar === null ? "" : `&similar=${this.similar}`}`);
  }

  /** The item at an offset of what is found.
   * @param {number} offset
   * @returns {Promise<any>} */
  async item(offset) {
    const page = Math.floor(offset / pageSize);
    if (!this.pages.has(page)) {
      const pages = this.pages;
      pages.set(page, this.fetch(page * pageSize).then(({ items }) => items, (error) => { pages.delete(page); throw error; }));
      // What was left behind long ago is asked for anew.
      if (pages.size > 60) pages.delete(/** @type {number} */ (pages.keys().next().value));
    }
    return (await /** @type {Promise<any[]>} */ (this.pages.get(page)))[offset % pageSize];
  }

  plan() {
    if (this.planned) return;
    this.planned = requestAnimationFrame(() => { this.planned = 0; this.draw(); });
  }

  layout() {
    const width = this.element.clientWidth - gap;
    const columns = Math.max(1, Math.floor(width / (width < 500 ? 170 : 224)));
    const tile = Math.floor((width - columns * gap) / columns);
    const height = Math.round(tile * 0.75) + footer;
    const rows = Math.ceil(this.count / columns);
    const whole = rows * (height + gap) + gap;
    const shown = Math.min(whole, longest);
    const view = this.element.clientHeight;
    // Where the list is longer than what scrolls, a place of one stands for a place of the other.
    const factor = shown > view && whole > shown ? (whole - view) / (shown - view) : 1;
    return { columns, tile, height, rows, whole, shown, view, factor, top: this.element.scrollTop * factor };
  }

  draw() {
    if (!this.element.isConnected) return;
    const place = this.layout();
    this.spacer.style.height = `${place.shown}px`;
    const step = place.height + gap;
    const first = Math.max(0, Math.floor(place.top / step) - 1) * place.columns;
    const last = Math.min(this.count, (Math.ceil((place.top + place.view) / step) + 1) * place.columns);
    for (const [offset, { element }] of this.tiles) {
      if (offset < first || offset >= last) { element.remove(); this.tiles.delete(offset); }
    }
    for (let offset = first; offset < last; offset += 1) {
      const tile = this.tiles.get(offset) ?? this.make(offset);
      const row = Math.floor(offset / place.columns), column = offset % place.columns;
      const { style } = tile.element;
      style.width = `${place.tile}px`;
      style.height = `${place.height}px`;
      style.insetInlineStart = `${gap + column * (place.tile + gap)}px`;
      style.top = `${gap + row * step - place.top + this.element.scrollTop}px`;
      tile.picture?.resize(place.tile, place.height - footer);
    }
    if (!this.count) fill(this.spacer, h("p.muted.nothing", {}, this.query || this.similar !== null ? say("Nothing is found.") : say("Nothing is in it yet: add items.")));
    else this.spacer.querySelector(".nothing")?.remove();
    this.element.setAttribute("aria-activedescendant", this.tiles.has(this.cursor) ? `item-${this.cursor}` : "");
  }

  /** @param {number} offset */
  make(offset) {
    const element = h("div.item-tile", { role: "option", id: `item-${offset}`, "aria-selected": "false", "aria-setsize": this.count, "aria-posinset": offset + 1, "aria-label": "…" });
    element.classList.toggle("is-cursor", offset === this.cursor);
    /** @type {{ element: HTMLElement, picture: Picture | null, item: any }} */
    const tile = { element, picture: null, item: null };
    this.tiles.set(offset, tile);
    this.spacer.append(element);
    element.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button) return;
      this.moveTo(offset, event.shiftKey);
      if (event.ctrlKey || event.metaKey || /** @type {Element} */ (event.target).closest(".tile-mark")) this.toggle(offset);
    });
    element.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey && !/** @type {Element} */ (event.target).closest(".tile-mark")) this.told.open(offset);
    });
    this.item(offset).then((item) => {
      if (!item || this.tiles.get(offset) !== tile) return;
      tile.item = item;
      const names = wholeNames(item);
      element.setAttribute("aria-label", [item.name, ...names].join(", "));
      element.setAttribute("aria-selected", String(this.selected.has(item.number)));
      if (item.has_image && !isPlayed(item)) tile.picture = new Picture(this.dataset, item, true);
      fill(element, tile.picture?.element ?? (isPlayed(item) ? h("p.tile-media", {}, icon(item.metadata.media_type.startsWith("audio/") ? "microphone" : "camera"), seconds(item.metadata.seconds)) : h("p.tile-text", { dir: "auto" }, item.text ?? "")), h("span.tile-mark", { title: say("Select") }),
        h("div.tile-foot", {}, h("span.tile-name", { dir: "auto" }, item.name), h("span.tile-classes", { dir: "auto" }, names.join(", "))));
      this.plan();
    }, () => fill(element, h("p.error-text", {}, say("The server cannot be reached. Your work is kept here."))));
    return tile;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { columns, rows, view, height } = this.layout();
    const page = columns * Math.max(1, Math.floor(view / (height + gap)));
    const side = document.documentElement.dir === "rtl" ? -1 : 1;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: side, ArrowLeft: -side, ArrowDown: columns, ArrowUp: -columns, PageDown: page, PageUp: -page, Home: -rows * columns, End: rows * columns };
    if (event.key in steps) {
      event.preventDefault();
      this.moveTo(Math.max(0, Math.min(this.count - 1, this.cursor + steps[event.key])), event.shiftKey);
      this.reveal(this.cursor);
    } else if (event.key === " ") {
      event.preventDefault();
      this.toggle(this.cursor);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.count) this.told.open(this.cursor);
    } else if (event.key === "Escape") this.clear();
  }

  /** @param {number} offset
   * @param {boolean} isRange whether all from the last place on are selected */
  async moveTo(offset, isRange) {
    this.cursor = offset;
    for (const [place, { element }] of this.tiles) element.classList.toggle("is-cursor", place === offset);
    this.element.setAttribute("aria-activedescendant", `item-${offset}`);
    if (!isRange) { this.anchor = offset; return; }
    const [from, to] = [Math.min(this.anchor, offset), Math.min(Math.max(this.anchor, offset), Math.min(this.anchor, offset) + 5_000)];
    for (let place = from; place <= to; place += 1) {
      const item = await this.item(place);
      if (item) this.selected.add(item.number);
    }
    this.mark();
  }

  /** @param {number} offset */
  async toggle(offset) {
    const item = await this.item(offset);
    if (!item) return;
    if (!this.selected.delete(item.number)) this.selected.add(item.number);
    this.mark();
  }

  clear() {
    this.selected.clear();
    this.mark();
  }

  mark() {
    for (const { element, item } of this.tiles.values()) if (item) element.setAttribute("aria-selected", String(this.selected.has(item.number)));
    this.told.changed();
  }

  /** Scrolls so that an item is seen.
   * @param {number} offset */
  reveal(offset) {
    const { columns, height, view, factor, top } = this.layout();
    const y = Math.floor(offset / columns) * (height + gap);
    if (y < top) this.element.scrollTop = y / factor;
    else if (y + height + 2 * gap > top + view) this.element.scrollTop = (y + height + 2 * gap - view) / factor;
    this.draw();
  }

  /** @param {number} offset */
  focus(offset) {
    this.element.focus();
    this.moveTo(offset, false);
    this.reveal(offset);
  }
}
