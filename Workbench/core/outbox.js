/**
 * What was done here and is not yet safe on the server: every edit as a draft, every answer until
 * its receipt is in. Lies in IndexedDB, so a closed tab, a crash or an hour offline loses nothing.
 *
 * @typedef {{ lease: string, project: string, annotations: any[], seconds: number, at: number }} Draft
 * @typedef {{ lease: string, project: string, body: any, path: string, tries: number, problem?: string }} Parcel
 */
import { Problem, send } from "./api.js";

/** @type {Promise<IDBDatabase> | undefined} */
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("assay", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("drafts", { keyPath: "lease" });
      request.result.createObjectStore("parcels", { keyPath: "lease" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** @param {string} store @param {IDBTransactionMode} mode @param {(s: IDBObjectStore) => IDBRequest} act */
async function run(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    // Said at once, so that a tab that closes now does not take the edit with it.
    if (mode === "readwrite") transaction.commit();
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** @param {Draft} draft */
export const keepDraft = (draft) => run("drafts", "readwrite", (store) => store.put(draft));
/** @param {string} lease @returns {Promise<Draft | undefined>} */
export const draft = (lease) => run("drafts", "readonly", (store) => store.get(lease));
/** @param {string} lease */
export const dropDraft = (lease) => run("drafts", "readwrite", (store) => store.delete(lease));
/** @returns {Promise<Parcel[]>} */
export const parcels = () => run("parcels", "readonly", (store) => store.getAll());

/** @type {Set<(waiting: number, problem: string) => void>} */
const watchers = new Set();

/** Is told how many answers wait, and why. @param {(waiting: number, problem: string) => void} watcher */
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
 * @param {string} project @param {string} lease @param {string} path @param {any} body */
export async function post(project, lease, path, body) {
  await run("parcels", "readwrite", (store) => store.put({ project, lease, path, body, tries: 0 }));
  await dropDraft(lease);
  flush();
}

let isFlushing = false;
/** @type {number | undefined} */
let timer;

/** Sends what waits. One at a time, oldest first; refused for good is kept and shown. */
export async function flush() {
  if (isFlushing) return;
  isFlushing = true;
  clearTimeout(timer);
  try {
    for (const parcel of await parcels()) {
      if (parcel.problem) continue;
      try {
        const receipt = await send("POST", parcel.path, parcel.body);
        await run("parcels", "readwrite", (store) => store.delete(parcel.lease));
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
  }
}

/** Forgets an answer that the server will not take. @param {string} lease */
export async function discard(lease) {
  await run("parcels", "readwrite", (store) => store.delete(lease));
  report();
}

addEventListener("online", () => flush());
