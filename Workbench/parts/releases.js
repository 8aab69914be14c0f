import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day } from "../core/money.js";
import { language, say, word } from "../core/words.js";
import { dialog, toast } from "./dialog.js";
import { field } from "./field.js";
import { attempt, form } from "./section.js";

/** @typedef {{ mayChange: boolean, isAdmin: boolean }} Rights who makes releases and opens them, and who takes them away */

/** @type {Record<string, string>} */
const states = { running: word("running"), completed: word("completed"), failed: word("failed") };

/** The frozen versions of a project's results, or of a dataset's items.
 * @param {string} owner its path in the API
 * @param {Rights} rights
 * @param {string} note said while there is none
 * @param {() => any} [more] what else a new one is asked with */
export function releaseCard(owner, rights, note, more = () => ({})) {
  const list = h("div", { "aria-busy": "true" });
  const load = async () => {
    try {
      const { items } = await get(`${owner}/releases`);
      list.removeAttribute("aria-busy");
      fill(list, items.length ? table(items, rights, load) : h("p.muted", {}, note));
    } catch (error) {
      fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  };
  load();
  return h("section.card.stack", {}, h("div.spread", {}, h("h2", {}, say("Releases")),
    rights.mayChange ? h("button.button", { onclick: () => create(owner, more, load) }, say("New release")) : null), list);
}

/** @param {any[]} items
 * @param {Rights} rights
 * @param {() => any} load */
function table(items, rights, load) {
  const act = (/** @type {any} */ item) => item.state === "completed" && rights.mayChange ? h("button.button", { onclick: () => showFiles(item, items, rights, load) }, say("Files"))
    : item.state === "failed" && rights.isAdmin ? h("button.button.quiet", { onclick: () => takeAway(item, load) }, say("Take away")) : null;
  const heads = [[say("Release number"), ".wide-only"], [say("Name"), ""], [say("When"), ".wide-only"], [say("Items"), ".wide-only"], [say("State"), ""], ["", ""]];
  return h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("Releases") }, h("table.table", {},
    h("thead", {}, h("tr", {}, heads.map(([head, looks]) => h(`th${looks}`, {}, head || h("span.visually-hidden", {}, say("Actions")))))),
    h("tbody", {}, items.map((item) => h("tr", {}, h("td.number.wide-only", {}, String(item.number)), h("td.strong", { dir: "auto" }, h("span.anywhere", {}, item.name)), h("td.wide-only", {}, day(item.created_at)),
      h("td.number.wide-only", {}, String(item.items)), h("td", {}, say(states[item.state] ?? item.state), item.problem ? h("p.muted", {}, item.problem) : null),
      h("td.end", {}, act(item)))))));
}

/** @param {string} owner
 * @param {() => any} more
 * @param {() => Promise<void>} load */
async function create(owner, more, load) {
  const { items: formats } = await get("/api/formats");
  const begun = await dialog(say("New release"), (close) => {
    const name = h("input.input", { required: true, maxlength: 200, dir: "auto" });
    const parts = [["train", 80], ["val", 10], ["test", 10]].map(([part, percent]) => /** @type {[string, any]} */ ([String(part), h("input.input", { type: "number", min: 0, max: 100, value: percent })]));
    // Said while the dialog is open: what was filled in would be gone after it.
    const check = () => {
      const sum = parts.reduce((sum, [, input]) => sum + Number(input.value), 0);
      parts[0][1].setCustomValidity(sum === 100 || sum === 0 ? "" : say("The parts come to {sum} percent; together they must be 100.", { sum }));
    };
    for (const [, input] of parts) input.addEventListener("input", check);
    const way = h("select.input", { onchange: () => { group.required = way.value === "group"; groups.hidden = !group.required; } }, [["hash", say("by chance")], ["stratified", say("evenly by class")], ["group", say("groups stay together")]].map(([value, text]) => h("option", { value }, text)));
    const group = h("input.input", { dir: "ltr" });
    const groups = field(say("Metadata field that groups items"), group);
    groups.hidden = true;
    const media = h("input", { type: "checkbox" });
    const shard = h("input.input", { type: "number", min: 1, max: 1_000_000, value: 1_000, required: true });
    const shards = field(say("Samples in a shard, at most"), shard);
    shards.hidden = shard.disabled = true;
    const usual = ["parquet", "webdataset", "huggingface", "coco", "yolo", "csv"];
    const rank = (/** @type {any} */ one) => (usual.indexOf(one.id) + usual.length + 1) % (usual.length + 1);
    formats.sort((/** @type {any} */ a, /** @type {any} */ b) => rank(a) - rank(b));
    const boxes = formats.filter((/** @type {any} */ one) => one.id !== "jsonl").map((/** @type {any} */ one) => h("label.check", {}, h("input", { type: "checkbox", value: one.id, onchange: (/** @type {any} */ event) => { if (one.id === "webdataset") shards.hidden = shard.disabled = !event.target.checked; } }), h("span", { lang: "en" }, one.name)));
    const read = () => ({
      name: name.value, splits: Object.fromEntries(parts.map(([part, input]) => [part, Number(input.value)]).filter(([, percent]) => percent)), split_by: way.value, media: media.checked,
      ...(way.value === "group" ? { group_by: group.value } : {}), formats: boxes.map((/** @type {any} */ box) => box.querySelector("input")).filter((/** @type {any} */ input) => input.checked).map((/** @type {any} */ input) => input.value),
      ...(shard.disabled ? {} : { shard_samples: Number(shard.value) }),
    });
    return form(close, () => post(`${owner}/releases`, { ...read(), ...more() }), [field(say("Name"), name), h("div.tiles", {}, parts.map(([part, input]) => field(say("Percent for {part}", { part }), input))),
      field(say("Divided"), way), groups, h("fieldset.plain-set", {}, h("legend", {}, say("Formats, beside JSON Lines")), h("div.tiles", {}, boxes)), shards, h("label.check", {}, media, h("span", {}, say("Take the images along")))], say("Freeze it"));
  });
  if (begun) attempt(load, () => get(`/api/releases/${begun.id}?wait=120`));
}

/** The files with an address that opens them, what formats had no form for, and what is other than in another release.
 * @param {any} item
 * @param {any[]} all of the same owner
 * @param {Rights} rights
 * @param {() => any} load */
async function showFiles(item, all, rights, load) {
  try {
    const [{ files }, { url }] = await Promise.all([get(`/api/releases/${item.id}`), post(`/api/releases/${item.id}/links`, { hours: 24 })]);
    const { splits = {}, losses = [], certificate = {} } = await fetch(new URL(url).pathname + "manifest.json").then((answer) => answer.json());
    const parts = Object.entries(splits).map(([part, items]) => `${part}: ${items.toLocaleString(language)}`);
    const size = (/** @type {number} */ bytes) => say("{n} kB", { n: Math.max(1, Math.round(bytes / 1000)) });
    dialog(say("Release {number}: {name}", { number: item.number, name: item.name }), (close) => [
      h("p.muted", {}, say("This address opens the files to whoever has it, for a day.")),
      field(say("Address"), h("input.input", { readonly: true, value: url, dir: "ltr", onclick: (/** @type {any} */ event) => event.target.select() })),
      h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("Files") }, h("ul.plain", {}, files.map((/** @type {any} */ file) => h("li.spread", {}, h("a", { href: url + file.path, download: "", dir: "ltr" }, file.path), h("span.muted.number", {}, size(file.size)))))),
      parts.length ? h("p", { dir: "ltr" }, parts.join(" · ")) : null,
      certificate.limitations?.length ? h("details", {}, h("summary", {}, say("What the certificate does not say")), h("ul", { lang: "en" }, certificate.limitations.map((/** @type {string} */ one) => h("li", {}, one)))) : null,
      losses.length ? h("details", {}, h("summary", {}, say("What formats have no form for")), h("ul", { lang: "en" }, losses.map((/** @type {any} */ one) => h("li", {}, `${one.format}: ${one.count.toLocaleString(language)} × ${one.what}`)))) : null,
      difference(item, all),
      h("div.spread", {}, h("button.button.primary", { onclick: () => close() }, say("Close")), rights.isAdmin ? h("button.button.quiet", { onclick: () => { close(); takeAway(item, load); } }, say("Take away")) : null)]);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
}

/** @param {any} item
 * @param {() => any} load */
function takeAway(item, load) {
  return dialog(say("Take {name} away", { name: item.name }), (close) =>
    form(close, () => send("DELETE", `/api/releases/${item.id}`), [h("p", {}, say("Its files are gone for good, and addresses that were given of it open nothing."))], say("Take away"), load));
}

/** What is added, removed and labelled otherwise against another release that is chosen.
 * @param {any} item
 * @param {any[]} all */
function difference(item, all) {
  const others = all.filter((one) => one.id !== item.id && one.state === "completed");
  if (!others.length) return null;
  const told = h("p", { role: "status" });
  const choice = h("select.input", { onchange: async () => {
    told.textContent = "";
    if (!choice.value) return;
    try {
      const found = await get(`/api/releases/${item.id}/difference/${choice.value}`);
      told.textContent = say("{added} added, {removed} removed, {changed} labelled otherwise, {updated} with another image, text or metadata, {same} the same; {moved} in another part", found);
    } catch (error) {
      told.textContent = /** @type {Error} */ (error).message;
    }
  } }, h("option", { value: "" }, say("none")), others.map((one) => h("option", { value: one.id }, `${one.number}: ${one.name}`)));
  return h("div.stack.tight", {}, field(say("Compared with"), choice), told);
}
