import { h } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { dialog } from "./dialog.js";

const skipReasons = [word("Cannot be seen or read"), word("Instructions do not say"), word("Not my field or language"), word("Disturbing or private")];

/** Why a task is skipped.
 * @returns {Promise<string | undefined>} */
export const skipReason = () => dialog(say("Why skip this task?"), (close) => {
  const other = h("input.input", { placeholder: say("Another reason"), maxlength: 300, "aria-label": say("Another reason") });
  return [
    h("div.stack.tight", {}, skipReasons.map((text) => h("button.button", { onclick: () => close(text) }, say(text)))),
    h("form.row", { onsubmit: (/** @type {Event} */ e) => { e.preventDefault(); if (other.value.trim()) close(other.value.trim()); } },
      other, h("button.button", { type: "submit" }, say("Skip with this reason"))),
    h("div.row", {}, h("button.button.quiet", { onclick: () => close() }, say("Keep working")))];
});

/**
 * What is wrong with a result, and where.
 * @param {string} text so far
 * @param {string} where the place it is pinned to, in words; empty where there is none
 * @param {boolean} mayPin whether a place can be chosen
 * @returns {Promise<{ text: string, way: "send" | "pin" | "unpin" } | undefined>}
 */
export const rejectReason = (text, where, mayPin) => dialog(say("What is wrong with it?"), (close) => {
  const field = h("textarea.input", { rows: 3, maxlength: 500, "aria-label": say("Reason"), autofocus: true, value: text });
  const end = (/** @type {"send" | "pin" | "unpin"} */ way) => () => (way !== "send" || field.value.trim()) && close({ text: field.value.trim(), way });
  return [field,
    mayPin ? h("div.row", {}, where ? [h("span", { dir: "auto" }, say("Pinned to {where}", { where })), h("button.button.quiet", { onclick: end("unpin") }, say("To the whole"))] : null,
      h("button.button.quiet", { onclick: end("pin") }, say("Pin to a place…"))) : null,
    h("div.row", {},
      h("button.button.primary", { onclick: end("send") }, say("Send back")),
      h("button.button.quiet", { onclick: () => close() }, say("Cancel")))];
});
