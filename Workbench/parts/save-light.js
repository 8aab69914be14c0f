import { h } from "../core/dom.js";
import { say } from "../core/words.js";

/**
 * Says quietly where the work is: saved on the server, saved here, or waiting for a way out.
 */
export class SaveLight {
  constructor() {
    this.element = h("span.status", { role: "status" }, say("Saved"));
    this.waiting = 0;
    this.problem = "";
    /** Whether the server has the last edit of the task. */
    this.isThere = true;
    /** Whether this disk has it. */
    this.isHere = true;
    this.edits = 0;
  }

  /** @param {Promise<any>} kept resolves when the edit is on this disk */
  edited(kept) {
    this.edits += 1;
    const edit = this.edits;
    [this.isHere, this.isThere] = [false, false];
    kept.then(() => {
      if (edit === this.edits) this.isHere = true;
      this.show();
    }, () => this.show());
    this.show();
  }

  /** @param {Promise<any>} sent resolves when the server has it */
  async sent(sent) {
    const edit = this.edits;
    await sent.then(() => { if (edit === this.edits) this.isThere = true; }, () => {});
    this.show();
  }

  /** What was not sent is another task's matter now. */
  next() {
    [this.isHere, this.isThere] = [true, true];
    this.show();
  }

  /** @param {number} waiting answers without a receipt
   * @param {string} problem of one that was refused */
  waits(waiting, problem) {
    [this.waiting, this.problem] = [waiting, problem];
    this.show();
  }

  get words() {
    if (this.problem) return say("An answer was refused");
    if (this.waiting) return navigator.onLine ? say("{n} waiting", { n: this.waiting }) : say("Offline: {n} waiting", { n: this.waiting });
    if (!this.isHere) return say("Saving…");
    if (!this.isThere) return navigator.onLine ? say("Saved here") : say("Saved here, offline");
    return say("Saved");
  }

  show() {
    if (this.element.textContent !== this.words) this.element.textContent = this.words;
    this.element.classList.toggle("is-waiting", this.waiting > 0);
    this.element.classList.toggle("error-text", Boolean(this.problem));
  }
}
