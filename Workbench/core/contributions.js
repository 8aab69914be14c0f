import { get, post, send } from "./api.js";
import { persistently } from "./persistently.js";
import { sendPart } from "./send-part.js";

/** Bytes of one part: what is lost at most when the network goes. */
const part = 1024 * 1024;

/** @typedef {{ id: string, question: number, name: string, size: number, received: number, file: string | null, type: string | null, link: string | null }} Contribution */

/** The files that were contributed to one task, by the ids that answers have. */
export class Contributions {
  /** @type {Map<string, Contribution>} */
  known = new Map();
  /** Files on their way. */
  pending = 0;

  /** @param {string} base of the project's work
   * @param {any} lease */
  constructor(base, lease) {
    this.path = `${base}/leases/${lease.id}/files`;
    /** Whether files can be added; a reviewer sees what others gave. */
    this.isOpen = lease.stage === "label";
    /** @type {Promise<void> | null} */
    this.loading = null;
  }

  /** Asks for what there is, once. */
  load() {
    return this.loading ??= get(this.path).then(({ items }) => this.note(items), () => { this.loading = null; });
  }

  /** @param {Contribution[]} items */
  note(items) { for (const item of items) if (item.file) this.known.set(item.file, item); }

  /** Sends a file part by part; where the network goes, it goes on from what has arrived.
   * @param {number} question
   * @param {Blob} content
   * @param {string} name
   * @param {(share: number) => void} tell 0…1
   * @param {AbortSignal} signal
   * @returns {Promise<Contribution>} */
  async send(question, content, name, tell, signal) {
    this.pending += 1;
    try {
      let now = await persistently(() => post(this.path, { question, name, size: content.size }));
      while (!now.file) {
        if (signal.aborted) {
          await send("DELETE", `${this.path}/${now.id}`);
          signal.throwIfAborted();
        }
        const from = now.received;
        // All of it has come, and another request is looking at it.
        if (from === content.size) await new Promise((resolve) => setTimeout(resolve, 500));
        tell(from / content.size);
        now = await sendPart(`${this.path}/${now.id}`, content, from, part, async () => (await get(this.path)).items.find((/** @type {any} */ one) => one.id === now.id));
      }
      this.note([now]);
      return now;
    } finally {
      this.pending -= 1;
    }
  }
}
