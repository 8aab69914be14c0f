import { problemWords } from "./problems.js";
import { say } from "./words.js";

/** A problem the server answered with (RFC 9457). */
export class Problem extends Error {
  /** @param {number} status
   * @param {any} json */
  constructor(status, json) {
    super(problemWords(status, json));
    this.status = status;
    this.type = json?.type || "";
    this.remedy = json?.remedy || "";
  }

  /** Whether sending it again later can help: the network or the server was not there. */
  get isPassing() { return this.status === 0 || this.status >= 500 || this.status === 429; }
}

let client = "";

/** @type {() => Promise<void> | null} */
let signedInAgain = () => null;

/** Names what is done where a sign-in has ended.
 * @param {() => Promise<void> | null} action settles when somebody has signed in again; null where nobody is asked */
export function whenSignedOut(action) { signedInAgain = action; }

/** Names the client that requests are about.
 * @param {string} id */
export function setClient(id) { client = id; }

/** An address that an element asks by itself, with the client it is about.
 * @param {string} path */
export const withClient = (path) => (client ? `${path}${path.includes("?") ? "&" : "?"}client=${client}` : path);

/**
 * Sends a request to the API.
 * @param {string} method
 * @param {string} path
 * @param {any} [body] sent as JSON
 * @returns {Promise<any>} the answer's JSON; null where there is none
 */
export const send = (method, path, body) => (body === undefined ? request(method, path, {})
  : request(method, path, { "Content-Type": "application/json" }, JSON.stringify(body)));

/**
 * Sends what is no JSON: a file, lines, a form.
 * @param {string} path
 * @param {Blob | FormData | string} content
 * @returns {Promise<any>} the answer's JSON */
export const postContent = (path, content) => request("POST", path, {}, content);

/** As `postContent`, to a place that is there.
 * @param {string} path
 * @param {Blob} content
 * @returns {Promise<any>} */
export const putContent = (path, content) => request("PUT", path, {}, content);

/** @param {string} method
 * @param {string} path
 * @param {Record<string, string>} headers
 * @param {BodyInit} [body]
 * @returns {Promise<any>} */
async function request(method, path, headers, body) {
  if (client) headers["X-Assay-Client"] = client;
  let response;
  try {
    response = await fetch(path, { method, headers, credentials: "same-origin", body });
  } catch {
    throw new Problem(0, { detail: say("The server cannot be reached. Your work is kept here.") });
  }
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const problem = new Problem(response.status, json);
    const again = response.status === 401 && path !== "/api/session" ? signedInAgain() : null;
    // What was only asked for is asked for again; what was to be done, whoever did it decides about.
    if (!again || method !== "GET") throw problem;
    await again;
    return request(method, path, headers, body);
  }
  return json;
}

/** @param {string} path */
export const get = (path) => send("GET", path);
/** @param {string} path
 * @param {any} [body] */
export const post = (path, body = {}) => send("POST", path, body);
