/** What this browser keeps, in IndexedDB: every edit until its answer is safe, answers until their receipts are in. */

/** @type {Promise<IDBDatabase> | undefined} */
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("assay", 2);
    request.onupgradeneeded = () => {
      const database = request.result;
      if (database.objectStoreNames.contains("drafts")) database.deleteObjectStore("drafts");
      if (!database.objectStoreNames.contains("parcels")) database.createObjectStore("parcels", { keyPath: "lease" });
      database.createObjectStore("edits", { keyPath: ["lease", "number"] });
      database.createObjectStore("receipts", { keyPath: "at" });
    };
    request.onsuccess = () => {
      // Another tab with a newer page must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** One act in one transaction, on disk when it is done.
 * @param {"parcels" | "edits" | "receipts"} store
 * @param {IDBTransactionMode} mode
 * @param {(s: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>} */
export async function run(store, mode, act) {
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
