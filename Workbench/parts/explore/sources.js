import { get, post, send } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { field } from "../field.js";
import { attempt } from "../section.js";

/** Buckets and indexes that a dataset is gathered from: what there are, how far each is, and a form for another.
 * @param {string} dataset
 * @param {() => any} again called when items have come
 * @returns {HTMLElement} */
export function sources(dataset, again) {
  const path = `/api/datasets/${dataset}/sources`;
  const list = h("ul.plain.stack.tight");
  const problem = h("p.error-text", { role: "alert" });
  const input = (/** @type {any} */ more = {}) => h("input.input", { dir: "ltr", autocomplete: "off", spellcheck: false, ...more });
  const url = input({ required: true, maxlength: 2000, placeholder: "s3://bucket/prefix" }), endpoint = input(), region = input({ placeholder: "us-east-1" });
  const access = input(), secret = input({ type: "password", autocomplete: "off" }), include = input({ placeholder: "*.jpg *.png" });
  const copy = h("input", { type: "checkbox" }), mask = h("input", { type: "checkbox" });
  const begin = (/** @type {Event} */ event) => {
    event.preventDefault();
    attempt(look, () => post(path, {
      url: url.value.trim(), mode: copy.checked ? "copy" : "reference", include: include.value.split(/\s+/).filter(Boolean), mask_personal_data: mask.checked,
      ...Object.fromEntries([["endpoint", endpoint], ["region", region], ["access_key", access], ["secret_key", secret]].flatMap(([name, element]) => (element.value ? [[name, element.value]] : []))),
    }));
  };
  const later = (/** @type {number} */ milliseconds) => setTimeout(() => { if (element.isConnected) look(); }, milliseconds);
  const look = async () => {
    /** @type {any[]} */
    let items;
    try {
      ({ items } = await get(path));
    } catch (error) {
      // The server goes on by itself; what it has come to is asked for again.
      if (wasRunning) later(3_000);
      fill(problem, /** @type {Error} */ (error).message);
      return;
    }
    fill(problem);
    fill(list, items.map((/** @type {any} */ source) => row(source)));
    const isRunning = items.some((/** @type {any} */ source) => source.state === "running");
    if (wasRunning && !isRunning) again();
    wasRunning = isRunning;
    if (isRunning) later(700);
  };
  let wasRunning = false;
  const row = (/** @type {any} */ source) => h("li.source", {},
    h("div.spread", {}, h("strong", { dir: "ltr" }, source.url), h("span.row.tight", {},
      h(source.state === "failed" ? "span.badge.is-bad" : "span.badge", {}, source.state === "running" ? say("running") : source.state === "failed" ? say("failed") : say("completed")),
      source.state === "running" ? null : h("button.button.quiet", { type: "button", onclick: () => attempt(look, () => post(`${path}/${source.id}/runs`)) }, source.state === "failed" ? say("Go on") : say("Look again")),
      h("button.button.quiet", { type: "button", "aria-label": say("Forget {name}", { name: source.url }), onclick: () => attempt(look, () => send("DELETE", `${path}/${source.id}`)) }, say("Forget")))),
    h("small.muted", {}, say("{listed} listed, {added} added, {changed} changed, {skipped} of other kinds, {failed} failed", source)),
    source.reason ? h("p.error-text", {}, source.reason) : null,
    source.problems.length ? h("details", {}, h("summary", {}, say("What failed")), h("ul.plain.upload-problems", {}, source.problems.map((/** @type {any} */ problem) => h("li.error-text", {}, h("strong", { dir: "ltr" }, problem.file), ` ${problem.reason}`)))) : null);
  const element = h("details.sources", { ontoggle: () => { if (element.open) look(); } }, h("summary", {}, say("From a bucket or an HTTP index")),
    h("div.stack", {}, list, problem, h("form.stack", { onsubmit: begin },
      field(say("Address"), url, say("A bucket of an S3-compatible store, or the URL of a folder that a web server lists.")),
      h("div.fields", {}, field(say("Endpoint"), endpoint), field(say("Region"), region), field(say("Access key"), access), field(say("Secret key"), secret), field(say("Only files like"), include)),
      h("label.check", {}, copy, h("span", {}, say("Bring the files here; else they stay there and are fetched when they are looked at"))),
      h("label.check", {}, mask, h("span", {}, say("Mask personal data in texts"))),
      h("div.row", {}, h("button.button.primary", { type: "submit" }, say("Gather"))))));
  return element;
}
