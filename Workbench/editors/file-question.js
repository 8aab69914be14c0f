import { Contributions } from "../core/contributions.js";
import { fill, h, icon } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { capture, canCapture } from "../parts/capture.js";

/** @typedef {import("../core/contributions.js").Contribution} Contribution */

/** What may be chosen from the disk, by medium: what the server can tell apart. */
const endings = { image: "image/jpeg,image/png,image/webp,image/gif", audio: "audio/*,.flac,.opus", video: "video/mp4,video/webm,video/quicktime" };
const verbs = { image: word("Take a photo"), audio: word("Record"), video: word("Film") };

/** What asks for the files of one task.
 * @param {string} base of the project's work; empty where the form is only shown
 * @param {any} lease */
export function fileQuestions(base, lease) {
  const files = base ? new Contributions(base, lease) : null;
  const ask = (/** @type {import("../core/answer.js").LabelClass} */ question, /** @type {any[]} */ heading, /** @type {() => string[]} */ current, /** @type {(files: string[]) => void} */ change) =>
    fileQuestion(question, heading, files, current, change);
  return Object.assign(ask, { isBusy: () => Boolean(files?.pending) });
}

/**
 * A question that files answer: photographs, recordings and films, made here or chosen from the disk.
 * @param {import("../core/answer.js").LabelClass} question
 * @param {any[]} heading
 * @param {import("../core/contributions.js").Contributions | null} files of the task; none where a form is only shown
 * @param {() => string[]} current
 * @param {(files: string[]) => void} change
 */
function fileQuestion(question, heading, files, current, change) {
  const media = /** @type {Array<keyof typeof verbs>} */ (question.accepts ?? ["image"]);
  const most = question.max ?? 1;
  const list = h("ul.plain.contributed"), underWay = h("ul.plain.stack.tight"), problem = h("p.error-text", { role: "alert" });
  const isOpen = !files || files.isOpen;
  const take = async (/** @type {Array<{ content: Blob, name: string }>} */ some) => {
    problem.textContent = "";
    const room = most - current().length - underWay.childElementCount;
    if (some.length > room) problem.textContent = say("There may be {most} files at most.", { most });
    await Promise.all(some.slice(0, Math.max(0, room)).map((one) => send(one)));
  };
  const send = async (/** @type {{ content: Blob, name: string }} */ { content, name }) => {
    const stop = new AbortController();
    const bar = h("div.meter", { role: "progressbar", "aria-label": say("Progress"), "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, h("i"));
    const row = h("li.card.stack.tight", {}, h("div.spread", {}, h("span.file-name", { dir: "auto" }, name),
      h("button.button.quiet.small", { type: "button", onclick: () => { stop.abort(); row.remove(); } }, say("Cancel"))), bar);
    underWay.append(row);
    try {
      const sent = await /** @type {import("../core/contributions.js").Contributions} */ (files).send(question.id, content, name, (share) => {
        bar.style.setProperty("--share", `${Math.round(100 * share)}%`);
        bar.setAttribute("aria-valuenow", String(Math.round(100 * share)));
      }, stop.signal);
      row.remove();
      // The task may be another by now.
      if (!stop.signal.aborted && element.isConnected && sent.file && !current().includes(sent.file)) change([...current(), sent.file]);
    } catch (error) {
      if (stop.signal.aborted || !element.isConnected) return;
      const again = h("button.button.small", { type: "button", onclick: () => { row.remove(); send({ content, name }); } }, say("Try again"));
      fill(row, h("div.spread", {}, h("span.file-name", { dir: "auto" }, name), h("span.row.tight", {}, /** @type {any} */ (error).isPassing ? again : null,
        h("button.button.quiet.small", { type: "button", onclick: () => row.remove() }, say("Leave it")))), h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
    }
  };
  const chooser = h("input.visually-hidden", {
    type: "file", disabled: !files, multiple: most > 1, accept: media.map((one) => endings[one]).join(","), "aria-label": say("Choose files for {name}", { name: question.name }),
    onchange: () => { take(Array.from(chooser.files ?? [], (/** @type {File} */ file) => ({ content: file, name: file.name }))); chooser.value = ""; },
  });
  const drop = h("div.file-drop", {}, h("div.row", {},
    canCapture() ? media.map((one) => h("button.button", { type: "button", disabled: !files, onclick: async () => { const made = await capture(one); if (made) take([made]); } }, icon(one === "audio" ? "microphone" : "camera"), say(verbs[one]))) : null,
    h("label.button.file-chooser", {}, chooser, say("Choose files"))),
  h("small.muted", {}, wish(question, media), question.keepsPlace ? [" ", say("What the file says of where it was made is kept.")] : [" ", say("What the file says of where it was made is taken out.")]));
  drop.addEventListener("dragover", (/** @type {Event} */ event) => { event.preventDefault(); drop.classList.add("is-over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    if (files) take(Array.from(event.dataTransfer?.files ?? [], (file) => ({ content: file, name: file.name })));
  });
  const element = h("fieldset.question", { "data-question": question.id }, h("legend.question-name", {}, heading), list, underWay, isOpen ? drop : null, problem);
  return Object.assign(element, {
    /** @param {string[]} ids */
    showFiles: async (ids) => {
      const draw = () => fill(list, ids.map((id, place) => shown(files?.known.get(id), place, () => change(ids.filter((one) => one !== id)))));
      draw();
      drop.hidden = ids.length >= most;
      if (ids.every((id) => files?.known.has(id)) || !files) return;
      await files.load();
      if (current() === ids) draw();
    },
  });
}

/** How many of what are asked for.
 * @param {any} question
 * @param {Array<keyof typeof verbs>} media */
function wish({ min = 1, max = 1 }, media) {
  const names = { image: say("photos"), audio: say("recordings"), video: say("films") };
  const what = media.map((one) => names[one]).join(" / ");
  return min === max ? say("Files asked for: {n} ({what}).", { n: min, what }) : say("Files asked for: {least} to {most} ({what}).", { least: min, most: max, what });
}

/** One that has arrived.
 * @param {Contribution | undefined} file
 * @param {number} place
 * @param {() => void} remove */
function shown(file, place, remove) {
  const name = file?.name ?? say("File {n}", { n: place + 1 });
  const type = file?.type ?? "";
  const link = file?.link ?? "";
  const view = !link ? h("span.muted", {}, say("Loading…"))
    : type.startsWith("image/") ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, h("img", { src: link, alt: name, loading: "lazy" }))
      : type.startsWith("audio/") ? h("audio", { src: link, controls: true, preload: "metadata", "aria-label": name })
        : h("video", { src: link, controls: true, preload: "metadata", playsinline: true, "aria-label": name });
  return h("li.card.stack.tight", { "data-file": file?.file ?? "" }, view, h("div.spread", {}, h("span.file-name", { dir: "auto" }, name),
    h("button.button.quiet.icon", { type: "button", "aria-label": say("Remove {name}", { name }), onclick: remove }, icon("trash"))));
}
