import { say, word } from "../core/words.js";

/** What is done about how somebody works, as they are told.
 * @type {Record<string, string>} */
const told = {
  warn: word("A warning"), pause: word("You are paused on this project"), retrain: word("You must qualify again"),
  lower_weight: word("Your answers count for less"), hold_pay: word("Your pay on this project is held"),
  requeue: word("Your answers are asked for again from others"), ask_more: word("One more person is asked about your tasks"),
};

/** @param {string} action */
export const actionWords = (action) => say(told[action] ?? action);

// What the standard rules say to whom they concern.
word("Your answers do not depend on what the tasks show.");
word("Your answers come faster than a task can be read, and do not depend on what it shows.");
word("Your answers are another person's.");
word("Your answers are another person's, and come faster than a task can be read.");
word("Your answers are those of another account on the same device.");
word("Several accounts work from your device; somebody looks at it before it is paid.");
word("Too many of your answers to tasks whose answer is known were wrong.");
word("Several of your texts are nearly the same as others.");
word("You drew exactly the same on different tasks.");
word("Several of your texts read like those of a language model.");
word("You skipped many tasks in a row.");

/** A reason in the reader's language, where it is the standard rules'.
 * @param {string} reason */
export const reasonWords = (reason) => say(reason);
