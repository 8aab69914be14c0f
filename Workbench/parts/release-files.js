import { get, post, send, withClient } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { day } from "../core/money.js";
import { language, say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";
import { field } from "./field.js";

/** Files of a folder that are shown; more are in the list that the API gives. */
const shown = 500;
/** So many are listed without folders. */
const few = 12;

const percent = (/** @type {number} */ share) => say("{percent} %", { percent: Math.round(share * 1000) / 10 });
const size = (/** @type {number} */ bytes) => say("{n} kB", { n: Math.max(1, Math.round(bytes / 1000)).toLocaleString(language) });

/** What a release was made of, what vouches for it, its files, and the addresses that open them.
 * @param {any} item
 * @param {any[]} all of the same owner
 * @param {(() => any) | null} takeAway */
export async function showRelease(item, all, takeAway) {
  try {
    const path = `/api/releases/${item.id}`;
    const [{ files }, manifest, { items: links }] = await Promise.all([get(path), get(`${path}/files/manifest.json`), get(`${path}/links`)]);
    const { splits = {}, losses = [], certificate = {} } = manifest;
    const parts = Object.entries(splits).map(([part, items]) => `${part}: ${items.toLocaleString(language)}`);
    dialog(say("Release {number}: {name}", { number: item.number, name: item.name }), (close) => [
      h("dl.known-facts", {}, item.plan.query === undefined ? null : [fact(say("Query"), item.plan.query || say("All")), fact(say("Labels"), item.plan.set === "truth" ? say("Ground truth") : item.plan.set)],
        parts.length ? fact(say("Items"), parts.join(" · ")) : null, vouched(certificate)),
      certificate.limitations?.length ? list(say("What the certificate does not say"), certificate.limitations) : null,
      losses.length ? list(say("What formats have no form for"), losses.map((/** @type {any} */ one) => `${one.format}: ${one.count.toLocaleString(language)} × ${one.what}`)) : null,
      fileList(files, path), addresses(links, path), difference(item, all),
      h("div.spread", {}, h("button.button.primary", { onclick: () => close() }, say("Close")), takeAway ? h("button.button.quiet", { onclick: () => { close(); takeAway(); } }, say("Take away")) : null)]);
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
}

/** @param {string} name
 * @param {string} value */
const fact = (name, value) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)];

/** @param {string} title
 * @param {string[]} lines in English, as the manifest has them */
const list = (title, lines) => h("details", {}, h("summary", {}, title), h("ul", { lang: "en" }, lines.map((line) => h("li", {}, line))));

/** What was measured of the labels.
 * @param {any} certificate */
function vouched(certificate) {
  const { accuracy, agreement = [] } = certificate;
  return [
    accuracy ? fact(say("Accuracy"), `${percent(accuracy.estimate)} (${percent(accuracy.interval[0])} – ${percent(accuracy.interval[1])})`) : null,
    agreement.slice(0, 5).map((/** @type {any} */ one) => fact(say("Agreement"), `${one.class ?? ""} ${one.value.toLocaleString(language, { maximumFractionDigits: 3 })} (${one.measure})`.trim())),
  ];
}

/** Files as links, many by folders that are opened.
 * @param {any[]} files
 * @param {string} path */
function fileList(files, path) {
  const link = (/** @type {any} */ file) => h("li.spread", {}, h("a", { href: withClient(`${path}/files/${file.path.split("/").map(encodeURIComponent).join("/")}`), download: "", dir: "ltr" }, file.path), h("span.muted.number", {}, size(file.size)));
  /** @type {Map<string, any[]>} */
  const folders = new Map();
  for (const file of files) {
    const folder = files.length > few && file.path.includes("/") ? file.path.slice(0, file.path.lastIndexOf("/") + 1) : "";
    const some = folders.get(folder);
    if (some) some.push(file);
    else folders.set(folder, [file]);
  }
  const top = folders.get("") ?? [];
  folders.delete("");
  const inside = (/** @type {string} */ name, /** @type {any[]} */ some) => {
    const body = h("ul.plain");
    const opened = () => { if (!body.children.length) fill(body, some.slice(0, shown).map(link), some.length > shown ? h("li.muted", {}, say("{n} more", { n: (some.length - shown).toLocaleString(language) })) : null); };
    return h("details", { ontoggle: opened }, h("summary", {}, h("bdi", {}, name), ` ${say("{n} files", { n: some.length })}, ${size(some.reduce((sum, file) => sum + file.size, 0))}`), body);
  };
  return h("section.stack.tight", {}, h("h3", {}, say("Files")), h("ul.plain", {}, top.map(link)), [...folders].map(([name, some]) => inside(name, some)));
}

/** Addresses that open a release to whoever has them: made, and ended.
 * @param {any[]} links
 * @param {string} path */
function addresses(links, path) {
  const made = h("div.stack.tight", { role: "status" });
  const open = h("ul.plain");
  const draw = () => fill(open, links.filter((one) => !one.ended_at && Date.parse(one.expires_at) > Date.now()).map((one) => h("li.spread", {}, h("span", {}, say("open until {when}", { when: new Date(one.expires_at).toLocaleString(language) })),
    h("button.button.quiet", { onclick: () => act(async () => { await send("DELETE", `${path}/links?id=${one.id}`); one.ended_at = one.expires_at; }) }, say("End this address")))));
  const act = async (/** @type {() => Promise<any>} */ step) => {
    try {
      await step();
      draw();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  };
  const make = () => act(async () => {
    const link = await post(`${path}/links`, { hours: 24 });
    links.unshift(link);
    fill(made, h("p.muted", {}, say("This address opens the files to whoever has it, for a day.")), field(say("Address"), h("input.input", { readonly: true, value: link.url, dir: "ltr", onclick: (/** @type {any} */ event) => event.target.select() })));
  });
  draw();
  return h("section.stack.tight", {}, h("div.spread", {}, h("h3", {}, say("Addresses")), h("button.button", { onclick: make }, say("Make an address"))), made, open);
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
  } }, h("option", { value: "" }, say("none")), others.map((one) => h("option", { value: one.id }, `${one.number}: ${one.name} (${day(one.created_at)})`)));
  return h("div.stack.tight", {}, field(say("Compared with"), choice), told);
}
