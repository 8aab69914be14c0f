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
  budgetSpent: word("The project's budget is spent."),
  shareTaken: word("You have had your share of what is left; the rest is for others."),
  examining: word("Answer what you have in hand; then it goes on."),
  noQuestions: word("The project has no tasks left to examine you by."),
  doneByYou: word("You have answered or skipped all that is left."),
  noneLeft: word("Every task has been answered."),
  empty: word("The project has no tasks yet."),
};

/** Says that there is no task now, and why.
 * @param {any} reason as the server has it
 * @param {() => void} again looks for one */
export function noTask(reason, again) {
  const element = note(reason, again);
  // The answer in hand is on its way: what comes after it is asked for again by itself.
  if (reason?.code === "examining") setTimeout(() => element.isConnected && again(), examPause);
  return element;
}

/** Milliseconds until it is asked again whether an examination goes on. */
const examPause = 1000;

/** @param {any} reason
 * @param {() => void} again */
const note = (reason, again) => h("div.note.stack", {},
  h("h2", {}, reason?.code === "noneLeft" || reason?.code === "doneByYou" ? say("All done") : say("Nothing to do now")),
  h("p.muted", {}, say(reasons[reason?.code] ?? word("There is nothing to do."))),
  reason?.next_deadline
    ? h("p.muted", {}, say("{n} in the hands of others; the first may come back at {time}.", {
      n: reason.leased, time: new Date(reason.next_deadline).toLocaleTimeString(language) })) : null,
  h("div.row.center", {}, h("button.button", { onclick: again }, say("Look again")),
    h("a.button.primary", { href: "#/" }, say("Back to the queue"))));
