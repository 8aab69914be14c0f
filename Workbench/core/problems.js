/**
 * What the server refuses, in the reader's language: by the stable type of the problem. What only it knows (which
 * value, which limit) stays in its own words, after the sentence.
 */
import { language, say, word } from "./words.js";

/** By type; the second says whether the server's own words belong to it.
 * @type {Record<string, [string, boolean?]>} */
const sentences = {
  "unknown-invitation": [word("The invitation is unknown, has been used, or is over. Ask for a new one.")],
  "import-key-reused": [word("Other content was sent under this key already."), true],
  "request-key-reused": [word("Other content was sent under this key already."), true],
  "unique-id-exists": [word("The unique id is taken."), true],
  invalid: [word("A value is not right."), true],
  "not-json": [word("This is not JSON."), true],
  annotation: [word("The answer does not fit the ontology."), true],
  ontology: [word("The ontology cannot be used."), true],
  "contributed-before": [word("This file was contributed already. Send one that nobody has sent.")],
  "not-possible": [word("This is not possible now."), true],
  "not-eligible": [word("The project asks for something that you have not said of yourself."), true],
  "lease-ended": [word("The task is no longer yours: your time for it is over.")],
  "answered-differently": [word("The task was answered already, with other content.")],
  "reworks-exhausted": [word("The task cannot be sent back again: accept or fix it.")],
  "lease-limit": [word("You hold as many tasks as you may. Answer or release some.")],
  "already-running": [word("This is being done already. Wait for it to end.")],
  "too-large": [word("This is too large."), true],
  "unsupported-media": [word("This file cannot be used."), true],
  "egress-refused": [word("The address was not fetched."), true],
  "wrong-password": [word("The address and the password do not belong together.")],
  "too-many-attempts": [word("Too many failed attempts. Try again later."), true],
  "no-space": [word("The server's disk is full. Nothing of this was kept.")],
  "sealed-data-broken": [word("Stored data cannot be opened. Tell whoever runs the server."), true],
  internal: [word("Something went wrong on the server. It is safe to try again.")],
  "not-signed-in": [word("Sign in first.")],
  forbidden: [word("Your role does not allow this.")],
  "cross-site": [word("The request came from another site.")],
  busy: [word("The server is busy. Try again.")],
  storage: [word("The data could not be read or written. Tell whoever runs the server.")],
  "not-found": [word("There is nothing at this address.")],
  "wrong-method": [word("There is nothing at this address.")],
  "unknown-link": [word("There is nothing at this address.")],
  "link-ended": [word("This address has ended. Ask for a new one.")],
  range: [word("There is nothing at this address.")],
  changed: [word("There is nothing at this address.")],
  "import-refused": [word("Nothing was imported."), true],
};

/** What an answer that is no success says to the reader.
 * @param {number} status
 * @param {any} json the problem (RFC 9457), if it is one
 * @returns {string} */
export function problemWords(status, json) {
  const detail = json?.detail ?? "";
  if (detail && language === "en") return detail;
  const type = String(json?.type ?? "").replace("/problems/", "");
  const [sentence, isSpecific] = sentences[type]
    ?? (type.startsWith("unknown-") ? [word("This is not there, or you may not see it.")]
      : type.endsWith("-exists") ? [word("There is one of this name already."), true] : ["", true]);
  if (!sentence) return detail || say("The server answered with {status}.", { status: String(status) });
  // Apart from the sentence around it, so that each reads in its own direction.
  return isSpecific && detail ? `${say(sentence)} \u2068${detail}\u2069` : say(sentence);
}
