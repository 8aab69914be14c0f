import { get, post } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import * as kernel from "../core/kernel.js";
import { day } from "../core/money.js";
import { language, say } from "../core/words.js";
import { dialog } from "../parts/dialog.js";
import { comparisonPanel } from "../parts/explore/comparison.js";
import { ItemGrid } from "../parts/explore/item-grid.js";
import { numberClasses } from "../parts/explore/item-picture.js";
import { showItem } from "../parts/explore/item-view.js";
import { mapPanel } from "../parts/explore/map.js";
import { queryBox, quoted } from "../parts/explore/query-box.js";
import { removeItems, saveSlice, sendItems } from "../parts/explore/selection.js";
import { summaryPanel } from "../parts/explore/summary.js";
import { field } from "../parts/field.js";
import { releaseCard } from "../parts/releases.js";
import { form } from "../parts/section.js";
import { upload } from "../parts/explore/upload.js";

/** The looks of this room, which no other page waits for. */
export const looks = new Promise((resolve) => {
  document.head.append(h("link", { rel: "stylesheet", href: new URL("./explore.css", import.meta.url).href, onload: resolve, onerror: resolve }));
});

/** Every dataset of the client.
 * @param {boolean} mayChange */
export function explorePage(mayChange) {
  const list = h("div", { "aria-busy": "true" });
  const load = async () => {
    try {
      const { items } = await get("/api/datasets");
      list.removeAttribute("aria-busy");
      fill(list, items.length ? table(items) : h("div.card.stack", {}, h("h2", {}, say("No datasets yet")),
        h("p.muted", {}, say("A dataset holds images or texts with their ground truth and predictions. Make one here, or with `assay dataset create`."))));
    } catch (error) {
      fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  };
  load();
  return h("main.page.stack", {}, h("div.spread", {}, h("h1", {}, say("Datasets")),
    mayChange ? h("button.button.primary", { onclick: create }, icon("plus"), say("New dataset")) : null), list);
}

/** @param {any[]} items */
function table(items) {
  return h("div.card.flush.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, h("th", {}, say("Dataset")), h("th.end", {}, say("Items")), h("th", {}, say("When")))),
    h("tbody", {}, items.map((one) => h("tr", {}, h("td.dataset-name", {}, h("a.strong", { href: `#/explore/${one.id}`, dir: "auto" }, one.name)),
      h("td.end.number", {}, one.items.toLocaleString(language)), h("td", {}, day(one.created_at)))))));
}

async function create() {
  const made = await dialog(say("New dataset"), (close) => {
    const name = h("input.input", { required: true, maxlength: 200, dir: "auto" });
    return form(close, () => post("/api/datasets", { name: name.value }), [field(say("Name"), name)], say("Make it"));
  });
  if (made) location.hash = `#/explore/${made.id}`;
}

/** What of a dataset can be looked at, in the order of the tabs. */
const views = () => ({ items: say("Items"), summary: say("Summary"), comparison: say("Comparison"), map: say("Map"), releases: say("Releases") });

/** One dataset: what is asked for, and what is found, as a grid, in numbers and beside predictions. */
export class DatasetPage {
  /** @param {string} id
   * @param {import("../parts/releases.js").Rights} rights
   * @param {string} [asked] what the page's address says was looked at */
  constructor(id, rights, asked) {
    const { query = "", tab = "" } = Object.fromEntries(new URLSearchParams(asked));
    this.id = id;
    this.rights = rights;
    this.query = query;
    this.tab = Object.hasOwn(views(), tab) ? tab : "items";
    /** The item that those shown are like.
     * @type {any} */
    this.similar = null;
    this.isLeft = false;
    this.isPlaced = false;
    /** Whether what is asked for cannot be found. */
    this.isWrong = false;
    /** Counts what was asked to be shown: what comes late is not. */
    this.turn = 0;
    /** @type {any} */
    this.dataset = null;
    /** Names of the label sets that are shown. @type {Set<string>} */
    this.shown = new Set(["truth"]);
    this.body = h("div.explore-body");
    this.head = h("div.stack.tight");
    this.count = h("span.muted.number", { role: "status" });
    this.actions = h("div.row");
    this.problem = h("p.error-text", { role: "alert", hidden: true });
    this.element = h("main.explore", { "aria-busy": "true" }, this.head, this.body);
    this.box = queryBox(id, (query) => this.ask(query), query);
    /** How many items the query finds. */
    this.found = 0;
    this.grid = new ItemGrid(id, { open: (offset) => this.open(offset), changed: () => { this.showActions(); this.map?.draw(); } });
    /** The map that was shown last.
     * @type {{ draw: () => void } | null} */
    this.map = null;
    this.load();
  }

  leave() {
    this.isLeft = true;
    this.grid.leave();
  }

  async load() {
    try {
      [this.dataset] = await Promise.all([get(`/api/datasets/${this.id}`), kernel.load()]);
      this.element.removeAttribute("aria-busy");
      numberClasses(this.dataset.classes);
      this.showHead();
      await this.show();
      // The first query after a start has the server read all of the dataset, seconds for a million items: it begins now, not when somebody waits.
      if (!this.isLeft) get(`/api/datasets/${this.id}/completions?text=`).catch(() => {});
    } catch (error) {
      fill(this.body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  }

  showHead() {
    const { dataset } = this;
    const tabs = Object.entries(views());
    const sets = dataset.sets.filter((/** @type {any} */ set) => set.items || set.name === "truth");
    fill(this.head,
      h("div.spread", {}, h("div.row", {}, h("a", { href: "#/explore" }, `← ${say("Datasets")}`), h("h1", { dir: "auto" }, dataset.name), this.count),
        this.rights.mayChange ? h("button.button", { onclick: () => upload(dataset, () => this.load()) }, icon("plus"), say("Add items")) : null),
      this.box.element, this.problem,
      this.similar ? h("div.row.tight", {}, h("span", { dir: "auto" }, say("Similar to {name}", { name: this.similar.name })), h("button.button.quiet", { onclick: () => this.likeNone() }, say("Clear"))) : null,
      dataset.slices.length ? h("div.row.tight.slices", { role: "group", "aria-label": say("Slices") }, h("span.muted", {}, say("Slices")), dataset.slices.map((/** @type {any} */ slice) =>
        h("button.chip", { title: slice.query ?? say("{n} items", { n: slice.items }), dir: "auto", onclick: () => this.box.set(`slice = ${quoted(slice.name)}`) }, slice.name))) : null,
      h("div.spread", {}, h("div.tabs", { role: "tablist", "aria-label": say("View") }, tabs.map(([tab, name]) =>
        h("button.tab", { role: "tab", id: `tab-${tab}`, "aria-selected": String(this.tab === tab), "aria-controls": "explore-panel", tabindex: this.tab === tab ? 0 : -1,
          onclick: () => this.choose(tab), onkeydown: (/** @type {KeyboardEvent} */ event) => this.moveTab(event, tabs.map(([one]) => one)) }, name))),
        this.tab === "items" ? h("div.row.tight", { role: "group", "aria-label": say("Labels") }, sets.map((/** @type {any} */ set) => h("label.check.chip-check", {},
          h("input", { type: "checkbox", checked: this.shown.has(set.name), onchange: () => this.toggle(set.name) }), h("span", { dir: "auto" }, set.name === "truth" ? say("Ground truth") : set.name)))) : null,
        this.actions));
    this.body.id = "explore-panel";
    this.body.setAttribute("role", "tabpanel");
    this.body.setAttribute("aria-labelledby", `tab-${this.tab}`);
    this.showActions();
  }

  /** @param {KeyboardEvent} event
   * @param {string[]} tabs */
  moveTab(event, tabs) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const way = document.documentElement.dir === "rtl" ? -step : step;
    this.choose(tabs[(tabs.indexOf(this.tab) + way + tabs.length) % tabs.length]);
    document.getElementById(`tab-${this.tab}`)?.focus();
  }

  /** @param {string} tab */
  choose(tab) {
    this.tab = tab;
    this.showHead();
    this.show();
  }

  /** @param {string} set */
  toggle(set) {
    if (!this.shown.delete(set)) this.shown.add(set);
    this.grid.use(this.query, [...this.shown], this.similar?.number ?? null);
  }

  /** Shows items that are like one.
   * @param {any} item */
  likeOne(item) {
    this.grid.clear();
    this.similar = item;
    this.tab = "items";
    this.showHead();
    this.show();
  }

  likeNone() {
    this.grid.clear();
    this.similar = null;
    this.showHead();
    this.show();
  }

  /** @param {string} query */
  ask(query) {
    // What is selected is of what was found.
    if (query !== this.query) this.grid.clear();
    this.query = query;
    return this.show();
  }

  /** Has the page's address say what is looked at, for whoever loads it again or is sent it. */
  keepPlace() {
    // What was begun here may end when another page is open, or on its way.
    if (this.isLeft) return;
    const asked = new URLSearchParams({ ...(this.query ? { query: this.query } : {}), ...(this.tab === "items" ? {} : { tab: this.tab }) }).toString();
    const address = `#/explore/${this.id}${asked ? `?${asked}` : ""}`;
    // The way back leads through what was looked at before.
    if (this.isPlaced && address !== location.hash) history.pushState(history.state, "", address);
    else history.replaceState(history.state, "", address);
    this.isPlaced = true;
  }

  /** Shows what the query finds in the tab that is open. */
  async show() {
    this.problem.hidden = true;
    this.isWrong = false;
    this.keepPlace();
    const turn = this.turn += 1;
    try {
      if (this.tab === "items") {
        if (!this.grid.element.isConnected) fill(this.body, this.grid.element);
        const count = await this.grid.use(this.query, [...this.shown], this.similar?.number ?? null);
        if (turn !== this.turn) return;
        this.showCount(count);
      } else {
        this.body.setAttribute("aria-busy", "true");
        fill(this.body, h("p.muted.nothing", { role: "status" }, say("Working it out…")));
        const panel = await this.panel(() => turn === this.turn);
        if (turn !== this.turn) return;
        fill(this.body, panel);
      }
      this.showActions();
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem.textContent = /** @type {Error} */ (error).message;
      this.problem.hidden = false;
      // What was found before is not what is asked for.
      this.isWrong = true;
      this.count.textContent = "";
      fill(this.body);
      this.showActions();
    } finally {
      if (turn === this.turn) this.body.removeAttribute("aria-busy");
    }
  }

  /** What the open tab shows, but for the grid of items.
   * @param {() => boolean} isAsked whether it is still waited for */
  async panel(isAsked) {
    const { id, query, dataset } = this;
    const open = (/** @type {number} */ number) => showItem(id, number, this.names(), { similar: (item) => this.likeOne(item) });
    const refine = (/** @type {string} */ term) => this.refine(term);
    switch (this.tab) {
      case "summary": return summaryPanel(id, query, dataset.sets, refine);
      case "comparison": return comparisonPanel({ dataset: id, query, sets: dataset.sets, mayChange: this.rights.mayChange, open, refine, changed: () => this.load() });
      case "map": {
        const map = await mapPanel(id, query, this.grid.selected, { open, selected: () => this.showActions() });
        if (isAsked()) {
          this.map = map;
          if (map.count !== null) this.showCount(map.count);
        }
        return map.element;
      }
      default: return h("div.explore-scroll", {}, releaseCard(`/api/datasets/${id}`, this.rights, say("A release freezes what the query finds, with its ground truth: signed files that training reads by their address."), () => ({ query: this.query, sets: dataset.sets })));
    }
  }

  /** @param {number} count of items found */
  showCount(count) {
    this.found = count;
    this.count.textContent = say("{n} items", { n: count });
  }

  names() { return this.dataset.sets.map((/** @type {any} */ set) => set.name); }

  /** Adds a term to the query, and shows the items it finds.
   * @param {string} term */
  refine(term) {
    this.tab = "items";
    this.showHead();
    this.box.set(this.query ? `(${this.query}) and ${term}` : term);
  }

  /** What can be done with what is found or selected. */
  showActions() {
    if (!this.rights.mayChange || !this.dataset || !["items", "map"].includes(this.tab) || this.isWrong) return fill(this.actions);
    const chosen = [...this.grid.selected];
    const some = chosen.length ? { items: chosen } : { query: this.query };
    fill(this.actions,
      // Its room is there before there is anything in it, so that the grid does not move under the hand that chooses.
      h(`div.row.tight.chosen${chosen.length ? "" : ".is-vacant"}`, {}, h("span.number", { role: "status" }, say("{n} selected", { n: chosen.length })), h("button.button.quiet", { onclick: () => this.grid.clear() }, say("Clear")), h("button.button.quiet", { onclick: () => removeItems(this.id, chosen, () => { this.grid.clear(); this.load(); }) }, say("Take out"))),
      h("button.button", { onclick: () => saveSlice(this.id, some, () => this.load()) }, say("Save as slice")),
      h("button.button.primary", { disabled: !this.found, onclick: () => sendItems(this.id, some, chosen.length || this.found, this.dataset.sets, () => this.load()) }, say("Send to labelling")));
  }

  /** @param {number} offset of what is found */
  async open(offset) {
    const item = await this.grid.item(offset);
    if (!item) return;
    await showItem(this.id, item.number, this.names(), {
      similar: (item) => this.likeOne(item),
      next: async (/** @type {number} */ step) => {
        const moved = Math.max(0, Math.min(this.grid.count - 1, offset + step));
        const found = moved === offset ? null : await this.grid.item(moved);
        if (found) offset = moved;
        return found?.number ?? null;
      },
    });
    this.grid.focus(offset);
  }
}
