import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { language, say } from "../../core/words.js";
import { dialog, toast } from "../dialog.js";

/** A class, attribute or option by its names.
 * @param {string | string[]} place */
const named = (place) => `“${Array.isArray(place) ? place.join(" › ") : place}”`;

/** A step in words.
 * @param {any} step */
function words(step) {
  if (step.rename) return say("{name} is renamed “{to}”", { name: named(step.rename), to: step.to });
  if (step.delete) return say("{name} is deleted", { name: named(step.delete) });
  if (step.merge) return say("{name} is merged into {to}", { name: step.merge.map(named).join(", "), to: named(step.into) });
  if (step.split) return say("{name} is split by “{by}” into {to}", { name: named(step.split), by: step.by, to: Object.values(step.into).map(named).join(", ") });
  return say("{name} becomes another kind: {to}", { name: named(step.retype), to: step.to.kind });
}

/** What a migration does to labels, as a table.
 * @param {any} report */
function effects(report) {
  const notes = [
    report.unknown ? say("{n} labels of earlier versions have no class in the new one and will not be seen.", { n: report.unknown }) : "",
    report.breaking ? say("{n} answers do not keep the new ontology as they are. They stay; who edits them is asked to mend them.", { n: report.breaking }) : "",
    report.in_hand ? say("{n} tasks are in somebody's hands. They go on by the version they began with.", { n: report.in_hand }) : "",
  ].filter(Boolean);
  return [
    report.steps.length ? h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("Change") }, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", {}, say("Change")), h("th.end", {}, say("Labels")), h("th.end", {}, say("Lost")))),
      h("tbody", {}, report.steps.map((/** @type {any} */ { step, labels, lost }) => h("tr", {}, h("td", { dir: "auto" }, words(step)),
        h("td.end.number", {}, labels.toLocaleString(language)), h(lost ? "td.end.number.error-text" : "td.end.number", {}, lost.toLocaleString(language)))))))
      : h("p.muted", {}, say("No label is touched.")),
    notes.map((note) => h("p", {}, note))];
}

/**
 * Shows what saving would do.
 * @param {any} report of a dry run
 * @param {number} answers of the project
 * @returns {Promise<"along" | "new" | undefined>} whether labels go along, or only new tasks have it
 */
export const changesDialog = (report, answers) => dialog(say("Save version {n}", { n: report.version }), (close) => [
  effects(report),
  h("p.muted", {}, answers ? say("Labels that were given stay as they were stored; the change can be undone.") : say("There are no answers yet.")),
  h("div.row", {}, h("button.button.primary", { onclick: () => close("along"), autofocus: true }, say("Save, labels go along")),
    h("button.button", { onclick: () => close("new") }, say("For new tasks only")),
    h("button.button.quiet", { onclick: () => close() }, say("Keep editing")))]);

/**
 * The versions of an ontology, and a button that takes the last migration back.
 * @param {string} project
 * @param {any[]} versions the first one first
 * @param {() => void} undone
 */
export function versionsCard(project, versions, undone) {
  const undoable = versions.find((one) => one.undoable);
  const undo = async () => {
    try {
      const report = await post(`/api/projects/${project}/migrations`, { undo: true, dry_run: true });
      const isSure = await dialog(say("Undo the migration to version {n}?", { n: undoable.version }), (close) => [
        h("p", {}, say("Labels from before it are as they were. Those given since are carried back as far as they say what there was.")), effects(report),
        h("div.row", {}, h("button.button.primary", { onclick: () => close(true) }, say("Undo it")), h("button.button.quiet", { onclick: () => close() }, say("Cancel")))]);
      if (!isSure) return;
      await post(`/api/projects/${project}/migrations`, { undo: true });
      toast(say("It is undone."));
      undone();
    } catch (error) {
      toast(/** @type {Error} */ (error).message, true);
    }
  };
  const how = (/** @type {any} */ one) => (one.undoes ? say("undoes the migration to version {n}", { n: one.undoes })
    : one.steps === undefined ? (one.version === 1 ? say("as it was made") : say("for tasks made since"))
      : one.steps ? say("{n} changes, labels went along", { n: one.steps }) : say("labels went along"));
  return h("section.card.stack", {}, h("div.spread", {}, h("h2", {}, say("Versions")),
    undoable ? h("button.button", { onclick: undo }, say("Undo the last migration…")) : null),
  h("div.scroller", { tabindex: 0, role: "region", "aria-label": say("Versions") }, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", {}, say("Version")), h("th", {}, say("Made")), h("th", {}, say("How")), h("th.end", {}, say("Classes")))),
    h("tbody", {}, versions.slice().reverse().slice(0, 50).map((one) => h("tr", {}, h("td.number", {}, one.version),
      h("td", {}, new Date(one.created_at).toLocaleString(language)), h("td", {}, how(one)), h("td.end.number", {}, one.classes)))))));
}
