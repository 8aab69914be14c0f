import { post, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { languageList } from "./languages.js";
import { form } from "./section.js";

/** Who of the workforce may work on a project, and how many that are now.
 * @param {any} project
 * @param {() => any} again */
export function eligibilityDialog(project, again) {
  const rule = project.eligibility;
  return dialog(say("Who may work on {name}", { name: project.name }), (close) => {
    const spoken = languageList(say("All of these languages"), Object.entries(rule.languages), () => preview());
    const count = h("p.strong", { role: "status" });
    const codes = (/** @type {any} */ field) => field.value.toUpperCase().split(/[\s,;،、，]+/).filter(Boolean);
    const skills = h("input.input", { value: rule.skills.join(", "), dir: "auto" });
    const allowed = h("input.input", { value: rule.countries.join(", "), dir: "ltr", placeholder: "KE, UG" });
    const denied = h("input.input", { value: rule.countries_denied.join(", "), dir: "ltr" });
    const read = () => ({
      languages: Object.fromEntries(spoken.read()),
      skills: skills.value.split(/[,;،、，]/).map((/** @type {string} */ skill) => skill.trim()).filter(Boolean),
      countries: codes(allowed), countries_denied: codes(denied),
    });
    const preview = async () => {
      try {
        const { admitted, workers } = await post("/api/eligibility-previews", read());
        count.textContent = say("This rule admits {some} of {all} workers now.", { some: admitted, all: workers });
      } catch (error) {
        count.textContent = /** @type {Error} */ (error).message;
      }
    };
    preview();
    return h("div", { onchange: preview }, form(close, () => send("PUT", `/api/eligibility/${project.project}`, read()), [spoken.element,
      field(say("All of these skills, parted by commas"), skills), field(say("Only these countries, by their two letters"), allowed),
      field(say("Not these countries"), denied), count,
      h("p.muted", {}, say("What is in somebody's hands they may finish."))], say("Save"), again));
  });
}
