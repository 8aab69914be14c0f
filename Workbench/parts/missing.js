import { moment } from "../core/money.js";
import { say } from "../core/words.js";
import { levelWords, named } from "./languages.js";

/** What somebody lacks to work on a project.
 * @param {any} one */
export function missingWords(one) {
  switch (one.missing) {
    case "language": return `${named("language", one.value)} (${levelWords(one.level)})`;
    case "skill": return one.value;
    case "paused": return say("a decision that paused you to be lifted");
    case "consent": return say("that you agree to the terms of work");
    case "opt_in": return say("that you will see what may be hard to see");
    case "rest": return say("a rest: today's {n} minutes are over", { n: one.minutes });
    case "examination": return one.after ? say("another try at its examination, from {time}", { time: moment(one.after) }) : say("an examination that you did not pass");
    default: return say("people of other countries");
  }
}
