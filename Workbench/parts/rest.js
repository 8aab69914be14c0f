import { learn, say } from "../core/words.js";
import { toast } from "./dialog.js";

/** Minutes at work without a pause after which one is told to rest, and minutes that make a pause. */
const stretch = 50;
const pause = 5;
const minute = 60_000;

/** When this stretch of work began, and when something was last done; over all tasks of the tab. */
let began = 0;
let last = 0;

/** Says when it is time to rest.
 * @param {HTMLElement} page where work is done */
export function watchRest(page) {
  const note = () => {
    const now = Date.now();
    if (now - last > pause * minute) began = now;
    last = now;
    if (now - began < stretch * minute) return;
    began = now;
    learn("home").then(() => toast(say("You have worked for {n} minutes. Rest your eyes for a few.", { n: stretch })));
  };
  for (const kind of ["pointerdown", "keydown"]) page.addEventListener(kind, note, { passive: true });
}
