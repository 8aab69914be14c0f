import { asked, steps } from "../core/answer.js";
import { fill, h } from "../core/dom.js";
import { say } from "../core/words.js";

/** Options from which on they can be searched. */
const manyOptions = 12;
/** Kinds of questions that no single key answers. */
const written = ["text", "number", "files"];
/** No files.
 * @type {string[]} */
const none = [];

/**
 * The questions of a task. Light DOM; data comes by method, never by class field.
 * Calls `change(values)` with every answer.
 */
export class FormEditor extends HTMLElement {
  /**
   * @param {import("../core/answer.js").LabelClass[]} questions
   * @param {(values: Record<string, any>) => void} change
   * @param {{ hasDigits: boolean, fileQuestion?: ReturnType<typeof import("./file-question.js").fileQuestions> }} options
   *   whether digits 1–9 answer here, and what asks for files
   */
  open(questions, change, options) {
    this.questions = questions;
    this.change = change;
    this.hasDigits = options.hasDigits;
    this.fileQuestion = options.fileQuestion;
    /** @type {Readonly<Record<string, any>>} */
    this.values = {};
    this.current = questions[0]?.id;
    this.dataset.ready = "";
    fill(this, questions.map((question) => this.question(question)));
  }

  /** The questions that are asked now. */
  get asked() { return asked(this.questions ?? [], this.values ?? {}); }

  /** Shows these answers.
   * @param {Readonly<Record<string, any>>} values */
  show(values) {
    this.values = values;
    const here = new Set(this.asked.map((question) => question.id));
    for (const question of this.questions || []) {
      const value = values[question.id];
      const element = /** @type {HTMLElement} */ (this.querySelector(`[data-question="${question.id}"]`));
      element.hidden = !here.has(question.id);
      if (question.kind === "files") /** @type {any} */ (element).showFiles(value ?? none);
      for (const input of element.querySelectorAll(`[name="q${question.id}"]`)) {
        const field = /** @type {HTMLInputElement} */ (input);
        if (question.kind === "number") {
          // 1.50 is 1.5: what is being typed stays as it is.
          if (value === undefined ? field.value !== "" : field.valueAsNumber !== value) field.value = String(value ?? "");
        } else if (question.kind === "text") {
          if (field.value !== String(value ?? "")) field.value = String(value ?? "");
          this.count(element, question, field.value);
        } else if (question.kind === "multiLabel") {
          field.checked = (value || []).includes(Number(field.value));
        } else if (question.kind === "boolean") {
          field.checked = value === (field.value === "true");
        } else {
          field.checked = value !== undefined && value !== null && Number(field.value) === value;
        }
      }
    }
    this.mark();
  }

  /** @param {import("../core/answer.js").LabelClass} question */
  question(question) {
    const heading = [question.name, question.required ? "" : h("span.muted", {}, " ", say("(optional)"))];
    if (question.kind === "text" || question.kind === "number") return this.written(question, heading);
    if (question.kind === "files") {
      return this.fileQuestion?.(question, heading, () => this.values?.[question.id] ?? none, (files) => this.set(question.id, files.length ? files : undefined));
    }
    const choices = choicesOf(question);
    const isTree = choices.some((choice) => choice.depth > 0);
    const many = choices.length > manyOptions;
    const type = question.kind === "multiLabel" ? "checkbox" : "radio";
    const list = h(question.kind === "rating" ? "div.scale" : isTree ? "div.choices.tree" : "div.choices", {}, choices.map((choice, index) => {
      const row = h("label.choice", { "data-path": choice.path.toLowerCase() },
        h("input", { type, name: `q${question.id}`, value: String(choice.id), onchange: () => this.choose(question, choice.id) }),
        h("span", { dir: "auto" }, choice.name),
        this.hasDigits && index < 9 && !many ? h("kbd", { "aria-hidden": "true" }, String(index + 1)) : null);
      row.style.setProperty("--depth", String(choice.depth));
      return row;
    }));
    return h("fieldset.question", {
      "data-question": question.id, onfocusin: () => this.focusQuestion(question.id),
    }, h("legend.question-name", {}, heading), many ? searchOf(list, question.name) : null, list);
  }

  /** @param {import("../core/answer.js").LabelClass} question
   * @param {any[]} heading */
  written(question, heading) {
    const isNumber = question.kind === "number";
    const field = h(isNumber ? "input.input.number-answer" : "textarea.input.text-answer", {
      name: `q${question.id}`, dir: "auto", onfocus: () => this.focusQuestion(question.id),
      ...(isNumber ? { type: "number", min: question.min, max: question.max, step: question.whole ? 1 : "any" } : { rows: 5, maxlength: question.maxLength }),
      oninput: (/** @type {any} */ event) => {
        if (isNumber && !event.target.validity.valid) return event.target.reportValidity();
        this.set(question.id, event.target.value === "" ? undefined : isNumber ? event.target.valueAsNumber : event.target.value);
      },
    });
    return h("label.question", { "data-question": question.id },
      h("span.question-name", {}, heading), field, isNumber ? null : h("span.muted.count", { "aria-hidden": "true" }));
  }

  /** How much of a limited text is left, where little is.
   * @param {Element} element
   * @param {any} question
   * @param {string} text */
  count(element, question, text) {
    const place = element.querySelector(".count");
    if (!place) return;
    const length = Array.from(text).length;
    place.textContent = length > question.maxLength * 0.8 ? say("{length} of {most}", { length, most: question.maxLength }) : "";
  }

  /** @param {any} question
   * @param {any} id */
  choose(question, id) {
    if (question.kind !== "multiLabel") {
      this.set(question.id, id);
      this.advance(question.id);
      return;
    }
    const chosen = new Set(this.values?.[question.id] || []);
    if (!chosen.delete(id)) chosen.add(id);
    this.set(question.id, [...chosen].sort((a, b) => a - b));
  }

  /** A digit answers the question that is next in line.
   * @param {number} digit 1…9 */
  digit(digit) {
    const question = this.asked.find((q) => q.id === this.current);
    if (!question || written.includes(question.kind)) return;
    const choices = choicesOf(question);
    if (digit <= choices.length && choices.length <= manyOptions) this.choose(question, choices[digit - 1].id);
  }

  /** Chooses between what is shown side by side.
   * @param {number} place from 0 */
  compare(place) {
    const question = this.asked.find((q) => q.kind === "category" && (q.options?.length ?? 0) <= 3);
    const option = question?.options?.[place];
    if (question && option) this.choose(question, option.id);
  }

  /** @param {number} answered */
  advance(answered) {
    const open = this.asked.find((question) =>
      question.id !== answered && this.values?.[question.id] === undefined && !written.includes(question.kind));
    if (open) this.focusQuestion(open.id);
  }

  /** @param {number} id */
  focusQuestion(id) {
    this.current = id;
    this.mark();
  }

  mark() {
    const many = this.asked.length > 1;
    for (const element of this.querySelectorAll("[data-question]")) {
      element.classList.toggle("current",
        many && element.getAttribute("data-question") === String(this.current));
    }
  }

  /** @param {number} id
   * @param {any} value */
  set(id, value) {
    /** @type {Record<string, any>} */
    const values = { ...this.values, [id]: value };
    if (value === undefined) delete values[id];
    this.values = values;
    this.change?.(values);
  }
}
customElements.define("form-editor", FormEditor);

/**
 * What can be chosen, in order; the kinds of an option stand under it.
 * @param {import("../core/answer.js").LabelClass} question
 * @returns {Array<{ id: any, name: string, depth: number, path: string }>}
 */
function choicesOf(question) {
  if (question.kind === "boolean") return [[true, say("Yes")], [false, say("No")]].map(([id, name]) => ({ id, name: String(name), depth: 0, path: String(name) }));
  if (question.kind === "rating") {
    return steps(question).map((value, i) => {
      const name = question.labels?.[i] ?? String(value).replace("-", "−");
      return { id: value, name, depth: 0, path: name };
    });
  }
  const options = question.options ?? [];
  /** @type {Array<{ id: any, name: string, depth: number, path: string }>} */
  const found = [];
  const add = (/** @type {number | undefined} */ parent, /** @type {number} */ depth, /** @type {string} */ path) => {
    for (const option of options.filter((one) => one.parent === parent)) {
      const own = path ? `${path} › ${option.name}` : option.name;
      found.push({ id: option.id, name: option.name, depth, path: own });
      add(option.id, depth + 1, own);
    }
  };
  add(undefined, 0, "");
  return found;
}

/** A field that leaves only the options with some words, those above them among it.
 * @param {HTMLElement} list
 * @param {string} name */
function searchOf(list, name) {
  const said = h("span.visually-hidden", { role: "status" });
  const field = h("input.input.option-search", {
    type: "search", placeholder: say("Search"), "aria-label": say("Search in {name}", { name }),
    oninput: () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".choice"))) {
        row.hidden = !words.every((/** @type {string} */ word) => row.dataset.path?.includes(word));
        if (!row.hidden) count += 1;
      }
      said.textContent = say("{n} options", { n: count });
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter") return;
      // The first that is found is taken.
      event.preventDefault();
      /** @type {HTMLInputElement | null} */ (list.querySelector(".choice:not([hidden]) input"))?.click();
    },
  });
  return [field, said];
}
