import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { say } from "../core/words.js";
import { dialog, toast } from "./dialog.js";
import { field } from "./field.js";
import { form } from "./section.js";

/** Writes to one worker, or to all of them.
 * @param {{ worker: string, email: string }} [one] to whom; nobody for all */
export async function writeTo(one) {
  const answer = await dialog(one ? say("Write to {name}", { name: one.email }) : say("Write to all of the workforce"), (close) => {
    const text = h("textarea.input", { rows: 5, required: true, maxlength: 5000, dir: "auto" });
    return form(close, () => post("/api/messages", { text: text.value, ...(one ? { workers: [one.worker] } : {}) }), [field(say("Message"), text)], say("Send"));
  });
  if (answer) toast(say("Sent to {n}.", { n: answer.sent }));
}
