import { steps } from "../core/answer.js";
import { fill, h } from "../core/dom.js";

/**
 * The questions of a task. Light DOM; data comes by method, never by class field.
 * Calls `change(values)` with every answer.
 */
export class FormEditor extends HTMLElement {
  /**
   * @param {import("../core/answer.js").LabelClass[]} questions
   * @param {(values: Record<string, any>) => void} change
   * @param {{ hasDigits: boolean }} options whether digits 1–9 answer here
   */
  open(questions, change, options) {
    this.questions = questions;
    this.change = change;
    this.hasDigits = options.hasDigits;
    this.values = {};
    this.current = questions[0]?.id;
    this.dataset.ready = "";
    fill(this, questions.map((question) => this.question(question)));
  }

  /** Shows these answers. @param {Readonly<Record<string, any>>} values */
  show(values) {
    this.values = values;
    for (const question of this.questions || []) {
      const value = values[question.id];
      for (const input of this.querySelectorAll(`[name="q${question.id}"]`)) {
        const field = /** @type {HTMLInputElement} */ (input);
        if (question.kind === "text") {
          if (field.value !== (value ?? "")) field.value = value ?? "";
        } else if (question.kind === "multiLabel") {
          field.checked = (value || []).includes(Number(field.value));
        } else {
          field.checked = value !== undefined && value !== null && Number(field.value) === value;
        }
      }
    }
    this.mark();
  }

  /** @param {import("../core/answer.js").LabelClass} question */
  question(question) {
    const heading = [question.name, question.required ? "" : h("span.muted", {}, " (optional)")];
    if (question.kind === "text") {
      const area = h("textarea.input.text-answer", {
        name: `q${question.id}`, rows: 5, maxlength: question.maxLength, dir: "auto",
        oninput: (/** @type {any} */ event) => this.set(question.id, event.target.value || undefined),
        onfocus: () => this.focusQuestion(question.id),
      });
      return h("label.question", { "data-question": question.id },
        h("span.question-name", {}, heading), area);
    }
    const choices = question.kind === "rating"
      ? steps(question).map((value) => ({ id: value, name: String(value).replace("-", "−") }))
      : question.options || [];
    const type = question.kind === "multiLabel" ? "checkbox" : "radio";
    return h("fieldset.question", {
      "data-question": question.id, onfocusin: () => this.focusQuestion(question.id),
    },
      h("legend.question-name", {}, heading),
      h(question.kind === "rating" ? "div.scale" : "div.choices", {}, choices.map((choice, index) =>
        h("label.choice", {},
          h("input", {
            type, name: `q${question.id}`, value: choice.id,
            onchange: () => this.choose(question, choice.id),
          }),
          h("span", { dir: "auto" }, choice.name),
          this.hasDigits && index < 9 ? h("kbd", { "aria-hidden": "true" }, String(index + 1)) : null))));
  }

  /** @param {any} question @param {number} id */
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

  /** A digit answers the question that is next in line. @param {number} digit 1…9 */
  digit(digit) {
    const question = this.questions?.find((q) => q.id === this.current);
    if (!question || question.kind === "text") return;
    const choices = question.kind === "rating"
      ? steps(question) : (question.options || []).map((option) => option.id);
    if (digit <= choices.length) this.choose(question, choices[digit - 1]);
  }

  /** @param {number} answered */
  advance(answered) {
    const open = this.questions?.find((question) =>
      question.id !== answered && this.values?.[question.id] === undefined && question.kind !== "text");
    if (open) this.focusQuestion(open.id);
  }

  /** @param {number} id */
  focusQuestion(id) {
    this.current = id;
    this.mark();
  }

  mark() {
    const many = (this.questions?.length || 0) > 1;
    for (const element of this.querySelectorAll("[data-question]")) {
      element.classList.toggle("current",
        many && element.getAttribute("data-question") === String(this.current));
    }
  }

  /** @param {number} id @param {any} value */
  set(id, value) {
    this.values = { ...this.values, [id]: value };
    if (value === undefined) delete this.values[id];
    this.change?.(this.values);
  }
}
customElements.define("form-editor", FormEditor);
