/**
 * Every edit of a task, as it was made: what changed, and what was taken back. Replayed, it gives not only
 * the answer but its whole history, so undo reaches back across a reload.
 *
 * @typedef {import("./answer.js").Answer} Answer
 * @typedef {{ set?: import("./answer.js").Shape[], gone?: number[], order?: number[],
 *   links?: readonly import("./answer.js").Link[], values?: Readonly<Record<string, any>> }} Difference
 * @typedef {{ lease: string, number: number, kind: "start" | "push" | "undo" | "redo", answer?: Answer,
 *   difference?: Difference, seconds: number, at: number }} Edit
 */
import { reserveKeys } from "./answer.js";
import { run } from "./database.js";
import { History } from "./history.js";

/** What leads from one answer to the next.
 * @param {Answer} before
 * @param {Answer} after
 * @returns {Difference} */
export function difference(before, after) {
  /** @type {Difference} */
  const found = {};
  if (before.shapes !== after.shapes) {
    const old = new Set(before.shapes);
    const oldKeys = new Set(before.shapes.map((shape) => shape.key));
    const keys = after.shapes.map((shape) => shape.key);
    const here = new Set(keys);
    found.set = after.shapes.filter((shape) => !old.has(shape));
    found.gone = before.shapes.filter((shape) => !here.has(shape.key)).map((shape) => shape.key);
    const likely = [...before.shapes.map((shape) => shape.key).filter((key) => here.has(key)), ...keys.filter((key) => !oldKeys.has(key))];
    if (likely.some((key, i) => key !== keys[i])) found.order = keys;
  }
  if (before.links !== after.links) found.links = after.links;
  if (before.values !== after.values) found.values = after.values;
  return found;
}

/** @param {Answer} before
 * @param {Difference} change
 * @returns {Answer} */
export function applied(before, { set, gone, order, links, values }) {
  let { shapes } = before;
  if (set || gone) {
    const now = new Map(shapes.map((shape) => [shape.key, shape]));
    for (const key of gone ?? []) now.delete(key);
    for (const shape of set ?? []) now.set(shape.key, shape);
    shapes = order ? order.flatMap((key) => now.get(key) ?? []) : [...now.values()];
  }
  return { shapes, links: links ?? before.links, values: values ?? before.values };
}

const edits = (/** @type {string} */ lease) => IDBKeyRange.bound([lease, 0], [lease, Infinity]);

/** Forgets the edits of a task.
 * @param {string} lease */
export const forget = (lease) => run("edits", "readwrite", (store) => store.delete(edits(lease)));

/** The journal of one task. */
export class Journal {
  /** @param {string} lease
   * @param {number} number of the next edit */
  constructor(lease, number) {
    this.lease = lease;
    this.number = number;
    /** When the last edit was made: what the server has of that time is no newer. */
    this.at = 0;
    /** Number of the edit that the server wants next; null where it is to begin anew.
     * @type {number | null} */
    this.sent = null;
    /** What the server does not have.
     * @type {Edit[]} */
    this.unsent = [];
    /** What the task began with, until the first edit is kept.
     * @type {Answer | undefined} */
    this.first = undefined;
    /** Resolves when everything so far is on this disk.
     * @type {Promise<any>} */
    this.kept = Promise.resolve();
  }

  /**
   * Goes on where this browser stopped, or with what the server has, whichever is newer.
   * @param {string} lease
   * @param {{ answer: Answer, seconds: number, at: number }} start
   * @param {{ first: number, edits: Array<Omit<Edit, "lease" | "number">> }} [there] the edits that the server has
   * @returns {Promise<{ journal: Journal, history: History<Answer>, seconds: number }>}
   */
  static async open(lease, start, there) {
    /** @type {Edit[]} */
    const here = await run("edits", "readonly", (store) => store.getAll(edits(lease)));
    const server = (there?.edits ?? []).map((edit, i) => ({ ...edit, lease, number: (there?.first ?? 0) + i }));
    const [last, lastThere] = [here.at(-1), server.at(-1)];
    const next = lastThere ? lastThere.number + 1 : 0;
    if (last && here[0].kind === "start" && last.at >= Math.max(start.at, lastThere?.at ?? 0)) {
      const journal = new Journal(lease, last.number + 1);
      journal.at = last.at;
      const isOneLine = lastThere && here.some((edit) => edit.number === lastThere.number && edit.at === lastThere.at);
      journal.sent = isOneLine ? next : null;
      journal.unsent = here.filter((edit) => !isOneLine || edit.number >= next);
      return { journal, history: replay(here), seconds: last.seconds };
    }
    if (last) await forget(lease);
    if (lastThere && server[0].kind === "start" && lastThere.at >= start.at) {
      const journal = new Journal(lease, next);
      [journal.at, journal.sent] = [lastThere.at, next];
      for (const edit of server) journal.kept = run("edits", "readwrite", (store) => store.put(edit));
      return { journal, history: replay(server), seconds: lastThere.seconds };
    }
    const journal = new Journal(lease, 0);
    journal.first = start.answer;
    return { journal, history: new History(start.answer), seconds: start.seconds };
  }

  /** What is to be sent now; null where the server has everything.
   * @param {Answer} answer as it is now
   * @returns {{ first: number, edits: any[], reset?: boolean } | null} */
  parcel(answer) {
    if (!this.unsent.length) return null;
    const bare = this.unsent.map(({ lease, number, ...edit }) => edit);
    if (this.sent !== null) return { first: this.sent, edits: bare };
    // From the start on where that is here; else from where the task stands.
    if (this.unsent[0].kind === "start") return { first: this.unsent[0].number, edits: bare, reset: true };
    const { seconds, at } = /** @type {Edit} */ (this.unsent.at(-1));
    return { first: this.number - 1, edits: [{ kind: "start", answer, seconds, at }], reset: true };
  }

  /** @param {number} next number of the edit that the server wants next */
  arrived(next) {
    this.sent = next;
    this.unsent = this.unsent.filter((edit) => edit.number >= next);
  }

  /** The server has other edits, or too many: it begins anew from where the task stands. */
  parted() {
    this.sent = null;
    this.unsent = this.unsent.slice(-1).filter((edit) => edit.kind !== "start");
  }

  /** @param {"push" | "undo" | "redo"} kind
   * @param {Answer} before
   * @param {Answer} after
   * @param {number} seconds */
  write(kind, before, after, seconds) {
    const at = Date.now();
    // Nothing is kept of a task that was only looked at.
    if (this.first) this.put({ kind: "start", answer: this.first, seconds: 0, at });
    this.first = undefined;
    this.put({ kind, ...(kind === "push" ? { difference: difference(before, after) } : {}), seconds, at });
  }

  /** @param {Omit<Edit, "lease" | "number">} edit */
  put(edit) {
    const whole = { lease: this.lease, number: this.number, ...edit };
    this.at = edit.at;
    this.number += 1;
    this.unsent.push(whole);
    this.kept = run("edits", "readwrite", (store) => store.put(whole));
  }
}

/** @param {Edit[]} known
 * @returns {History<Answer>} */
function replay(known) {
  const history = new History(/** @type {Answer} */ (known[0].answer));
  for (const edit of known.slice(1)) {
    if (edit.kind === "undo") history.undo();
    else if (edit.kind === "redo") history.redo();
    else history.push(applied(history.state, edit.difference ?? {}));
  }
  let last = 0;
  for (const { answer, difference: change } of known) {
    for (const list of [answer?.shapes, answer?.links, change?.set, change?.links]) {
      for (const { key } of list ?? []) if (key > last) last = key;
    }
  }
  reserveKeys(last);
  return history;
}
