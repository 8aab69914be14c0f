import { send } from "../core/api.js";
import { h } from "../core/dom.js";
import { language, say } from "../core/words.js";
import { toast } from "./dialog.js";
import { field } from "./field.js";
import { languageList, named } from "./languages.js";

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
  const accessibility = h("textarea.input", { name: "accessibility", rows: 2, maxlength: 1000, dir: "auto", value: profile.accessibility ?? "" });
  const spoken = languageList(say("Languages"), profile.languages.map((/** @type {any} */ one) => [one.tag, one.level]));
  return h("form.card.stack", {
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        await send("PUT", "/api/me/profile", {
          name: name.value, account: account.value, bic: bic.value, currency: currency.value || null, country: country.value,
          languages: spoken.read().map(([tag, level]) => ({ tag, level })),
          accessibility: accessibility.value,
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
    spoken.element,
    field(say("What you need to work well"), accessibility, say("A screen reader, large type, no flicker: whatever makes it possible. It is sealed; those who lead the work read it.")),
    h("div.row", {}, h("button.button.primary", { type: "submit" }, say("Save"))));
}

/** @param {string} name
 * @param {string[][]} options
 * @param {string | null} chosen */
function select(name, options, chosen) {
  const sorted = [...options].sort((a, b) => a[1].localeCompare(b[1], language));
  return h("select.input", { name }, h("option", { value: "" }, "–"),
    sorted.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

/** Every pair of letters that is the code of a country. */
function countries() {
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const none = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"]);
  return [...letters].flatMap((a) => [...letters].map((b) => a + b)).filter((code) => !none.has(code) && names.of(code));
}
