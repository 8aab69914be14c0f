import { language } from "./words.js";

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** An amount as the language writes it, with every digit it has.
 * @param {string} amount a decimal number
 * @param {string} currency by ISO 4217 */
export function money(amount, currency) {
  const key = `${language} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 6 });
    formats.set(key, format);
  }
  // Strings keep digits that a number would lose.
  return format.format(/** @type {any} */ (amount));
}

/** @param {string} time */
export const day = (time) => new Date(time).toLocaleDateString(language, { dateStyle: "medium" });

/** @param {string} time */
export const moment = (time) => new Date(time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
