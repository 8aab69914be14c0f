import { h } from "../core/dom.js";
import { language, say } from "../core/words.js";

/**
 * @typedef {{ x: number, y: number } | { start: number, end: number }} Place of an image, or of a text
 * @typedef {{ at: string, by: "reviewer" | "annotator" | "you", text: string, place: Place | null }} Remark
 */

/** A place in words.
 * @param {Place} place
 * @param {(start: number, end: number) => string} between words of the text */
export const placeWords = (place, between) =>
  ("x" in place ? `${Math.round(place.x)}, ${Math.round(place.y)}` : `“${between(place.start, place.end).slice(0, 60)}”`);

/** What was said of some answers, one after the other.
 * @param {readonly Remark[]} remarks
 * @param {(place: Place) => void} show goes to a place
 * @param {(start: number, end: number) => string} between */
export function remarkList(remarks, show, between) {
  const who = { reviewer: say("Reviewer"), annotator: say("Annotator"), you: say("You") };
  return h("div.remarks", { role: "list" }, remarks.map((remark) => h("div.remark", { role: "listitem" },
    h("p.muted.small", {}, `${who[remark.by]} · ${new Date(remark.at).toLocaleString(language)}`),
    h("p", { dir: "auto" }, remark.text),
    remark.place ? h("button.button.quiet.small", { onclick: () => remark.place && show(remark.place) }, say("Show {where}", { where: placeWords(remark.place, between) })) : null)));
}
