import { newKey } from "../../core/answer.js";
import { color } from "../../core/colors.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { announce } from "../../parts/dialog.js";
import { ObjectEditor } from "../object-editor.js";
import { blockAt, blocksOf, graphemesOf, scalarCount, sliced, wholeCharacter, wordsOf } from "./blocks.js";

/**
 * @typedef {import("../../core/answer.js").Shape} Shape
 * @typedef {[number, number]} Piece from a scalar to before another
 * @typedef {{ shape: Shape, start: number, end: number, isGhost: boolean }} Over what lies over a block, its own or another answer's
 */

/** Blocks that are laid out, or left alone, together. */
const chunkSize = 60;
/** Arrows are drawn for so many links at most. */
const mostArrows = 300;

/** The pieces of a span.
 * @param {any} value
 * @returns {Piece[]} */
export const piecesOf = (value) => (Array.isArray(value[0]) ? value : [value]);
/** Pieces as the API writes them.
 * @param {Piece[]} pieces */
const asValue = (pieces) => (pieces.length === 1 ? pieces[0] : pieces);

/**
 * Spans of a text, marked by selecting with the mouse, or word by word or character by character with the
 * keyboard. Has the image editor's methods.
 */
export class TextEditor extends ObjectEditor {
  /** @type {import("./blocks.js").Block[]} */
  blocks = [];
  /** @type {HTMLElement[]} one a block */
  elements = [];
  /** What each block shows now, to paint only what has changed.
   * @type {string[]} */
  painted = [];
  /** Spans of others, laid over these.
   * @type {readonly Shape[]} */
  ghosts = [];
  /** Whether a selection grows to whole words. */
  isByWord = true;
  /** Chosen by keyboard: where the choice began, and where it is now.
   * @type {{ anchor: Piece, head: Piece } | null} */
  cursor = null;
  /** @type {((place: { start: number, end: number }) => void) | null} */
  pinning = null;
  /** @type {AbortController | null} */
  abort = null;
  /** @type {HTMLElement} */
  page = document.createElement("div");
  arrows = document.createElementNS("http://www.w3.org/2000/svg", "svg");

  /**
   * @param {{ text: string, classes: import("../../core/answer.js").LabelClass[],
   *   change: (shapes: readonly Shape[]) => void, select: (key: number | null) => void,
   *   isLocked: (shape: any, act: string) => boolean,
   *   links?: () => readonly import("../../core/answer.js").Link[] }} options
   */
  open(options) {
    this.options = options;
    this.blocks = blocksOf(options.text);
    this.activeClass = options.classes[0]?.id ?? 0;
    this.abort?.abort();
    this.abort = new AbortController();
    const signal = this.abort.signal;
    this.elements = this.blocks.map((block, index) => h("div.block", { dir: "auto", "data-block": index }, block.text));
    this.arrows.setAttribute("class", "arrows");
    this.arrows.setAttribute("aria-hidden", "true");
    this.page = h("div.text-task.spans", {
      tabindex: 0, role: "application",
      "aria-label": say("Text. Arrow keys choose words, with Alt characters; Shift extends the choice, Enter marks it."),
    }, chunked(this.elements), this.arrows);
    fill(this, this.page);
    this.page.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => setTimeout(() => this.takeSelection(event), 0), { signal });
    this.page.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event), { signal });
    addEventListener("resize", () => this.paintLinks(), { signal });
    this.painted = this.blocks.map(() => "");
    this.dataset.ready = "";
    this.paint();
  }

  disconnectedCallback() { this.abort?.abort(); }

  /** @param {number} id */
  setClass(id) {
    this.activeClass = id;
    const shape = this.chosen;
    if (shape && shape.class !== id && !this.options.isLocked(shape, "relabel")) this.replace({ ...shape, class: id, attributes: {} });
  }

  escape() {
    this.cursor = null;
    this.choose(null);
    this.paint();
  }

  undoPoint() { return false; }

  /** From one scalar to before another.
   * @param {number} start
   * @param {number} end */
  between(start, end) {
    let text = "";
    for (let i = blockAt(this.blocks, start); i < this.blocks.length && this.blocks[i].start < end; i += 1) {
      const block = this.blocks[i];
      text += sliced(block.text, Math.max(0, start - block.start), Math.min(block.end, end) - block.start);
    }
    return text;
  }

  /** @param {Shape} shape */
  textOf(shape) { return piecesOf(shape.value).map(([start, end]) => this.between(start, end)).join(" … "); }

  // By mouse

  /** Marks what is selected; a click chooses the span under it.
   * @param {PointerEvent} event */
  takeSelection(event) {
    const selection = getSelection();
    if (!selection?.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!this.page.contains(range.commonAncestorContainer)) return;
    const start = this.place(range.startContainer, range.startOffset);
    if (range.collapsed) {
      const under = this.shapes.filter(({ value }) => piecesOf(value).some(([from, to]) => from <= start && start < to))
        .sort((a, b) => lengthOf(a) - lengthOf(b));
      const found = under[0]?.key ?? null;
      return event.shiftKey && found ? this.chooseAlso(found) : this.choose(found);
    }
    const end = this.place(range.endContainer, range.endOffset);
    selection.removeAllRanges();
    if (this.pinning) {
      const chosen = this.pinning;
      this.pinning = null;
      return chosen({ start, end });
    }
    const [from, to] = this.isByWord !== event.shiftKey ? this.toWords(start, end) : [start, end];
    this.mark(from, to, event.ctrlKey || event.metaKey);
  }

  /** The scalar a place of the page stands for.
   * @param {Node} node
   * @param {number} offset */
  place(node, offset) {
    const element = (node instanceof Element ? node : node.parentElement)?.closest("[data-block]");
    if (!element) {
      // Beside the blocks: the block that comes next begins there.
      const next = node.childNodes[offset];
      const index = next instanceof HTMLElement && next.dataset.block ? Number(next.dataset.block) : this.blocks.length;
      return this.blocks[index]?.start ?? this.blocks[this.blocks.length - 1].end;
    }
    const range = document.createRange();
    range.setStart(element, 0);
    range.setEnd(node, offset);
    return this.blocks[Number(element.getAttribute("data-block"))].start + scalarCount(range.toString());
  }

  /** Grows to the words that are touched.
   * @param {number} start
   * @param {number} end
   * @returns {Piece} */
  toWords(start, end) {
    const first = wordsOf(this.blocks[blockAt(this.blocks, start)]).find(([, to]) => to > start);
    const last = wordsOf(this.blocks[blockAt(this.blocks, end - 1)]).findLast(([from]) => from < end);
    if (!first || !last || first[0] >= last[1]) return [start, end];
    return [first[0], last[1]];
  }

  /** Marks a span, without the white space at its ends and without dividing a character.
   * @param {number} start
   * @param {number} end
   * @param {boolean} [isMore] another piece of the selected span */
  mark(start, end, isMore = false) {
    const text = this.between(start, end);
    start += scalarCount(text) - scalarCount(text.trimStart());
    end -= scalarCount(text) - scalarCount(text.trimEnd());
    if (start >= end) return;
    [start, end] = [wholeCharacter(this.blocks, start, false), wholeCharacter(this.blocks, end, true)];
    const chosen = this.chosen;
    if (isMore && chosen && !this.options.isLocked(chosen, "edit")) return this.replace({ ...chosen, value: joined([...piecesOf(chosen.value), [start, end]]) });
    const same = this.shapes.find((shape) => shape.class === this.activeClass && piecesOf(shape.value).length === 1
      && piecesOf(shape.value)[0][0] === start && piecesOf(shape.value)[0][1] === end);
    if (same) return this.choose(same.key);
    const shape = { key: newKey(), class: this.activeClass, kind: "span", value: [start, end], attributes: {} };
    this.selected = shape.key;
    this.also.clear();
    this.options.change([...this.shapes, shape].sort((a, b) => startOf(a) - startOf(b) || lengthOf(b) - lengthOf(a)));
    this.options.select(shape.key);
    announce(say("“{text}” is marked", { text: this.textOf(shape) }));
  }

  /** Marks every other place where the selected words stand, with the same class. */
  markAlike() {
    const chosen = this.chosen;
    if (!chosen) return;
    const words = this.textOf(chosen);
    const whole = this.options.text;
    const taken = new Set(this.shapes.filter((shape) => shape.class === chosen.class).map((shape) => JSON.stringify(shape.value)));
    const made = [];
    let [unit, place] = [0, 0];
    for (let at = whole.indexOf(words); at >= 0; at = whole.indexOf(words, at + words.length)) {
      place += scalarCount(whole.slice(unit, at));
      unit = at;
      const value = [place, place + scalarCount(words)];
      if (!taken.has(JSON.stringify(value))) made.push({ ...chosen, key: newKey(), value, attributes: { ...chosen.attributes } });
    }
    if (made.length) this.options.change([...this.shapes, ...made].sort((a, b) => startOf(a) - startOf(b)));
    announce(say("{n} more marked", { n: made.length }));
  }

  /** The next selection chooses a place, and marks nothing.
   * @param {(place: { start: number, end: number }) => void} chosen */
  pin(chosen) { this.pinning = chosen; }

  /** Shows a place that is spoken of.
   * @param {any} place */
  showPlace(place) {
    if (!place) return;
    this.cursor = { anchor: [place.start, place.end], head: [place.start, place.end] };
    this.elements[blockAt(this.blocks, place.start)]?.scrollIntoView({ block: "nearest" });
    this.paint();
  }

  // By keyboard

  /** @param {KeyboardEvent} event */
  key(event) {
    const isRightToLeft = getComputedStyle(this.elements[blockAt(this.blocks, this.cursor?.head[0] ?? 0)]).direction === "rtl";
    const forward = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
    if (forward && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      this.step(forward, event.altKey, event.shiftKey);
    } else if (event.key === "Enter" && this.cursor && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      const [start, end] = this.chosenPlaces();
      this.cursor = null;
      this.mark(start, end, event.shiftKey);
    }
  }

  /** @param {number} direction
   * @param {boolean} isByCharacter
   * @param {boolean} isMore */
  step(direction, isByCharacter, isMore) {
    const head = this.cursor?.head;
    const next = this.unitAfter(head ? head[0] : -1, direction, isByCharacter) ?? head;
    if (!next) return;
    this.cursor = { anchor: isMore && this.cursor ? this.cursor.anchor : next, head: next };
    this.paint();
    const [start, end] = this.chosenPlaces();
    announce(this.between(start, end));
    this.elements[blockAt(this.blocks, next[0])].querySelector(".is-chosen")?.scrollIntoView({ block: "nearest" });
  }

  /** The word or character next to a place.
   * @param {number} place
   * @param {number} direction
   * @param {boolean} isByCharacter
   * @returns {Piece | undefined} */
  unitAfter(place, direction, isByCharacter) {
    for (let i = blockAt(this.blocks, Math.max(0, place)); i >= 0 && i < this.blocks.length; i += direction) {
      const block = this.blocks[i];
      const places = graphemesOf(block);
      const units = isByCharacter ? places.slice(0, -1).map((from, n) => /** @type {Piece} */ ([from, places[n + 1]])) : wordsOf(block);
      const found = direction > 0 ? units.find(([from]) => from > place) : units.findLast(([from]) => from < place);
      if (found) return found;
    }
    return undefined;
  }

  /** The scalars chosen by keyboard.
   * @returns {Piece} */
  chosenPlaces() {
    if (!this.cursor) return [0, 0];
    const { anchor, head } = this.cursor;
    return [Math.min(anchor[0], head[0]), Math.max(anchor[1], head[1])];
  }

  /** Moves an end of the selected span by a character.
   * @param {"start" | "end"} side
   * @param {number} direction */
  moveEnd(side, direction) {
    const shape = this.chosen;
    if (!shape || this.options.isLocked(shape, "edit")) return;
    const pieces = piecesOf(shape.value).map(([start, end]) => /** @type {Piece} */ ([start, end]));
    const piece = side === "start" ? pieces[0] : /** @type {Piece} */ (pieces.at(-1));
    const i = side === "start" ? 0 : 1;
    const places = graphemesOf(this.blocks[blockAt(this.blocks, direction < 0 ? piece[i] - 1 : piece[i])]);
    const next = direction > 0 ? places.find((place) => place > piece[i]) : places.findLast((place) => place < piece[i]);
    if (next === undefined) return;
    piece[i] = next;
    if (piece[0] < piece[1]) this.replace({ ...shape, value: asValue(pieces) });
  }

  // Painting

  paint() {
    const chosen = this.chosenPlaces();
    /** Pieces by block: a span may reach over several.
     * @type {Map<number, Over[]>} */
    const byBlock = new Map();
    const lay = (/** @type {Shape} */ shape, /** @type {boolean} */ isGhost) => {
      for (const [start, end] of piecesOf(shape.value)) {
        for (let i = blockAt(this.blocks, start); i < this.blocks.length && this.blocks[i].start < end; i += 1) {
          const list = byBlock.get(i);
          if (list) list.push({ shape, start, end, isGhost });
          else byBlock.set(i, [{ shape, start, end, isGhost }]);
        }
      }
    };
    for (const shape of this.shapes) lay(shape, false);
    for (const shape of this.ghosts) lay(shape, true);
    this.blocks.forEach((block, i) => {
      const over = byBlock.get(i) ?? [];
      const isChosen = this.cursor && chosen[0] < block.end && chosen[1] > block.start;
      const state = over.map(({ shape, start, end, isGhost }) => `${shape.key} ${shape.class} ${start} ${end} ${isGhost ? "ghost" : this.isChosen(shape.key)}`).join()
        + (isChosen ? `|${chosen}` : "");
      if (state === this.painted[i]) return;
      this.painted[i] = state;
      fill(this.elements[i], this.piecesIn(block, over, isChosen ? chosen : null));
    });
    this.paintLinks();
  }

  /** A block in pieces between which something begins or ends.
   * @param {import("./blocks.js").Block} block
   * @param {Over[]} over
   * @param {Piece | null} chosen */
  piecesIn(block, over, chosen) {
    if (!over.length && !chosen) return block.text;
    const within = (/** @type {number} */ place) => Math.max(block.start, Math.min(block.end, place));
    const edges = [...new Set([block.start, block.end, ...over.flatMap(({ start, end }) => [within(start), within(end)]), ...(chosen ?? []).map(within)])]
      .sort((a, b) => a - b);
    return edges.slice(0, -1).map((start, index) => {
      const end = edges[index + 1];
      const text = sliced(block.text, start - block.start, end - block.start);
      const here = over.filter((one) => one.start <= start && end <= one.end);
      const isChosen = chosen !== null && chosen[0] <= start && end <= chosen[1];
      if (!here.length && !isChosen) return text;
      return this.piece(text, start, here, isChosen);
    });
  }

  /** @param {string} text
   * @param {number} start
   * @param {Over[]} all
   * @param {boolean} isChosen */
  piece(text, start, all, isChosen) {
    const piece = h("span.piece", {}, text);
    const here = all.filter((one) => !one.isGhost);
    const ghost = all.find((one) => one.isGhost);
    piece.classList.toggle("is-ghost", Boolean(ghost));
    if (ghost) {
      piece.style.setProperty("--ghost", color(ghost.shape.class));
      piece.title = say("Elsewhere: {name}", { name: this.nameOf(ghost.shape.class) });
    }
    const top = here.reduce((a, b) => (b.end - b.start <= a.end - a.start ? b : a), here[0]);
    if (top) {
      piece.style.setProperty("--swatch", color(top.shape.class));
      piece.style.setProperty("--wash", color(top.shape.class, 0.28));
      piece.title = [here.map(({ shape }) => this.nameOf(shape.class)).join(", "), piece.title].filter(Boolean).join(" · ");
      if (top.start === start) {
        piece.dataset.name = this.nameOf(top.shape.class);
        piece.dataset.key = String(top.shape.key);
      }
    }
    piece.classList.toggle("is-nested", here.length > 1);
    piece.classList.toggle("is-selected", here.some(({ shape }) => this.isChosen(shape.key)));
    piece.classList.toggle("is-chosen", isChosen);
    return piece;
  }

  /** Arrows between spans that are linked. */
  paintLinks() {
    /** @type {readonly import("../../core/answer.js").Link[]} */
    const links = this.options.links?.() ?? [];
    this.page.classList.toggle("has-links", links.length > 0);
    if (!links.length) return this.arrows.replaceChildren();
    requestAnimationFrame(() => {
      const frame = this.page.getBoundingClientRect();
      /** @param {number} key */
      const middle = (key) => {
        const rect = this.page.querySelector(`[data-key="${key}"]`)?.getClientRects()[0];
        return rect && [rect.left + rect.width / 2 - frame.left, rect.top - frame.top];
      };
      this.arrows.replaceChildren(...links.slice(0, mostArrows).flatMap((link) => {
        const [from, to] = [middle(link.from), middle(link.to)];
        return from && to ? [arrow(/** @type {Piece} */ (from), /** @type {Piece} */ (to), color(link.class))] : [];
      }));
    });
  }
}
customElements.define("text-editor", TextEditor);

/** Blocks in chunks, so that what is far away is passed over in few steps.
 * @param {HTMLElement[]} blocks */
function chunked(blocks) {
  if (blocks.length <= chunkSize) return blocks;
  const chunks = [];
  for (let i = 0; i < blocks.length; i += chunkSize) chunks.push(h("div.chunk", {}, blocks.slice(i, i + chunkSize)));
  return chunks;
}

/** @param {Shape} shape */
const startOf = (shape) => piecesOf(shape.value)[0][0];
/** @param {Shape} shape */
const lengthOf = (shape) => piecesOf(shape.value).reduce((sum, [start, end]) => sum + end - start, 0);

/** Pieces in order, those that touch as one.
 * @param {Piece[]} pieces */
function joined(pieces) {
  /** @type {Piece[]} */
  const result = [];
  for (const [start, end] of [...pieces].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return asValue(result);
}

/** An arc over the line from one place to another.
 * @param {Piece} from
 * @param {Piece} to
 * @param {string} style */
function arrow(from, to, style) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const rise = Math.min(36, 10 + Math.abs(from[0] - to[0]) / 12);
  path.setAttribute("d", `M${from[0]} ${from[1]} C${from[0]} ${from[1] - rise} ${to[0]} ${to[1] - rise} ${to[0]} ${to[1]} m-4 -5 l4 5 l4 -5`);
  path.style.setProperty("stroke", style);
  return path;
}
