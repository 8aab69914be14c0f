/** The one place that speaks to the page's policy for Trusted Types, which stands in the way of HTML text. */
const policy = globalThis.trustedTypes?.createPolicy("app", {
  createScriptURL: (/** @type {string} */ address) => {
    if (new URL(address, location.href).origin !== location.origin) throw new TypeError("Not ours.");
    return address;
  },
  // For `inert` alone, whose documents run nothing and are never shown.
  createHTML: (/** @type {string} */ text) => text,
});

/** Starts a worker of our own.
 * @param {URL} address */
export function worker(address) {
  return new Worker(/** @type {any} */ (policy?.createScriptURL(address.href) ?? address), { type: "module" });
}

/** Reads HTML into a document of its own, in which no script runs and nothing is fetched.
 * @param {string} text */
export function inert(text) {
  return new DOMParser().parseFromString(/** @type {any} */ (policy?.createHTML(text) ?? text), "text/html");
}
