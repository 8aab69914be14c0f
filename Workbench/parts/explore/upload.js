import { get, postContent } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { dialog } from "../dialog.js";
import { field } from "../field.js";
import { collections } from "./collections.js";
import { chosen, dropped } from "./dropped.js";
import { persistently } from "../../core/persistently.js";
import { sendSet } from "./send-set.js";
import { sources } from "./sources.js";

/** @typedef {import("./dropped.js").Dropped} Dropped */
/** @typedef {{ name: string, reason: string }} Problem */

/** Files that are on their way at once. */
const lanes = 3;
/** Items that are told of at once. */
const portion = 200;

/** Takes files in: images one by one, anything else as a set of whatever format it is, and files from elsewhere. What
 * is there already is known again, so a cut upload is just begun again.
 * @param {{ id: string, sets: Array<{ name: string, kind: string }> }} dataset
 * @param {() => any} again */
export async function upload(dataset, again) {
  await dialog(say("Add items"), (close) => {
    const state = h("p.muted.upload-state", { role: "status" }), bar = h("div.meter", { role: "progressbar", "aria-label": say("Progress"), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0, hidden: true }, h("i"));
    const problems = h("ul.plain.upload-problems");
    const set = h("input.input", { value: "truth", maxlength: 100, pattern: "[\\p{L}\\p{N}_\\-]+", dir: "auto", list: "upload-sets" });
    const mask = h("input", { type: "checkbox" }), replace = h("input", { type: "checkbox" });
    const format = h("select.input", {}, h("option", { value: "" }, say("found out by itself")));
    get("/api/formats?read=true").then(({ items }) => format.append(...items.map((/** @type {any} */ one) => h("option", { value: one.id, lang: "en" }, one.name))), () => {});
    const meter = (/** @type {number} */ share, /** @type {string} */ text) => {
      bar.style.setProperty("--share", `${Math.round(100 * share)}%`);
      bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
      state.textContent = text;
    };
    const begin = async (/** @type {Dropped[]} */ files) => {
      if (!files.length || !set.reportValidity()) return;
      bar.hidden = false;
      for (const part of [drop, options, elsewhere]) part.hidden = true;
      const wanted = { ...(set.value === "truth" ? {} : { set: set.value }), ...(mask.checked ? { mask_personal_data: true } : {}), ...(replace.checked ? { replace: true } : {}), ...(format.value ? { format: format.value } : {}) };
      const isPlain = async (/** @type {Dropped} */ { file }) => isPicture(file) || (isLines(file) && areOwn(await firstLine(file)));
      /** @type {Problem[]} */
      const found = [];
      for (const group of groups(files)) {
        const arePlain = !format.value && (await Promise.all(group.map(isPlain))).every(Boolean);
        found.push(...await (arePlain ? takeItems : takeSet)(dataset.id, group, wanted, meter));
      }
      fill(problems, found.slice(0, 100).map(({ name, reason }) => h("li.error-text", {}, h("strong", { dir: "auto" }, name), ` ${reason}`)));
      if (!found.length) close();
      again();
    };
    const chooser = h("input.visually-hidden", { type: "file", multiple: true, onchange: () => begin(chosen(chooser.files)) });
    const drop = h("label.drop", {}, chooser, h("strong", {}, say("Drop images or a labelled set here, or choose them")),
      h("span.muted", {}, say("A folder, a zip or tar archive, or a file: COCO, YOLO, Pascal VOC, CVAT, Label Studio, CSV, Parquet and many more. It goes on where it was cut off.")));
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (/** @type {Event} */ event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", async (/** @type {DragEvent} */ event) => { event.preventDefault(); drop.classList.remove("is-over"); begin(await dropped(event)); });
    const options = h("div.row.upload-options", {}, field(say("Labels go to"), set, say("“truth” is the ground truth; any other name is a set of predictions.")),
      field(say("Format of a set"), format),
      h("datalist", { id: "upload-sets" }, dataset.sets.filter(({ kind }) => kind !== "results").map(({ name }) => h("option", { value: name }))),
      h("label.check", {}, mask, h("span", {}, say("Mask personal data in texts"))),
      h("label.check", {}, replace, h("span", {}, say("Put pictures and texts in the place of others that items of their names have"))));
    const elsewhere = h("div.stack", {}, sources(dataset.id, again), collections(dataset.id, again));
    return [drop, options, bar, state, problems, elsewhere, h("div.row", {}, h("button.button", { onclick: () => close() }, say("Close")))];
  });
}

/** An archive is a set of its own; what comes beside archives is one together.
 * @param {Dropped[]} files */
function groups(files) {
  const isArchive = (/** @type {Dropped} */ { path }) => /^[^/]+\.(zip|tar|tgz|tar\.gz)$/i.test(path);
  return [files.filter((one) => !isArchive(one)), ...files.filter(isArchive).map((one) => [one])].filter((group) => group.length);
}

const isPicture = (/** @type {File} */ file) => file.type.startsWith("image/");
const isLines = (/** @type {File} */ file) => /\.(jsonl|ndjson)$/i.test(file.name);

/** @param {File} file */
const firstLine = async (file) => (await file.slice(0, 4 << 20).text()).split("\n").find((line) => line.trim()) ?? "";

const itemMembers = new Set(["name", "subset", "width", "height", "text", "tokens", "image", "labels", "metadata"]);

/** Whether lines are items as they are, and not a set of another format, by the first of them.
 * @param {string} line */
function areOwn(line) {
  try {
    const item = JSON.parse(line);
    return typeof item.name === "string" && Object.keys(item).every((name) => itemMembers.has(name));
  } catch {
    return false;
  }
}

/** @param {string} dataset
 * @param {Dropped[]} files
 * @param {import("./send-set.js").Options} options
 * @param {(share: number, text: string) => void} tell
 * @returns {Promise<Problem[]>} what was refused */
async function takeSet(dataset, files, options, tell) {
  try {
    const { report } = await sendSet(dataset, files, options, (share, read, reason) =>
      tell(share, reason ?? (share < 1 ? say("{n} % sent", { n: Math.floor(100 * share) }) : say("{n} items read", { n: read }))));
    tell(1, say("{made} items made, {labelled} labelled", { made: report.created, labelled: report.labelled }));
    if (report.reason) return [{ name: files[0].file.name, reason: report.reason }];
    return [...report.problems.map((/** @type {any} */ one) => ({ name: one.place, reason: one.remedy ? `${one.reason}. ${one.remedy}` : one.reason })),
      ...report.losses.map((/** @type {any} */ one) => ({ name: one.count.toLocaleString(language), reason: one.what }))];
  } catch (error) {
    return [{ name: files[0].file.name, reason: /** @type {Error} */ (error).message }];
  }
}

/** @param {string} dataset
 * @param {Dropped[]} files
 * @param {import("./send-set.js").Options} options
 * @param {(share: number, text: string) => void} tell
 * @returns {Promise<Problem[]>} what was refused */
async function takeItems(dataset, files, options, tell) {
  /** @type {Problem[]} */
  const refused = [];
  const images = files.filter(({ file }) => !isLines(file));
  const path = `/api/datasets/${dataset}/items?items=true&set=${encodeURIComponent(options.set ?? "truth")}${options.mask_personal_data ? "&personal_data=mask" : ""}${options.replace ? "&replace=true" : ""}`;
  let done = 0, next = 0;
  const advance = () => { done += 1; tell(done / files.length, say("{some} of {all}", { some: done, all: files.length })); };
  /** @type {string[]} */
  let lines = [];
  const flush = async () => {
    const some = lines;
    lines = [];
    if (!some.length) return;
    const report = await postContent(`/api/datasets/${dataset}/items${options.replace ? "?replace=true" : ""}`, some.join("\n"));
    for (const { line, reason } of report.problems) refused.push({ name: JSON.parse(some[line - 1]).name, reason });
  };
  const lane = async () => {
    while (next < images.length) {
      const { path: name, file } = images[next];
      next += 1;
      try {
        const id = await persistently(() => asset(file), (reason) => tell(done / files.length, reason));
        lines.push(JSON.stringify({ name, image: id }));
        if (lines.length >= portion) await flush();
      } catch (error) {
        refused.push({ name, reason: /** @type {Error} */ (error).message });
      }
      advance();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  try {
    await flush();
  } catch (error) {
    refused.push({ name: "", reason: /** @type {Error} */ (error).message });
  }
  for (const { file } of files.filter(({ file }) => isLines(file))) {
    try {
      const report = await postContent(path, file);
      for (const { line, reason } of report.problems) refused.push({ name: `${file.name}:${line}`, reason });
    } catch (error) {
      refused.push({ name: file.name, reason: /** @type {Error} */ (error).message });
    }
    advance();
  }
  return refused;
}

/** @param {File} file
 * @returns {Promise<string>} its id */
async function asset(file) {
  const data = new FormData();
  data.append("file", file, file.name);
  return (await postContent("/api/assets", data)).items[0].id;
}
