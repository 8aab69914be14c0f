import { get, post } from "../../core/api.js";
import { persistently } from "../../core/persistently.js";
import { sendPart } from "../../core/send-part.js";
import { tar } from "./tar.js";

/** Bytes of one part: what is lost at most when the network goes. */
const part = 4 * 1024 * 1024;

/** @typedef {import("./dropped.js").Dropped} Dropped */
/** @typedef {{ set?: string, mask_personal_data?: boolean, replace?: boolean, format?: string }} Options */

/** Sends a labelled set of any format: one file as it is, several as one archive, part by part. One that was begun
 * before, in another tab or on another day, goes on where it ended.
 * @param {string} dataset
 * @param {Dropped[]} files
 * @param {Options} options
 * @param {(share: number, read: number, reason?: string) => void} tell 0…1 of the bytes, then items that are read; the
 *   reason where it waits
 * @returns {Promise<any>} the upload at its end */
export async function sendSet(dataset, files, options, tell) {
  const path = `/api/datasets/${dataset}/uploads`;
  const one = files.length === 1;
  const content = one ? files[0].file : tar(files);
  const fingerprint = await mark(files);
  const name = one ? files[0].file.name : `${files[0].path.split("/")[0]}.tar`;
  const known = (await get(path)).items.find((/** @type {any} */ upload) =>
    upload.state === "receiving" && upload.name === name && upload.size === content.size && upload.fingerprint === fingerprint
      && upload.set === (options.set ?? "truth") && upload.mask_personal_data === Boolean(options.mask_personal_data) && upload.replace === Boolean(options.replace));
  let upload = known ?? await post(path, { name, size: content.size, fingerprint, ...options });
  while (upload.state === "receiving") {
    const from = upload.received;
    tell(from / content.size, 0);
    upload = await sendPart(`${path}/${upload.id}`, content, from, part, () => get(`${path}/${upload.id}`), (reason) => tell(from / content.size, 0, reason));
  }
  while (upload.state === "reading") {
    const { read } = upload.report;
    tell(1, read);
    await new Promise((resolve) => setTimeout(resolve, 300));
    upload = await persistently(() => get(`${path}/${upload.id}`), (reason) => tell(1, read, reason));
  }
  return upload;
}

/** Eight digits by which the same files are known again.
 * @param {Dropped[]} files */
async function mark(files) {
  const text = files.map(({ path, file }) => `${path} ${file.size} ${file.lastModified}`).join("\n");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash).slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
