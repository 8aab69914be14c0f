/** Times something is tried while the network is away. */
const tries = 8;

/** Tries again while the network or the server is away, ever later.
 * @template T
 * @param {() => Promise<T>} action
 * @param {(reason: string) => void} [wait] is told why, each time before it is tried again
 * @returns {Promise<T>} */
export async function persistently(action, wait) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await action();
    } catch (error) {
      if (tried === tries || !/** @type {any} */ (error).isPassing) throw error;
      wait?.(/** @type {Error} */ (error).message);
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tried, 15_000)));
    }
  }
}
