import { get, send, setClient, whenSignedOut } from "./core/api.js";
import { fill, h, icon } from "./core/dom.js";
import { setShortcuts } from "./core/keys.js";
import * as outbox from "./core/outbox.js";
import { learn, say, speak, wanted } from "./core/words.js";
import { signInPage, signUpPage } from "./pages/sign-in.js";
import { languageChoice } from "./parts/language.js";

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {any} */
let session = null;
/** @type {{ leave?: () => void } | null} */
let page = null;

const themes = ["auto", "light", "dark"];

function applyTheme() {
  const theme = localStorage.getItem("assay-theme") || "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function cycleTheme() {
  const theme = localStorage.getItem("assay-theme") || "auto";
  localStorage.setItem("assay-theme", themes[(themes.indexOf(theme) + 1) % themes.length]);
  applyTheme();
}

const mayManage = () => session.grants.some((/** @type {any} */ grant) => ["admin", "manager", "reviewer"].includes(grant.role));

/** What the person may do with a client's work, beside looking at it. */
const rights = () => ({ mayChange: session.grants.some((/** @type {any} */ grant) => ["admin", "manager"].includes(grant.role)), isAdmin: isAdmin() });

const isWorker = () => session.grants.some((/** @type {any} */ grant) => grant.role === "worker");

const isStaff = (/** @type {string} */ role) => session.grants.some((/** @type {any} */ grant) => grant.role === "operator" || grant.role === role);

const leads = () => isStaff("workforce_manager");

const pays = () => isStaff("payroll");

const leadsReviewers = () => isStaff("reviewer_lead");

const isAdmin = () => session.grants.some((/** @type {any} */ grant) => grant.role === "admin");

/** @param {string} place
 * @param {Node} content */
function framed(place, content) {
  const link = (/** @type {string} */ href, /** @type {string} */ name) =>
    h("a", { href, "aria-current": href === place ? "page" : null }, name);
  return [
    h("header.top", {}, h("a.brand", { href: "#/" }, "Assay"),
      h("nav", { "aria-label": say("Rooms") }, link("#/", say("Work")), mayManage() ? [link("#/manage", say("Manage")), link("#/explore", say("Explore"))] : null,
        isAdmin() ? [link("#/team", say("Team")), link("#/account", say("Costs"))] : null, isWorker() ? link("#/earnings", say("Earnings")) : null,
        leads() ? [link("#/workers", say("Workers")), link("#/board", say("Board")), link("#/conduct", say("Conduct"))] : null,
        leadsReviewers() ? link("#/reviewers", say("Reviewers")) : null, pays() ? link("#/pay", say("Pay")) : null),
      h("span.grow"), h("span.muted.who", {}, session.email || ""), languageChoice(),
      h("button.button.quiet.icon", { title: say("Light, dark, or as the system"), "aria-label": say("Theme"), onclick: cycleTheme }, icon("theme")),
      h("button.button.quiet.icon", { title: say("Sign out"), "aria-label": say("Sign out"), onclick: signOut }, icon("out"))),
    content];
}

async function signOut() {
  await send("DELETE", "/api/session").catch(() => {});
  session = null;
  location.hash = "#/";
  route();
}

async function route() {
  page?.leave?.();
  page = null;
  setShortcuts([]);
  const [, room, id, part] = location.hash.split("/");
  // Whoever goes straight to a task does not wait for what managers read.
  if (room !== "work" && room !== "review") await Promise.all([learn("manage"), learn("home")]);
  if (room === "join" && id) {
    const { joinPage } = await import("./pages/join.js");
    return fill(app, joinPage(id, entered));
  }
  if (!session) return fill(app, room === "sign-up" ? signUpPage(entered) : signInPage(entered));
  if ((room === "work" || room === "review") && id) {
    const [{ LabelPage }, { WorkSession }] = await Promise.all([import("./pages/label.js"), import("./pages/session.js")]);
    const labelPage = new LabelPage(new WorkSession(id, room === "review" ? "review" : "label", part));
    page = labelPage;
    import("./parts/rest.js").then(({ watchRest }) => watchRest(labelPage.element));
    get(`/api/work/${id}`).then(async ({ exposure }) => {
      if (exposure) (await import("./parts/veil.js")).veil(labelPage.element, exposure);
    }).catch(() => {});
    return fill(app, labelPage.element);
  }
  if (room === "manage" && mayManage()) {
    const { managePage, projectPage } = await import("./pages/manage.js");
    return fill(app, framed("#/manage", id ? projectPage(id, rights()) : managePage()));
  }
  if (room === "explore" && mayManage()) {
    const [{ DatasetPage, explorePage, looks }] = await Promise.all([import("./pages/explore.js"), learn("explore"), learn("pay"), learn("people")]);
    await looks;
    if (!id) return fill(app, framed("#/explore", explorePage(rights().mayChange)));
    const [own, asked] = id.split("?");
    const datasetPage = new DatasetPage(own, rights(), asked);
    page = datasetPage;
    return fill(app, framed("#/explore", datasetPage.element));
  }
  if (room === "quality" && id && mayManage()) {
    const { qualityPage } = await import("./pages/quality.js");
    return fill(app, framed("#/manage", qualityPage(id, rights().mayChange)));
  }
  if (room === "ontology" && id && mayManage()) {
    const { OntologyPage } = await import("./pages/ontology.js");
    const ontologyPage = new OntologyPage(id);
    page = ontologyPage;
    return fill(app, framed("#/manage", ontologyPage.element));
  }
  if (room === "feedback" && id) {
    const { feedbackPage } = await import("./pages/feedback.js");
    return fill(app, framed("#/", feedbackPage(id, part)));
  }
  if (room === "team" && isAdmin()) {
    const { teamPage } = await import("./pages/team.js");
    return fill(app, framed("#/team", teamPage()));
  }
  if (room === "account" && isAdmin()) {
    const [{ accountPage }] = await Promise.all([import("./pages/account.js"), learn("pay"), learn("people")]);
    return fill(app, framed("#/account", accountPage()));
  }
  if (room === "reviewers" && leadsReviewers()) {
    const [{ reviewersPage }] = await Promise.all([import("./pages/reviewers.js"), learn("pay"), learn("people")]);
    return fill(app, framed("#/reviewers", reviewersPage()));
  }
  if (room === "worker" && id && leads()) {
    const [{ workerPage }] = await Promise.all([import("./pages/worker.js"), learn("pay"), learn("people")]);
    return fill(app, framed("#/workers", workerPage(id)));
  }
  if (room === "earnings" && isWorker()) {
    const [{ earningsPage }] = await Promise.all([import("./pages/earnings.js"), learn("pay")]);
    return fill(app, framed("#/earnings", earningsPage()));
  }
  if (room === "pay" && pays()) {
    const [{ payPage }] = await Promise.all([import("./pages/pay.js"), learn("pay"), learn("people")]);
    return fill(app, framed("#/pay", payPage()));
  }
  if (room === "inbox" && isWorker()) {
    const [{ inboxPage }] = await Promise.all([import("./pages/inbox.js"), learn("pay")]);
    return fill(app, framed("#/", inboxPage()));
  }
  if ((room === "board" || room === "conduct") && leads()) {
    const [{ boardPage }, { conductPage }] = await Promise.all([import("./pages/board.js"), import("./pages/conduct.js"), learn("pay"), learn("people")]);
    return fill(app, framed(`#/${room}`, room === "board" ? boardPage() : conductPage()));
  }
  if (room === "workers" && leads()) {
    const [{ workersPage }] = await Promise.all([import("./pages/workers.js"), learn("pay"), learn("people")]);
    return fill(app, framed("#/workers", workersPage()));
  }
  const { queuePage } = await import("./pages/queue.js");
  fill(app, framed("#/", queuePage()));
}

/** @param {any} found */
function entered(found) {
  session = found;
  waiting = null;
  setClient(found.grants.find((/** @type {any} */ grant) => grant.client)?.client || "");
  outbox.flush();
  route();
}

// What a practice task was about is told wherever its receipt comes in.
document.addEventListener("assay:receipt", async (event) => {
  const { lesson, qualification } = /** @type {CustomEvent} */ (event).detail ?? {};
  if (lesson) (await import("./parts/lesson.js")).tellLesson(lesson);
  if (!qualification) return;
  await learn("home");
  (await import("./parts/exam-news.js")).tellExam(qualification);
});

/** Those who wait for somebody to sign in again.
 * @type {{ promise: Promise<void>, resolve: () => void } | null} */
let waiting = null;

// A sign-in that ran out does not throw the work away: it is asked for on top of it, and again if it was put aside.
whenSignedOut(() => {
  if (!session) return null;
  if (!waiting) {
    /** @type {() => void} */
    let resolve = () => {};
    waiting = { promise: new Promise((done) => { resolve = done; }), resolve };
  }
  if (!document.querySelector(".sign-in")) askToSignIn();
  return waiting.promise;
});

function askToSignIn() {
  const veil = h("dialog.plain-dialog", { onclose: () => veil.remove() }, signInPage((found) => {
    veil.close();
    // What the page shows may be another's.
    if (found.email !== session.email) {
      for (const one of document.querySelectorAll("dialog")) one.close();
      return entered(found);
    }
    session = found;
    outbox.flush();
    waiting?.resolve();
    waiting = null;
  }, say("Your sign-in has ended. Sign in again to go on; nothing is lost.")));
  document.body.append(veil);
  veil.showModal();
}

addEventListener("hashchange", route);
applyTheme();
speak(wanted()).then(() => get("/api/session")).then(entered).catch(() => route());
