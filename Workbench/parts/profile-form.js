import { send } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { language, say, word } from "../core/words.js";
import { toast } from "./dialog.js";

const levels = [["basic", word("basic")], ["fluent", word("fluent")], ["native", word("mother tongue")]];
const tags = "am ar az bn cs da de el en es fa fi fil fr gu ha he hi hu id ig it ja kk km kn ko lt lv ml mr ms my ne nl no om pa pl ps pt ro ru rw si sk so sq sr sv sw ta te th ti tr uk ur uz vi yo zh zu".split(" ");

/** How a worker is paid and what they can do.
 * @param {any} profile */
export function profileForm(profile) {
  const text = (/** @type {string} */ name, /** @type {any} */ more = {}) =>
    h("input.input", { name, value: profile[name] ?? "", autocomplete: "off", dir: "auto", ...more });
  const name = text("name", { maxlength: 140, autocomplete: "name" });
  const account = text("account", { maxlength: 50, dir: "ltr" });
  const bic = text("bic", { maxlength: 11, dir: "ltr" });
  const currency = select("currency", profile.currencies.map((/** @type {string} */ code) => [code, `${code} · ${named("currency", code)}`]), profile.currency);
  const country = select("country", countries().map((code) => [code, named("region", code)]), profile.country);
  const skills = h("input.input", { name: "skills", value: profile.skills.join(", "), dir: "auto" });
  const spoken = h("div.stack.tight");
  const add = (tag = language, level = "fluent") => spoken.append(languageRow(tag, level));
  for (const one of profile.languages) add(one.tag, one.level);
  const field = (/** @type {string} */ label, /** @type {any} */ input, note = "") =>
    h("label.field", {}, h("span", {}, label), input, note ? h("small.muted", {}, note) : null);
  return h("form.card.stack", {
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        await send("PUT", "/api/me/profile", {
          name: name.value, account: account.value, bic: bic.value, currency: currency.value || null, country: country.value,
          languages: [...spoken.children].map((row) => ({ tag: row.querySelectorAll("select")[0].value, level: row.querySelectorAll("select")[1].value })),
          skills: skills.value.split(/[,،、，]/).map((/** @type {string} */ skill) => skill.trim()).filter(Boolean),
        });
        toast(say("Saved."));
      } catch (error) {
        toast(/** @type {Error} */ (error).message, true);
      }
    },
  }, h("h2", {}, say("About you")),
    h("div.cards.fields", {},
      field(say("Name, as your bank has it"), name), field(say("Account"), account, say("An IBAN, or what your payment provider knows you by")),
      field(say("Bank code (BIC), if there is one"), bic), field(say("Currency you are paid in"), currency, say("Where a project does not pay in it, its first one counts")),
      field(say("Country"), country), field(say("Skills, parted by commas"), skills)),
    h("fieldset.stack.tight.plain-set", {}, h("legend.strong", {}, say("Languages")), spoken,
      h("div", {}, h("button.button", { type: "button", onclick: () => add() }, icon("plus"), say("Add a language")))),
    h("div.row", {}, h("button.button.primary", { type: "submit" }, say("Save"))));
}

/** @param {string} tag
 * @param {string} level */
function languageRow(tag, level) {
  const all = tags.includes(tag) ? tags : [tag, ...tags];
  const row = h("div.row", {});
  fill(row,
    select("", all.map((code) => [code, named("language", code)]), tag, say("Language"), false),
    select("", levels.map(([value, name]) => [value, say(name)]), level, say("Level"), false),
    h("button.button.quiet.icon", { type: "button", "aria-label": say("Remove"), onclick: () => row.remove() }, icon("trash")));
  return row;
}

/** @param {string} name
 * @param {string[][]} options
 * @param {string | null} chosen
 * @param {string} [label]
 * @param {boolean} [mayBeEmpty] */
function select(name, options, chosen, label, mayBeEmpty = true) {
  const sorted = mayBeEmpty ? [...options].sort((a, b) => a[1].localeCompare(b[1], language)) : options;
  return h("select.input", { name: name || null, "aria-label": label ?? null },
    mayBeEmpty ? h("option", { value: "" }, "–") : null,
    sorted.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

/** @param {"currency" | "region" | "language"} type
 * @param {string} code */
const named = (type, code) => new Intl.DisplayNames([language, "en"], { type }).of(code) ?? code;

/** Every pair of letters that is the code of a country. */
function countries() {
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const none = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"]);
  return [...letters].flatMap((a) => [...letters].map((b) => a + b)).filter((code) => !none.has(code) && names.of(code));
}
