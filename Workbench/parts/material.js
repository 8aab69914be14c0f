import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { source as text } from "./source.js";

/**
 * What a task shows beside its own text or image: a title, a prompt, pictures, links and texts.
 * @param {any} task
 * @returns {any} null where there is nothing
 */
export function material(task) {
  const { title, description, template_variables: prompt } = task.params;
  const parts = [
    typeof title === "string" ? h("h2", { dir: "auto" }, title) : null,
    typeof description === "string" ? h("p", { dir: "auto" }, description) : null,
    prompt && typeof prompt === "object" ? h("dl.prompt", {}, Object.entries(prompt).flatMap(([name, value]) => [
      h("dt", { dir: "auto" }, name), h("dd", { dir: "auto" }, typeof value === "string" ? value : JSON.stringify(value))])) : null,
    candidates(task.params),
    ...(task.media.attachments || []).map(attachment),
  ].filter(Boolean);
  return parts.length ? h("section.material", { "aria-label": say("Material") }, parts) : null;
}

/** Texts to be compared, side by side under letters.
 * @param {any} params */
function candidates({ candidates: all, text_format: format }) {
  if (!Array.isArray(all) || !all.every((one) => typeof one === "string")) return null;
  return h("div.candidates", {}, all.map((one, i) => {
    const letter = String.fromCodePoint(65 + i);
    return h("section.card", { "aria-label": letter }, h("h2.small", {}, letter), text(one, format));
  }));
}

/** @param {{ type: string, source: string }} item
 * @param {number} index */
function attachment({ type, source }, index) {
  if (type === "text") return h("div.text-task", { dir: "auto", tabindex: 0 }, source);
  if (type === "image") {
    const name = say("Picture {number}", { number: index + 1 });
    const figure = h("figure", {}, h("a", { href: source, target: "_blank", rel: "noopener noreferrer" },
      h("img", { src: source, alt: name, loading: "lazy" })), h("figcaption.muted", {}, name));
    figure.querySelector("img").addEventListener("error", () =>
      figure.replaceChildren(h("p.error-text", { role: "alert" }, say("{name} cannot be shown.", { name }))));
    return figure;
  }
  // Only addresses of the web are followed; anything else is shown as it is.
  return /^https?:\/\//i.test(source)
    ? h("p.material-link", {}, h("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, source))
    : h("p.material-link", { dir: "auto" }, source);
}
