import { putContent } from "./api.js";
import { persistently } from "./persistently.js";

/** Sends the next bytes of something that is taken in part by part.
 * @param {string} path of it
 * @param {Blob} content all of it
 * @param {number} from how many bytes came before
 * @param {number} size bytes of a part
 * @param {() => Promise<any>} look asks how far it came
 * @param {(reason: string) => void} [wait] is told why nothing comes through
 * @returns {Promise<any>} how far it is then */
export const sendPart = (path, content, from, size, look, wait) => persistently(async () => {
  try {
    return await putContent(`${path}/content?offset=${from}`, content.slice(from, from + size));
  } catch (error) {
    // What arrived although its answer did not is not sent again.
    if (/** @type {any} */ (error).type !== "/problems/not-possible") throw error;
    return look();
  }
}, wait);
