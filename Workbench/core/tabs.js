/**
 * One tab a task: two that worked on the same one would overwrite each other. A claim is a lock of the
 * browser, so it goes with the tab, however that ends.
 */

/** How to let go of what this tab holds.
 * @type {Map<string, () => void>} */
const held = new Map();

/** Claims a task for this tab.
 * @param {string} lease
 * @returns {Promise<boolean>} false where another tab has it */
export function claim(lease) {
  if (held.has(lease) || !navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`assay-${lease}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise((done) => held.set(lease, () => done(undefined)));
    });
  });
}

/** @param {string} lease */
export function release(lease) {
  held.get(lease)?.();
  held.delete(lease);
}
