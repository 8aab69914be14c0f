import { h } from "../core/dom.js";
import { moment } from "../core/money.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";

/** Tells how far somebody is with the course and the examination, and what it came to.
 * @param {any} news as the server has it */
export function tellExam(news) {
  if (news.state === "learning") {
    if (news.lessons_done < news.lessons) return toast(say("Course: {some} of {n} done", { some: news.lessons_done, n: news.lessons }));
    if (!news.questions_done) return toast(say("The course is done. Now the examination: {n} tasks, without hints.", { n: news.questions }));
    return toast(say("Examination: {some} of {n} answered", { some: news.questions_done, n: news.questions }));
  }
  const score = say("{right} of {n} were right.", { right: news.right, n: news.asked });
  const next = news.state === "passed" ? say("From now on you get the live work.")
    : !news.tries_left ? say("There are no tries left.")
      : news.again_after ? say("You can try again from {time}.", { time: moment(news.again_after) }) : say("You can try again now.");
  dialog(news.state === "passed" ? say("Passed") : say("Not passed"), (close) => [h("p", {}, score, " ", next),
    h("div.row", {}, h("button.button.primary", { autofocus: true, onclick: () => { close(); location.reload(); } }, say("Go on")),
      news.state === "passed" ? null : h("a.button", { href: "#/", onclick: () => close() }, say("Back to the queue")))]);
}
