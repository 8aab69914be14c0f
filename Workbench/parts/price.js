import { money } from "../core/money.js";
import { say } from "../core/words.js";

/** What work pays, in one line; empty for work that is not paid.
 * @param {any} pay
 * @param {boolean} [isReview] of verdicts, not of answers */
export function priceWords(pay, isReview = false) {
  if (!pay) return "";
  const amount = (/** @type {string} */ name) => (Number(pay[name]) ? money(pay[name], pay.currency) : "");
  /** @type {string[]} */
  const parts = [];
  if (isReview) {
    if (amount("review")) parts.push(say("{amount} a review", { amount: amount("review") }));
  } else if (amount("answer")) parts.push(say("{amount} an answer", { amount: amount("answer") }));
  if (amount("unit") && !isReview) {
    parts.push(pay.unit_is === "word" ? say("{amount} for each word", { amount: amount("unit") })
      : say("{amount} for each object", { amount: amount("unit") }));
  }
  if (amount("active_minute")) parts.push(say("{amount} a minute at work", { amount: amount("active_minute") }));
  if (amount("hourly_floor")) parts.push(say("at least {amount} an hour", { amount: amount("hourly_floor") }));
  if ((pay.difficulty_percent ?? 100) !== 100) parts.push(say("×{factor} for how hard it is", { factor: pay.difficulty_percent / 100 }));
  return parts.join(" · ");
}
