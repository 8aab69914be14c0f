/**
 * One tab a task: two that worked on the same one would overwrite each other. A claim is a lock of the
 * browser, so it goes with the tab, however that ends. Pages that came without TLS have no such locks; there
 * the tabs ask each other.
 */

/** How to let go of what this tab holds.
 * @type {Map<string, () => void>} */
const held = new Map();
/** Milliseconds within which another tab says that it has a task. */
const answerTime = 80;

const channel = navigator.locks ? null : new BroadcastChannel("assay-tabs");
channel?.addEventListener("message", ({ data }) => {
  if (data.wanted && held.has(data.wanted)) channel.postMessage({ taken: data.wanted });
});

/** Claims a task for this tab.
 * @param {string} lease
 * @returns {Promise<boolean>} false where another tab has it */
export function claim(lease) {
  if (held.has(lease)) return Promise.resolve(true);
  return navigator.locks ? lock(lease) : ask(lease);
}

/** @param {string} lease
 * @returns {Promise<boolean>} */
function lock(lease) {
  return new Promise((resolve) => {
    navigator.locks.request(`assay-${lease}`, { ifAvailable: true }, (found) => {
      resolve(found !== null);
      return found && new Promise((done) => held.set(lease, () => done(undefined)));
    });
  });
}

/** @param {string} lease
 * @returns {Promise<boolean>} */
function ask(lease) {
  return new Promise((resolve) => {
    let isOver = false;
    const end = (/** @type {boolean} */ isFree) => {
      if (isOver) return;
      isOver = true;
      channel?.removeEventListener("message", listen);
      if (isFree) held.set(lease, () => {});
      resolve(isFree);
    };
    const listen = (/** @type {MessageEvent} */ { data }) => { if (data.taken === lease) end(false); };
    channel?.addEventListener("message", listen);
    channel?.postMessage({ wanted: lease });
    setTimeout(() => end(true), answerTime);
  });
}

/** @param {string} lease */
export function release(lease) {
  held.get(lease)?.();
  held.delete(lease);
}
