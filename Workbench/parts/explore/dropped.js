/** @typedef {{ path: string, file: File }} Dropped */

/** The files of a drop, those in folders too, without hidden ones.
 * @param {DragEvent} event
 * @returns {Promise<Dropped[]>} */
export async function dropped(event) {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosen(event.dataTransfer?.files ?? []);
  /** @type {Dropped[]} */
  const files = [];
  const walk = async (/** @type {any} */ entry, /** @type {string} */ path) => {
    if (entry.isFile) {
      files.push({ path: path + entry.name, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const found = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!found.length) return;
      for (const one of found) await walk(one, `${path}${entry.name}/`);
    }
  };
  for (const entry of entries) await walk(entry, "");
  return files.filter(({ file }) => !file.name.startsWith("."));
}

/** The files of a choice.
 * @param {Iterable<File>} files
 * @returns {Dropped[]} */
export const chosen = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
