/** Starts workers of our own under the page's policy, which trusts no other address. */
const policy = globalThis.trustedTypes?.createPolicy("app", {
  createScriptURL: (/** @type {string} */ address) => {
    if (new URL(address, location.href).origin !== location.origin) throw new TypeError("Not ours.");
    return address;
  },
});

/** @param {URL} address */
export function worker(address) {
  return new Worker(/** @type {any} */ (policy?.createScriptURL(address.href) ?? address), { type: "module" });
}
