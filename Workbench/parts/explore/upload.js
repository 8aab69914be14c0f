import { postContent } from "../../core/api.js";
import { fill, h } from "../../core/dom.js";
import { say } from "../../core/words.js";
import { dialog } from "../dialog.js";

/** Files that are on their way at once. */
const lanes = 3;
/** Times a file is tried while the network is away. */
const tries = 5;
/** Items that are told of at once. */
const portion = 200;

/** Takes files in: images one by one, and items with labels as JSON Lines. What is there already is known again, so
 * a cut upload is just begun again.
 * @param {string} dataset
 * @param {() => any} again */
export async function upload(dataset, again) {
  await dialog(say("Add items"), (close) => {
    const state = h("p.muted", { role: "status" }), meter = h("div.meter", { role: "progressbar", "aria-label": say("Progress"), "aria-valuenow": 0, hidden: true }, h("i"));
    const problems = h("ul.plain.upload-problems");
    const begin = async (/** @type {File[]} */ files) => {
      if (!files.length) return;
      meter.hidden = false;
      drop.hidden = true;
      const refused = await take(dataset, files, (done) => {
        const percent = Math.round((100 * done) / files.length);
        meter.style.setProperty("--share", `${percent}%`);
        meter.setAttribute("aria-valuenow", String(percent));
        state.textContent = say("{some} of {all}", { some: done, all: files.length });
      });
      fill(problems, refused.slice(0, 100).map(({ name, reason }) => h("li.error-text", {}, h("strong", { dir: "auto" }, name), ` ${reason}`)));
      if (!refused.length) close();
      again();
    };
    const chooser = h("input.visually-hidden", { type: "file", multiple: true, accept: "image/*,.jsonl,.ndjson", onchange: () => begin([...chooser.files]) });
    const drop = h("label.drop", {}, chooser, h("strong", {}, say("Drop images here, or choose them")), h("span.muted", {}, say("Also JSON Lines of items with labels, as `assay convert --to jsonl` writes them.")));
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (/** @type {Event} */ event) => { event.preventDefault(); drop.classList.add("is-over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
    drop.addEventListener("drop", async (/** @type {DragEvent} */ event) => { event.preventDefault(); drop.classList.remove("is-over"); begin(await dropped(event)); });
    return [drop, meter, state, problems, h("div.row", {}, h("button.button", { onclick: () => close() }, say("Close")))];
  });
}

/** The files of a drop, those in folders too.
 * @param {DragEvent} event
 * @returns {Promise<File[]>} */
async function dropped(event) {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...(event.dataTransfer?.files ?? [])];
  /** @type {File[]} */
  const files = [];
  const walk = async (/** @type {any} */ entry, /** @type {string} */ path) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      files.push(Object.defineProperty(file, "pathInFolder", { value: path + file.name }));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const found = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!found.length) return;
      for (const one of found) await walk(one, `${path}${entry.name}/`);
    }
  };
  for (const entry of entries) await walk(entry, "");
  return files.filter((file) => !file.name.startsWith("."));
}

/** @param {string} dataset
 * @param {File[]} files
 * @param {(done: number) => void} tell
 * @returns {Promise<Array<{ name: string, reason: string }>>} what was refused */
async function take(dataset, files, tell) {
  /** @type {Array<{ name: string, reason: string }>} */
  const refused = [];
  const isLines = (/** @type {File} */ file) => /\.(jsonl|ndjson)$/i.test(file.name);
  const images = files.filter((file) => !isLines(file));
  let done = 0, next = 0;
  /** @type {string[]} */
  let lines = [];
  const flush = async () => {
    const some = lines;
    lines = [];
    if (some.length) await postContent(`/api/datasets/${dataset}/items`, some.join("\n"));
  };
  const lane = async () => {
    while (next < images.length) {
      const file = images[next];
      next += 1;
      const name = /** @type {any} */ (file).pathInFolder || file.webkitRelativePath || file.name;
      try {
        const id = await persistently(() => asset(file));
        lines.push(JSON.stringify({ name, image: id }));
        if (lines.length >= portion) await flush();
      } catch (error) {
        refused.push({ name, reason: /** @type {Error} */ (error).message });
      }
      tell(done += 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  try {
    await flush();
  } catch (error) {
    refused.push({ name: "", reason: /** @type {Error} */ (error).message });
  }
  for (const file of files.filter(isLines)) {
    try {
      const report = await postContent(`/api/datasets/${dataset}/items`, file);
      for (const { line, reason } of report.problems) refused.push({ name: `${file.name}:${line}`, reason });
    } catch (error) {
      refused.push({ name: file.name, reason: /** @type {Error} */ (error).message });
    }
    tell(done += 1);
  }
  return refused;
}

/** Tries again while the network or the server is away.
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<T>} */
async function persistently(action) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await action();
    } catch (error) {
      if (tried === tries || !/** @type {any} */ (error).isPassing) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried));
    }
  }
}

/** @param {File} file
 * @returns {Promise<string>} its id */
async function asset(file) {
  const data = new FormData();
  data.append("file", file, file.name);
  return (await postContent("/api/assets", data)).items[0].id;
}
