import { get, post, send } from "../core/api.js";
import { fill, h, icon } from "../core/dom.js";
import { dialog, toast } from "../parts/dialog.js";

const share = (/** @type {number} */ part, /** @type {number} */ whole) => (whole ? Math.round((100 * part) / whole) : 0);
const percent = (/** @type {number | null} */ value) => (value === null || value === undefined ? "–" : `${Math.round(value * 100)} %`);

const sample = {
  name: "", instructions: "# What to do\n\nDraw a box around every object of a class.",
  ontology: { classes: [{ name: "cat", kind: "box" }, { name: "dog", kind: "box" }] },
  plan: { answers: { min: 2, max: 3, targetConfidence: 0.9 } },
};

/** Every project of the client with its progress. */
export function managePage() {
  const list = h("div", { "aria-busy": "true" });
  loadProjects(list);
  return h("main.page.stack", {},
    h("div.spread", {}, h("h1", {}, "Projects"),
      h("button.button.primary", { onclick: () => createProject(list) }, icon("plus"), "New project")), list);
}

/** @param {HTMLElement} list */
async function loadProjects(list) {
  try {
    const { items } = await get("/api/projects?limit=1000");
    list.removeAttribute("aria-busy");
    if (!items.length) {
      return fill(list, h("div.card.stack", {}, h("h2", {}, "No projects yet"),
        h("p.muted", {}, "Make one here, or with the API or `assay project create`.")));
    }
    fill(list, h("div.card.flush.scroller", {}, h("table.table", {},
      h("thead", {}, h("tr", {}, ["Project", "Progress", "Open", "In review", "Done", "Answers"].map((name, index) =>
        h(index > 1 ? "th.end" : "th", {}, name)))),
      h("tbody", {}, items.map(projectRow)))));
  } catch (error) {
    fill(list, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} project */
function projectRow(project) {
  const counts = project.counts;
  const done = share(counts.completed, counts.tasks);
  const meter = h("div.meter", { role: "progressbar", "aria-valuenow": done, "aria-label": `${done} % done` }, h("i"));
  meter.style.setProperty("--share", `${done}%`);
  return h("tr", {},
    h("td", {}, h("a.strong", { href: `#/manage/${project.id}`, dir: "auto" }, project.name),
      project.state === "active" ? null : [" ", h("span.badge", {}, project.state)]),
    h("td.wide-cell", {}, meter),
    [counts.open, counts.in_review, counts.completed, counts.answers].map((value) => h("td.end.number", {}, value.toLocaleString())));
}

/** @param {HTMLElement} list */
async function createProject(list) {
  const made = await dialog("New project", (close) => {
    const message = h("p.error-text", { role: "alert" });
    const name = h("input.input", { required: true, maxlength: 200, autofocus: true });
    const definition = h("textarea.input.code", { rows: 14, spellcheck: "false" });
    definition.value = JSON.stringify({ ...sample, name: undefined }, null, 2);
    return h("form.stack", {
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        try {
          close(await post("/api/projects", { ...JSON.parse(definition.value), name: name.value }));
        } catch (error) {
          message.textContent = /** @type {Error} */ (error).message;
        }
      },
    }, h("label.field", {}, h("span", {}, "Name"), name),
      h("label.field", {}, h("span", {}, "Ontology, instructions and quality plan (JSON)"), definition), message,
      h("div.row", {}, h("button.button.primary", { type: "submit" }, "Make the project"),
        h("button.button.quiet", { type: "button", onclick: () => close() }, "Cancel")));
  });
  if (!made) return;
  toast(`“${made.name}” is made. Import tasks with the API or \`assay task import\`.`);
  loadProjects(list);
}

/** One project: progress, agreement, people, exports.
 * @param {string} id */
export function projectPage(id) {
  const body = h("div.stack", { "aria-busy": "true" });
  loadProject(id, body);
  return h("main.page.stack", {}, h("p", {}, h("a", { href: "#/manage" }, "← Projects")), body);
}

/** @param {string} id
 * @param {HTMLElement} body */
async function loadProject(id, body) {
  try {
    const [project, quality, batches, exports] = await Promise.all([
      get(`/api/projects/${id}`), get(`/api/projects/${id}/quality`),
      get(`/api/projects/${id}/batches`), get(`/api/projects/${id}/exports`)]);
    body.removeAttribute("aria-busy");
    const counts = project.counts;
    fill(body,
      h("div.spread", {}, h("h1", { dir: "auto" }, project.name), h("div.row", {},
        h("a.button", { href: `#/work/${id}` }, "Label"),
        h("a.button", { href: `#/ontology/${id}` }, "Ontology"),
        h("button.button", {
          onclick: async () => {
            await send("PATCH", `/api/projects/${id}`, { state: project.state === "active" ? "paused" : "active" });
            loadProject(id, body);
          },
        }, project.state === "active" ? "Pause" : "Resume"))),
      h("div.tiles", {}, tile("Done", `${share(counts.completed, counts.tasks)} %`, `${counts.completed.toLocaleString()} of ${counts.tasks.toLocaleString()}`),
        tile("Open", counts.open.toLocaleString(), `${counts.in_review} in review`),
        tile("Answers", counts.answers.toLocaleString(), savings(quality)),
        tile("Mean confidence", percent(quality.mean_confidence), `${quality.tasks_measured.toLocaleString()} tasks settled`)),
      agreementCard(quality), annotatorCard(quality), batchCard(batches.items), exportCard(id, exports.items, body));
  } catch (error) {
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} quality */
function savings(quality) {
  const saved = quality.answers_at_maximum - quality.answers_measured;
  return saved > 0 ? `${share(saved, quality.answers_at_maximum)} % fewer than the most the plan allows` : "";
}

/** @param {string} name
 * @param {string} value
 * @param {string} note */
function tile(name, value, note) {
  return h("div.card.tile", {}, h("h2.small", {}, name), h("p.big.number", {}, value), h("p.muted", {}, note));
}

const measures = /** @type {Record<string, string>} */ ({
  krippendorffNominal: "Krippendorff α", krippendorffOrdinal: "Krippendorff α, ordinal",
  meanF1: "Mean F1 at IoU 0.5", meanSimilarity: "Mean similarity",
});

/** @param {any} quality */
function agreementCard(quality) {
  return h("section.card.stack", {}, h("h2", {}, "Agreement"),
    quality.agreement.length ? h("div.bars", {}, quality.agreement.map((/** @type {any} */ item) => {
      const meter = h("div.meter", {}, h("i"));
      meter.style.setProperty("--share", `${Math.max(0, item.value) * 100}%`);
      return h("div.bar-row", {}, h("span", { dir: "auto" }, item.class), meter,
        h("span.number", {}, item.value.toFixed(3)), h("span.muted", {}, `${measures[item.measure] || item.measure}, ${item.tasks} tasks`));
    })) : h("p.muted", {}, "Agreement shows once tasks have two answers or more."));
}

/** @param {any} quality */
function annotatorCard(quality) {
  if (!quality.annotators.length) return null;
  return h("section.card.stack", {}, h("h2", {}, "Annotators"), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, ["Annotator", "Answers", "Agrees with the result", "Skipped", "Median pace"].map((name, index) =>
      h(index ? "th.end" : "th", {}, name.replace("Median pace", "Seconds each"))))),
    h("tbody", {}, quality.annotators.slice(0, 50).map((/** @type {any} */ person) => h("tr", {},
      h("td", {}, h("code", {}, person.annotator.slice(0, 8))), h("td.end.number", {}, person.answers.toLocaleString()),
      h("td.end.number", {}, person.judged ? percent(person.agreed / person.judged) : "–"),
      h("td.end.number", {}, person.skipped), h("td.end.number", {},
        person.answers ? (person.active_seconds / person.answers).toFixed(1) : "–")))))));
}

/** @param {any[]} batches */
function batchCard(batches) {
  return h("section.card.stack", {}, h("h2", {}, "Batches"), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, ["Batch", "State", "Tasks", "Done"].map((name, index) => h(index > 1 ? "th.end" : "th", {}, name)))),
    h("tbody", {}, batches.map((batch) => h("tr", {}, h("td", { dir: "auto" }, batch.name),
      h("td", {}, h("span.badge", {}, batch.state === "inProgress" ? "in progress" : batch.state)), h("td.end.number", {}, batch.counts.tasks.toLocaleString()),
      h("td.end.number", {}, batch.counts.completed.toLocaleString())))))));
}

/** @param {string} id
 * @param {any[]} exports
 * @param {HTMLElement} body */
function exportCard(id, exports, body) {
  const start = async (/** @type {string} */ format) => {
    const made = await post(`/api/projects/${id}/exports`, { format });
    const done = await get(`/api/exports/${made.id}?wait=120`);
    if (done.state === "failed") toast(done.problem, true);
    loadProject(id, body);
  };
  return h("section.card.stack", {}, h("div.spread", {}, h("h2", {}, "Exports"),
    h("div.row", {}, ["jsonl", "csv", "coco", "yolo"].map((format) =>
      h("button.button", { onclick: () => start(format) }, format.toUpperCase())))),
    exports.length ? h("ul.plain", {}, exports.slice(0, 8).map((item) => h("li.spread", {},
      item.state === "completed"
        ? h("a", { href: `/api/exports/${item.id}/content`, download: true }, `${item.format.toUpperCase()} · ${new Date(item.created_at).toLocaleString()}`)
        : h("span", {}, `${item.format.toUpperCase()} · ${item.state}`),
      h("span.muted.number", {}, item.size === null ? "" : `${(item.size / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })} kB`))))
      : h("p.muted", {}, "JSON Lines holds everything; COCO and YOLO hold boxes."));
}
