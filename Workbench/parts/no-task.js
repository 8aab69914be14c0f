import { h } from "../core/dom.js";
import { language, say, word } from "../core/words.js";

/** Why there is no task, by the server's word for it.
 * @type {Record<string, string>} */
const reasons = {
  projectPaused: word("The project is paused."),
  batchesPaused: word("What is left is in batches that are paused or still being staged."),
  allLeased: word("What is left is in the hands of others; some of it may come back."),
  calibrating: word("The instructions are being tried out by a few before the rest is handed out."),
  escalated: word("What is left waits for a manager's decision."),
  keptForOthers: word("What is left is kept for other groups of annotators."),
  doneByYou: word("You have answered or skipped all that is left."),
  noneLeft: word("Every task has been answered."),
  empty: word("The project has no tasks yet."),
};

/** Says that there is no task now, and why.
 * @param {any} reason as the server has it
 * @param {() => void} again looks for one */
export const noTask = (reason, again) => h("div.note.stack", {},
  h("h2", {}, reason?.code === "noneLeft" || reason?.code === "doneByYou" ? say("All done") : say("Nothing to do now")),
  h("p.muted", {}, say(reasons[reason?.code] ?? word("There is nothing to do."))),
  reason?.next_deadline
    ? h("p.muted", {}, say("{n} in the hands of others; the first may come back at {time}.", {
      n: reason.leased, time: new Date(reason.next_deadline).toLocaleTimeString(language) })) : null,
  h("div.row.center", {}, h("button.button", { onclick: again }, say("Look again")),
    h("a.button.primary", { href: "#/" }, say("Back to the queue"))));
