import { get, post, send } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { language, say, word } from "../core/words.js";
import { calibrationCard } from "../parts/calibration.js";
import { dialog, toast } from "../parts/dialog.js";
import { createProject } from "../parts/new-project.js";
import { releaseCard } from "../parts/releases.js";

const share = (/** @type {number} */ part, /** @type {number} */ whole) => (whole ? Math.round((100 * part) / whole) : 0);
const percent = (/** @type {number | null} */ value) => (value === null || value === undefined ? "–" : `${Math.round(value * 100)} %`);

/** Every project of the client with its progress. */
export function managePage() {
  const list = h("div", { "aria-busy": "true" });
  loadProjects(list);
  return h("main.page.stack", {},
    h("div.spread", {}, h("h1", {}, say("Projects")),
      h("button.button.primary", { onclick: createProject }, icon("plus"), say("New project"))), list);
}

/** @param {HTMLElement} list */
async function loadProjects(list) {
  try {
    const { items } = await get("/api/projects?limit=1000");
    list.removeAttribute("aria-busy");
    if (!items.length) {
      return fill(list, h("div.card.stack", {}, h("h2", {}, say("No projects yet")),
        h("p.muted", {}, say("Make one here, or with the API or `assay project create`."))));
    }
    fill(list, h("div.card.flush.scroller", {}, h("table.table", {},
      h("thead", {}, h("tr", {}, [word("Project"), word("Progress"), word("Open"), word("In review"), word("Done"), word("Answers")].map((name, index) =>
        h(index > 1 ? "th.end" : "th", {}, say(name))))),
      h("tbody", {}, items.map(projectRow)))));
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} project */
function projectRow(project) {
  const counts = project.counts;
  const done = share(counts.completed, counts.tasks);
  const meter = h("div.meter", { role: "progressbar", "aria-valuenow": done, "aria-label": say("{percent} % done", { percent: done }) }, h("i"));
  meter.style.setProperty("--share", `${done}%`);
  return h("tr", {},
    h("td", {}, h("a.strong", { href: `#/manage/${project.id}`, dir: "auto" }, project.name),
      project.state === "active" ? null : [" ", h("span.badge", {}, say(states[project.state] ?? project.state))]),
    h("td.wide-cell", {}, meter),
    [counts.open, counts.in_review, counts.completed, counts.answers].map((value) => h("td.end.number", {}, value.toLocaleString(language))));
}

/** One project: progress, agreement, people, exports.
 * @param {string} id
 * @param {import("../parts/releases.js").Rights} rights */
export function projectPage(id, rights) {
  const body = h("div.stack", { "aria-busy": "true" });
  loadProject(id, body, rights);
  return h("main.page.stack", {}, h("p", {}, h("a", { href: "#/manage" }, `← ${say("Projects")}`)), body);
}

/** @param {string} id
 * @param {HTMLElement} body
 * @param {import("../parts/releases.js").Rights} rights */
async function loadProject(id, body, rights) {
  const again = () => loadProject(id, body, rights);
  try {
    const [project, quality, batches, exports, failed, formats] = await Promise.all([
      get(`/api/projects/${id}`), get(`/api/projects/${id}/quality`),
      get(`/api/projects/${id}/batches`), get(`/api/projects/${id}/exports`), failures(id), get("/api/formats")]);
    const calibration = await calibrationCard(project.calibration_batch, again);
    body.removeAttribute("aria-busy");
    const counts = project.counts;
    fill(body,
      h("div.spread", {}, h("h1", { dir: "auto" }, project.name), h("div.row", {},
        h("a.button", { href: `#/work/${id}` }, say("Label")),
        h("a.button", { href: `#/ontology/${id}` }, say("Ontology")),
        h("a.button", { href: `#/quality/${id}` }, say("Quality")),
        h("button.button", {
          onclick: async () => {
            await send("PATCH", `/api/projects/${id}`, { state: project.state === "active" ? "paused" : "active" });
            again();
          },
        }, project.state === "active" ? say("Pause") : say("Resume")))),
      h("div.tiles", {}, tile(say("Done"), `${share(counts.completed, counts.tasks)} %`, say("{some} of {all}", { some: counts.completed, all: counts.tasks })),
        tile(say("Open"), counts.open.toLocaleString(language), say("{n} in review", { n: counts.in_review })),
        tile(say("Answers"), counts.answers.toLocaleString(language), savings(quality)),
        tile(say("Mean confidence"), percent(quality.mean_confidence), say("{n} tasks settled", { n: quality.tasks_measured }))),
      calibration, failureCard(failed, project.counts.failed), agreementCard(quality), annotatorCard(quality), reviewerCard(quality), batchCard(batches.items), releaseCard(`/api/projects/${id}`, rights, say("A release freezes what is completed: files that never change, signed, read by training by their address.")), exportCard(id, exports.items, formats.items, again));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} quality */
function savings(quality) {
  const saved = quality.answers_at_maximum - quality.answers_measured;
  return saved > 0 ? say("{percent} % fewer than the most the plan allows", { percent: share(saved, quality.answers_at_maximum) }) : "";
}

/** @param {string} name
 * @param {string} value
 * @param {string} note */
function tile(name, value, note) {
  return h("div.card.tile", {}, h("h2.small", {}, name), h("p.big.number", {}, value), h("p.muted", {}, note));
}

/** States of projects, batches and exports in words.
 * @type {Record<string, string>} */
const states = {
  active: word("active"), paused: word("paused"), archived: word("archived"), staging: word("staging"), inProgress: word("in progress"), completed: word("completed"),
  canceled: word("canceled"), running: word("running"), failed: word("failed"),
};

const measures = /** @type {Record<string, string>} */ ({
  krippendorffNominal: word("Krippendorff α"), krippendorffOrdinal: word("Krippendorff α, ordinal"),
  meanF1: word("Mean F1 at IoU 0.5"), meanSimilarity: word("Mean similarity"),
});

/** The first tasks that have failed, with what is known of them.
 * @param {string} id of the project */
async function failures(id) {
  const { items } = await get(`/api/projects/${id}/tasks?status=failed&limit=10`);
  return Promise.all(items.map((/** @type {any} */ task) => get(`/api/tasks/${task.id}`)));
}

/** @param {any[]} tasks
 * @param {number} count */
function failureCard(tasks, count) {
  if (!tasks.length) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Failed tasks: {count}", { count })),
    h("ul.plain", {}, tasks.map((task) => h("li.stack.tight", {}, h("code", {}, task.unique_id ?? task.id),
      h("span.error-text", { dir: "auto" }, task.failure?.error ?? say("No reason was kept."))))));
}

/** What else is known of an agreement, in a line.
 * @param {any} item */
function agreementWords(item) {
  const digits = (/** @type {number} */ value) => value.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const parts = [say("{measure}, {n} tasks", { measure: say(measures[item.measure] || item.measure), n: item.tasks })];
  if (item.interval) parts.push(say("95 % interval {low} to {high}", { low: digits(item.interval[0]), high: digits(item.interval[1]) }));
  if (item.percent !== null && item.percent !== undefined) parts.push(say("{percent} % alike", { percent: Math.round(item.percent * 100) }));
  for (const [name, value] of [["Fleiss κ", item.fleiss_kappa], ["Gwet AC1", item.gwet_ac1], ["Cohen κ", item.cohen_kappa], ["ICC(1,1)", item.icc],
    ["α", item.alpha], ["IoU", item.mean_iou], ["Dice", item.mean_dice], ["WER", item.word_error_rate], ["CER", item.character_error_rate]]) {
    if (typeof value === "number") parts.push(`${name} ${digits(value)}`);
  }
  return parts.join(" · ");
}

/** @param {any} quality */
function agreementCard(quality) {
  return h("section.card.stack", {}, h("h2", {}, say("Agreement")),
    quality.agreement.length ? h("div.bars", {}, quality.agreement.map((/** @type {any} */ item) => {
      const meter = h("div.meter", {}, h("i"));
      meter.style.setProperty("--share", `${Math.max(0, item.value) * 100}%`);
      return h("div.bar-row", {}, h("span", { dir: "auto" }, item.class), meter,
        h("span.number", {}, item.value.toFixed(3)), h("span.muted", {}, agreementWords(item)));
    })) : h("p.muted", {}, say("Agreement shows once tasks have two answers or more.")));
}

/** @param {any} quality */
function annotatorCard(quality) {
  if (!quality.annotators.length) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Annotators")), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, [word("Annotator"), word("Answers"), word("Agrees with the result"), word("Skipped"), word("Seconds each")].map((name, index) =>
      h(index ? "th.end" : "th", {}, say(name))))),
    h("tbody", {}, quality.annotators.slice(0, 50).map((/** @type {any} */ person) => h("tr", {},
      h("td", {}, h("code", {}, person.annotator.slice(0, 8))), h("td.end.number", {}, person.answers.toLocaleString(language)),
      h("td.end.number", {}, person.judged ? percent(person.agreed / person.judged) : "–"),
      h("td.end.number", {}, person.skipped), h("td.end.number", {},
        person.answers ? (person.active_seconds / person.answers).toFixed(1) : "–")))))));
}

/** @param {any} quality */
function reviewerCard(quality) {
  if (!quality.reviewers.length) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Reviewers")), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, [word("Reviewer"), word("Verdicts"), word("Fixed"), word("Rejected"), word("Others agree"), word("Seconds each")].map((name, index) =>
      h(index === 0 ? "th" : [2, 3, 5].includes(index) ? "th.end.spare" : "th.end", { scope: "col" }, say(name))))),
    h("tbody", {}, quality.reviewers.slice(0, 50).map((/** @type {any} */ person) => h("tr", {},
      h("td", {}, h("code", {}, person.reviewer.slice(0, 8))), h("td.end.number", {}, person.reviews.toLocaleString(language)),
      h("td.end.number.spare", {}, person.fixed), h("td.end.number.spare", {}, person.rejected),
      h("td.end.number", {}, person.judged ? percent(person.agreed / person.judged) : "–"),
      h("td.end.number.spare", {}, person.reviews ? (person.active_seconds / person.reviews).toFixed(1) : "–")))))));
}

/** @param {any[]} batches */
function batchCard(batches) {
  return h("section.card.stack", {}, h("h2", {}, say("Batches")), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, [word("Batch"), word("State"), word("Tasks"), word("Done")].map((name, index) => h(index > 1 ? "th.end" : "th", {}, say(name))))),
    h("tbody", {}, batches.map((batch) => h("tr", {}, h("td", { dir: "auto" }, batch.name),
      h("td", {}, h("span.badge", {}, say(states[batch.state] ?? batch.state))), h("td.end.number", {}, batch.counts.tasks.toLocaleString(language)),
      h("td.end.number", {}, batch.counts.completed.toLocaleString(language))))))));
}

/** @param {string} id
 * @param {any[]} exports
 * @param {any[]} formats of labelled sets
 * @param {() => any} again */
function exportCard(id, exports, formats, again) {
  const start = async (/** @type {string} */ format) => {
    const made = await post(`/api/projects/${id}/exports`, { format });
    const done = await get(`/api/exports/${made.id}?wait=120`);
    if (done.state === "failed") toast(done.problem, true);
    again();
  };
  return h("section.card.stack", {}, h("div.spread", {}, h("h2", {}, say("Exports")),
    h("div.row", {}, ["jsonl", "csv", "coco", "yolo"].map((format) =>
      h("button.button", { onclick: () => start(format) }, format.toUpperCase())),
      h("select.input", { "aria-label": say("Another format"), onchange: (/** @type {any} */ event) => event.target.value && start(event.target.value) },
        h("option", { value: "" }, say("Another format")), formats.filter((one) => !["jsonl", "coco", "yolo"].includes(one.id)).map((one) => h("option", { value: one.id, lang: "en" }, one.name))))),
    exports.length ? h("ul.plain", {}, exports.slice(0, 8).map((item) => h("li.spread", {},
      item.state === "completed"
        ? h("a", { href: `/api/exports/${item.id}/content`, download: true }, `${item.format.toUpperCase()} · ${new Date(item.created_at).toLocaleString(language)}`)
        : h("span", {}, `${item.format.toUpperCase()} · ${say(states[item.state] ?? item.state)}`),
      h("span.muted.number", {}, item.size === null ? "" : `${(item.size / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} kB`))))
      : h("p.muted", {}, say("JSON Lines holds everything; the others hold what their format can say.")));
}
