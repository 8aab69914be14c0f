/** Times something is tried while the network is away. */
const tries = 8;

/** Tries again while the network or the server is away, ever later.
 * @template T
 * @param {() => Promise<T>} action
 * @returns {Promise<T>} */
export async function persistently(action) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await action();
    } catch (error) {
      if (tried === tries || !/** @type {any} */ (error).isPassing) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tried, 15_000)));
    }
  }
}
