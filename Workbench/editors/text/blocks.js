/**
 * A long text as blocks, each a line or a part of one: what is far away costs nothing, and a change paints
 * one block. Places are Unicode scalars of the whole text, as in the API.
 *
 * @typedef {{ start: number, end: number, text: string, words?: Array<[number, number]>, graphemes?: number[] }} Block
 *   `words` and `graphemes` hold places, once they are asked for
 */

/** Scalars of a block at most; a line that is longer is cut at a space. */
const mostScalars = 1200;

/** @param {string} text
 * @returns {number} its Unicode scalars */
export function scalarCount(text) {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) i += 1;
    count += 1;
  }
  return count;
}

/** The unit of a string at which a scalar begins.
 * @param {string} text
 * @param {number} scalar */
export function unitOf(text, scalar) {
  let unit = 0;
  for (let left = scalar; left > 0 && unit < text.length; left -= 1) {
    const code = text.charCodeAt(unit);
    unit += code >= 0xd800 && code < 0xdc00 && unit + 1 < text.length ? 2 : 1;
  }
  return unit;
}

/** A string from one scalar to before another.
 * @param {string} text
 * @param {number} start
 * @param {number} end */
export const sliced = (text, start, end) => text.slice(unitOf(text, start), unitOf(text, end));

/** @param {string} text
 * @returns {Block[]} */
export function blocksOf(text) {
  /** @type {Block[]} */
  const blocks = [];
  let start = 0;
  const add = (/** @type {string} */ piece) => {
    const end = start + scalarCount(piece);
    blocks.push({ start, end, text: piece });
    start = end;
  };
  for (let line of text.split(/(?<=\n)/)) {
    while (line.length > mostScalars) {
      const space = line.lastIndexOf(" ", mostScalars);
      let cut = space > mostScalars / 2 ? space + 1 : mostScalars;
      const code = line.charCodeAt(cut - 1);
      if (code >= 0xd800 && code < 0xdc00) cut += 1;
      add(line.slice(0, cut));
      line = line.slice(cut);
    }
    if (line) add(line);
  }
  return blocks.length ? blocks : [{ start: 0, end: 0, text: "" }];
}

/** The block that holds a place.
 * @param {readonly Block[]} blocks
 * @param {number} place */
export function blockAt(blocks, place) {
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle].end <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where each word of a block begins and ends.
 * @param {Block} block
 * @returns {Array<[number, number]>} */
export function wordsOf(block) {
  if (block.words) return block.words;
  /** @type {Array<[number, number]>} */
  const words = [];
  let place = block.start;
  for (const { segment, isWordLike } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(block.text)) {
    const end = place + scalarCount(segment);
    // Signs and pictures count too, but not full stops and commas.
    if (isWordLike || /[\p{S}\p{Extended_Pictographic}]/u.test(segment)) words.push([place, end]);
    place = end;
  }
  return block.words = words;
}

/** Where each character, as people count them, begins, and the end of the last.
 * @param {Block} block
 * @returns {number[]} */
export function graphemesOf(block) {
  if (block.graphemes) return block.graphemes;
  const places = [block.start];
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(block.text)) {
    places.push(/** @type {number} */ (places.at(-1)) + scalarCount(segment));
  }
  return block.graphemes = places;
}

/** The nearest place at or before, or at or after, that divides no character.
 * @param {readonly Block[]} blocks
 * @param {number} place
 * @param {boolean} isAfter */
export function wholeCharacter(blocks, place, isAfter) {
  const places = graphemesOf(blocks[blockAt(blocks, place)]);
  const found = isAfter ? places.find((other) => other >= place) : places.findLast((other) => other <= place);
  return found ?? place;
}
