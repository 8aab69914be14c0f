import { fill, h } from "../core/dom.js";

/** Opens a dialog and waits for its end.
 * @param {string} title
 * @param {(close: (value?: any) => void) => any} body
 * @returns {Promise<any>} what it was closed with */
export function dialog(title, body) {
  return new Promise((resolve) => {
    const heading = h("h2", { id: "dialog-title" }, title);
    const element = h("dialog.stack", { "aria-labelledby": "dialog-title" });
    /** @type {any} */
    let result;
    const close = (/** @type {any} */ value) => { result = value; element.close(); };
    closesWithPage(element);
    element.addEventListener("close", () => {
      // What is still to be read there stays.
      const tray = element.querySelector(":scope > .toasts");
      if (tray) document.body.append(tray);
      element.remove();
      resolve(result);
    });
    fill(element, heading, body(close));
    document.body.append(element);
    element.showModal();
  });
}

/** What a dialog is about is gone with the page that it was opened on.
 * @param {any} element a dialog */
export function closesWithPage(element) {
  // The news of a page that was left before may come late.
  const page = location.hash;
  const leave = () => { if (location.hash !== page) element.close(); };
  addEventListener("hashchange", leave);
  element.addEventListener("close", () => removeEventListener("hashchange", leave));
}

/** A short message that goes by itself.
 * @param {string} text
 * @param {boolean} [isProblem] */
export function toast(text, isProblem = false) {
  // Above a dialog that is open nothing else is seen, nor told to a screen reader.
  const host = [...document.querySelectorAll("dialog:modal")].pop() ?? document.body;
  let tray = host.querySelector(":scope > .toasts");
  if (!tray) host.append(tray = h("div.toasts"));
  const element = h(isProblem ? "div.toast.problem" : "div.toast", { role: isProblem ? "alert" : "status" }, text);
  /** @type {Element} */ (tray).append(element);
  setTimeout(() => element.remove(), isProblem ? 8000 : 3000);
}

/** Tells a screen reader.
 * @param {string} text */
export function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}
