import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day } from "../core/money.js";
import { language, say, word } from "../core/words.js";
import { dialog } from "./dialog.js";
import { field } from "./field.js";
import { showRelease } from "./release-files.js";
import { attempt, form } from "./section.js";

/** @typedef {{ mayChange: boolean, isAdmin: boolean }} Rights who makes releases and opens them, and who takes them away */

/** @typedef {{ query: string, sets: any[] }} Asked */

/** @type {Record<string, string>} */
const states = { running: word("running"), completed: word("completed"), failed: word("failed") };

/** The frozen versions of a project's results, or of a dataset's items.
 * @param {string} owner its path in the API
 * @param {Rights} rights
 * @param {string} note said while there is none
 * @param {(() => Asked) | null} [asked] of a dataset, what a new one is of */
export function releaseCard(owner, rights, note, asked = null) {
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
    rights.mayChange ? h("button.button", { onclick: () => create(owner, asked?.() ?? null, load) }, say("New release")) : null), list);
}

/** @param {any[]} items
 * @param {Rights} rights
 * @param {() => any} load */
function table(items, rights, load) {
  const act = (/** @type {any} */ item) => item.state === "completed" && rights.mayChange ? h("button.button", { onclick: () => showRelease(item, items, rights.isAdmin ? () => takeAway(item, load) : null) }, say("Files"))
    : item.state === "failed" && rights.isAdmin ? h("button.button.quiet", { onclick: () => takeAway(item, load) }, say("Take away")) : null;
  const heads = [[say("Release number"), ".wide-only"], [say("Name"), ""], [say("When"), ".wide-only"], [say("Items"), ".wide-only"], [say("State"), ""], ["", ""]];
  return h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("Releases") }, h("table.table", {},
    h("thead", {}, h("tr", {}, heads.map(([head, looks]) => h(`th${looks}`, {}, head || h("span.visually-hidden", {}, say("Actions")))))),
    h("tbody", {}, items.map((item) => h("tr", {}, h("td.number.wide-only", {}, String(item.number)), h("td.strong", { dir: "auto" }, h("span.anywhere", {}, item.name), h("p.muted.narrow-only", {}, `${item.number} · ${day(item.created_at)}`)), h("td.wide-only", {}, day(item.created_at)),
      h("td.number.wide-only", {}, String(item.items)), h("td", {}, say(states[item.state] ?? item.state), item.problem ? h("p.muted", {}, item.problem) : null),
      h("td.end", {}, act(item)))))));
}

/** @param {string} owner
 * @param {Asked | null} asked
 * @param {() => Promise<void>} load */
async function create(owner, asked, load) {
  const [{ items: formats }, found] = await Promise.all([get("/api/formats"), asked ? get(`${owner}/items?query=${encodeURIComponent(asked.query)}&limit=1`) : null]);
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
    const set = asked ? h("select.input", {}, asked.sets.map((one) => h("option", { value: one.name, dir: "auto" }, one.name === "truth" ? say("Ground truth") : one.name))) : null;
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
    return form(close, () => post(`${owner}/releases`, { ...read(), ...(asked ? { query: asked.query, set: set.value } : {}) }), [
      asked ? h("p", { dir: "auto" }, asked.query ? say("{n} items are frozen, which this query finds: {query}", { n: found.count.toLocaleString(language), query: asked.query }) : say("All {n} items are frozen.", { n: found.count.toLocaleString(language) })) : null,
      field(say("Name"), name), set && asked && asked.sets.length > 1 ? field(say("Labels"), set) : null, h("div.tiles", {}, parts.map(([part, input]) => field(say("Percent for {part}", { part }), input))),
      field(say("Divided"), way), groups, h("fieldset.plain-set", {}, h("legend", {}, say("Formats, beside JSON Lines")), h("div.tiles", {}, boxes)), shards, h("label.check", {}, media, h("span", {}, say("Take the images along")))], say("Freeze it"));
  });
  if (begun) attempt(load, () => get(`/api/releases/${begun.id}?wait=120`));
}

/** @param {any} item
 * @param {() => any} load */
function takeAway(item, load) {
  return dialog(say("Take {name} away", { name: item.name }), (close) =>
    form(close, () => send("DELETE", `/api/releases/${item.id}`), [h("p", {}, say("Its files are gone for good, and addresses that were given of it open nothing."))], say("Take away"), load));
}
