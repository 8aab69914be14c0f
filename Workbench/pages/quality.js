import { get, post, send } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { language, say, word } from "../core/words.js";
import { dialog, toast } from "../parts/dialog.js";

const percent = (/** @type {number} */ value, digits = 0) =>
  new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** Headings of charts, by the first word of their names.
 * @type {Record<string, string>} */
const headings = {
  agreement: word("Agreement over time"), confidence: word("How sure results are"),
  calibration: word("Confidence against review"), confusion: word("What is confused with what"),
  cost: word("What more answers buy"), annotators: word("Annotators, with intervals"),
  review: word("What became of results"), gold: word("Agreement with gold"),
};

/** @type {Record<string, string>} */
const goldStates = { live: word("in the stream"), suspect: word("in doubt"), retired: word("retired") };
/** @type {Record<string, string>} */
const goldReasons = { wrong: word("good annotators miss it"), leaked: word("annotators know it who miss others") };

/** How right a project's labels are, and what that is known from.
 * @param {string} id of the project
 * @param {boolean} mayChange whether gold may be made and retired */
export function qualityPage(id, mayChange) {
  const body = h("div.stack", { "aria-busy": "true" });
  load(id, body, mayChange);
  return h("main.page.stack", {}, h("p", {}, h("a", { href: `#/manage/${id}` }, `← ${say("Project")}`)), body);
}

/** @param {string} id
 * @param {HTMLElement} body
 * @param {boolean} mayChange */
async function load(id, body, mayChange) {
  try {
    const base = `/api/projects/${id}`;
    const [project, charts, gold] = await Promise.all([get(base), get(`${base}/quality/charts`), get(`${base}/gold`)]);
    const { insight } = charts;
    body.removeAttribute("aria-busy");
    fill(body, h("h1", { dir: "auto" }, say("Quality of {name}", { name: project.name })),
      tiles(insight), classCard(insight.classes), driftCard(insight.questions), confusedCard(insight.confused),
      charts.items.length ? h("div.charts", {}, charts.items.map((/** @type {any} */ chart) => figure(base, chart)))
        : h("p.muted", {}, say("Charts show once tasks are settled.")),
      goldCard(gold.items, mayChange, () => load(id, body, mayChange)), doubtCard(id, insight.doubts, mayChange));
  } catch (error) {
    body.removeAttribute("aria-busy");
    fill(body, h("p.error-text", { role: "alert" }, /** @type {Error} */ (error).message));
  }
}

/** @param {any} insight */
function tiles(insight) {
  const { accuracy, funnel } = insight;
  const tile = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ note) =>
    h("div.card.tile", {}, h("h2.small", {}, name), h("p.big.number", {}, value), h("p.muted", {}, note));
  return h("div.tiles", {},
    tile(say("Estimated accuracy"), accuracy ? percent(accuracy.estimate, 1) : "–",
      accuracy ? say("95 % interval {low} to {high}", { low: percent(accuracy.interval[0], 1), high: percent(accuracy.interval[1], 1) })
        : say("Known once a random sample was reviewed.")),
    tile(say("Reviewed"), funnel.reviewed.toLocaleString(language), say("{some} of {all}", { some: funnel.reviewed, all: funnel.settled })),
    tile(say("Changed by review"), (funnel.fixed + funnel.rejected).toLocaleString(language), say("{n} sent back", { n: funnel.rejected })));
}

/** A chart with its numbers.
 * @param {string} base
 * @param {any} chart */
function figure(base, chart) {
  const [head, ...rows] = chart.table;
  const known = headings[chart.name.split("-")[0]];
  const heading = known ? say(known) : chart.title;
  const name = chart.about ? `${heading}: ${chart.about}` : heading;
  return h("figure.card.stack.chart", { id: `chart-${chart.name}` },
    h("figcaption.spread", {}, h("h2", {}, heading, chart.about ? h("span.muted", { dir: "auto" }, ` ${chart.about}`) : null),
      h("a.button.quiet", { href: `${base}/quality/charts/${chart.name}.csv`, download: "" }, "CSV")),
    h("div.scroller", { tabindex: "0", role: "group", "aria-label": name },
      h("img", { src: `data:image/svg+xml,${encodeURIComponent(chart.svg)}`, alt: name, width: 640, height: 360 })),
    h("details", {}, h("summary", {}, say("Numbers")), h("div.scroller", { tabindex: "0", role: "group", "aria-label": say("Numbers") },
      h("table.table", {}, h("thead", {}, h("tr", {}, head.map((/** @type {string} */ name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, rows.map((/** @type {string[]} */ row) => h("tr", {}, row.map((cell, place) =>
          (place ? h("td.number", {}, cell) : h("th", { scope: "row", dir: "auto" }, cell))))))))));
}

/** Annotators who have become worse.
 * @param {any[]} questions */
function driftCard(questions) {
  const drifts = questions.flatMap((question) => question.drifts.map((/** @type {any} */ drift) => ({ ...drift, question: question.class })));
  if (!drifts.length) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Annotators who have become worse")), h("ul.plain", {}, drifts.map((drift) =>
    h("li", {}, h("code", {}, drift.annotator.slice(0, 8)), " ",
      say("“{question}”: {before} agreed, now {now}", { question: drift.question, before: percent(drift.before), now: percent(drift.now) })))));
}

/** How right the results of each class are.
 * @param {any[]} classes */
function classCard(classes) {
  const known = classes.filter((one) => one.interval && one.reviewed).slice(0, 100);
  if (known.length < 2) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Estimated accuracy by class")), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, [word("Class"), word("Accuracy"), word("95 % interval"), word("Tasks"), word("Reviewed")].map((name, place) =>
      h(place === 0 ? "th" : place > 2 ? "th.end.spare" : "th.end", { scope: "col" }, say(name))))),
    h("tbody", {}, known.map((one) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, one.name),
      h("td.end.number", {}, percent(one.estimate, 1)),
      h("td.end.number", {}, `${percent(one.interval[0], 1)} – ${percent(one.interval[1], 1)}`),
      h("td.end.number.spare", {}, one.tasks.toLocaleString(language)), h("td.end.number.spare", {}, one.reviewed.toLocaleString(language))))))));
}

/** What annotators take for each other.
 * @param {any[]} confused */
function confusedCard(confused) {
  if (!confused.length) return null;
  return h("section.card.stack", {}, h("h2", {}, say("Often confused")),
    h("p.muted", {}, say("Say in the instructions how to tell these apart.")),
    h("ul.plain", {}, confused.map((pair) => h("li", { dir: "auto" },
      say("“{truth}” is called “{said}” in {share} of {n} answers", { truth: pair.truth, said: pair.said, share: percent(pair.share), n: pair.of }),
      pair.class ? h("span.muted", {}, ` ${pair.class}`) : null))));
}

/** @param {any[]} gold
 * @param {boolean} mayChange
 * @param {() => void} again */
function goldCard(gold, mayChange, again) {
  const act = (/** @type {() => Promise<any>} */ call) => async () => {
    await call().then(again, (error) => toast(error.message, true));
  };
  return h("section.card.stack", {}, h("h2", {}, say("Gold tasks")),
    gold.length ? h("div.scroller", {}, h("table.table", {},
      h("thead", {}, h("tr", {}, [word("Task"), word("State"), word("Seen"), word("Agree"), word("Expected")].map((name, place) =>
        h(place > 1 ? "th.end" : "th", { scope: "col" }, say(name))), h("th", {}, h("span.visually-hidden", {}, say("Actions"))))),
      h("tbody", {}, gold.slice(0, 200).map((entry) => h("tr", {},
        h("td", {}, h("code", {}, entry.task.slice(-8))),
        h("td", {}, h("span.badge", {}, say(entry.kind === "training" ? word("training") : goldStates[entry.state])),
          entry.reason && entry.state === "suspect" ? h("span.error-text", {}, ` ${say(goldReasons[entry.reason])}`) : null),
        h("td.end.number", {}, entry.seen.toLocaleString(language)),
        h("td.end.number", {}, entry.judged ? percent(entry.agreed / entry.judged) : "–"),
        h("td.end.number", {}, entry.expected_share === null ? "–" : percent(entry.expected_share)),
        h("td.end", {}, !mayChange ? null : h("div.row.end", {},
          entry.state === "suspect" ? h("button.button", { onclick: act(() => send("PUT", `/api/tasks/${entry.task}/gold`, { kind: entry.kind })) }, say("Put back")) : null,
          h("button.button.quiet", { onclick: act(() => send("DELETE", `/api/tasks/${entry.task}/gold`)) }, say("Retire")))))))))
      : h("p.muted", {}, say("None yet. Import tasks with a known answer, or make gold of a result below.")));
}

/** Results that are least sure, to be looked at.
 * @param {string} project
 * @param {any[]} doubts
 * @param {boolean} mayChange */
function doubtCard(project, doubts, mayChange) {
  if (!doubts.length) return null;
  const review = async (/** @type {any} */ doubt) => {
    try {
      await post(`/api/tasks/${doubt.task}/review`);
      location.hash = `#/review/${project}/${doubt.task}`;
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  };
  return h("section.card.stack", {}, h("h2", {}, say("Where answers disagree most")), h("div.scroller", {}, h("table.table", {},
    h("thead", {}, h("tr", {}, [word("Task"), word("Confidence"), word("Answers")].map((name, place) => h(place > 1 ? "th.end.spare" : place ? "th.end" : "th", { scope: "col" }, say(name))),
      h("th", {}, h("span.visually-hidden", {}, say("Actions"))))),
    h("tbody", {}, doubts.slice(0, 50).map((doubt) => h("tr", {},
      h("td", { dir: "auto" }, h("code", {}, doubt.unique_id ?? doubt.task.slice(-8))),
      h("td.end.number", {}, percent(doubt.confidence)), h("td.end.number.spare", {}, doubt.answers),
      h("td.end", {}, h("div.row.end", {},
        h("button.button", { onclick: () => review(doubt) }, say("Review")),
        doubt.status === "completed" && mayChange ? h("button.button.quiet", { onclick: () => makeGold(doubt.task) }, say("Make gold")) : null))))))));
}

/** Makes a result the known answer of its task.
 * @param {string} task */
async function makeGold(task) {
  const reason = h("textarea.input", { rows: 3, maxlength: 4000, "aria-label": say("Why this answer is right") });
  const kind = await dialog(say("Make this result gold"), (close) => [
    h("p", {}, say("From now on its result is the known answer. Those who worked on it never get it.")), reason,
    h("div.row", {}, h("button.button.primary", { onclick: () => close("evaluation") }, say("For measuring")),
      h("button.button", { onclick: () => close("training") }, say("For practice")),
      h("button.button.quiet", { onclick: () => close() }, say("Cancel")))]);
  if (!kind) return;
  try {
    const explanation = /** @type {HTMLTextAreaElement} */ (reason).value.trim();
    await send("PUT", `/api/tasks/${task}/gold`, { kind, ...(explanation ? { explanation } : {}) });
    toast(say("It is gold now."));
  } catch (error) {
    toast(/** @type {Error} */ (error).message, true);
  }
}
