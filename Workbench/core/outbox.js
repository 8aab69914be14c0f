/**
 * Answers until their receipts are in: kept in this browser first, then sent until the server has them. A
 * closed tab, a crash or an hour offline loses nothing.
 *
 * @typedef {{ lease: string, project: string, body: any, path: string, tries: number, problem?: string }} Parcel
 */
import { Problem, send } from "./api.js";
import { run } from "./database.js";
import { forget } from "./journal.js";

/** Receipts that this browser remembers. */
const mostReceipts = 200;

/** @returns {Promise<Parcel[]>} */
export const parcels = () => run("parcels", "readonly", (store) => store.getAll());

/** @type {Set<(waiting: number, problem: string) => void>} */
const watchers = new Set();

/** Is told how many answers wait, and why.
 * @param {(waiting: number, problem: string) => void} watcher */
export function watch(watcher) {
  watchers.add(watcher);
  report();
  return () => watchers.delete(watcher);
}

async function report() {
  const waiting = await parcels();
  const problem = waiting.find((parcel) => parcel.problem)?.problem || "";
  for (const watcher of watchers) watcher(waiting.length, problem);
}

/** Takes an answer: kept here first, then sent until the server has it.
 * @param {string} project
 * @param {string} lease
 * @param {string} path
 * @param {any} body */
export async function post(project, lease, path, body) {
  await run("parcels", "readwrite", (store) => store.put({ project, lease, path, body, tries: 0 }));
  await forget(lease);
  flush();
}

let isFlushing = false;
/** Whether something came while others were sent. */
let isMore = false;
/** @type {number | undefined} */
let timer;

/** Sends what waits. One at a time, oldest first; refused for good is kept and shown. */
export async function flush() {
  if (isFlushing) {
    isMore = true;
    return;
  }
  isFlushing = true;
  clearTimeout(timer);
  try {
    for (const parcel of await parcels()) {
      if (parcel.problem) continue;
      try {
        const receipt = await send("POST", parcel.path, parcel.body);
        await run("parcels", "readwrite", (store) => store.delete(parcel.lease));
        await keepReceipt(parcel.project, receipt);
        document.dispatchEvent(new CustomEvent("assay:receipt", { detail: receipt }));
      } catch (error) {
        const problem = /** @type {Problem} */ (error);
        if (problem.isPassing || problem.status === 401) {
          timer = setTimeout(flush, Math.min(30000, 1000 * 2 ** parcel.tries));
          await run("parcels", "readwrite",
            (store) => store.put({ ...parcel, tries: parcel.tries + 1 }));
          break;
        }
        await run("parcels", "readwrite",
          (store) => store.put({ ...parcel, problem: problem.message }));
        document.dispatchEvent(new CustomEvent("assay:refused", { detail: { parcel, problem } }));
      }
    }
  } finally {
    isFlushing = false;
    report();
    if (isMore) {
      isMore = false;
      flush();
    }
  }
}

/** @param {string} project
 * @param {any} receipt */
async function keepReceipt(project, receipt) {
  await run("receipts", "readwrite", (store) => store.put({ at: Date.now(), project, receipt }));
  const all = await receipts();
  if (all.length > mostReceipts) {
    await run("receipts", "readwrite", (store) => store.delete(IDBKeyRange.upperBound(all[mostReceipts].at)));
  }
}

/** Receipts of what was sent from here, the last one first.
 * @returns {Promise<Array<{ at: number, project: string, receipt: any }>>} */
export const receipts = async () => (await run("receipts", "readonly", (store) => store.getAll())).reverse();

addEventListener("online", () => flush());
