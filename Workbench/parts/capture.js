import { fill, h } from "../core/dom.js";
import { say, word } from "../core/words.js";
import { clockFace } from "./clock-face.js";
import { dialog } from "./dialog.js";

/** @typedef {"image" | "audio" | "video"} Medium */

/** Longest recording, in seconds: half an hour. */
const longest = 30 * 60;
/** Recordings as browsers make them, the first that this one can. */
const kinds = { audio: ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg"], video: ["video/webm;codecs=vp8,opus", "video/mp4"] };
const titles = { image: word("Take a photo"), audio: word("Record"), video: word("Film") };

/** Whether this browser may use a camera or microphone at all: only where the page came over a safe way. */
export const canCapture = () => Boolean(navigator.mediaDevices) && typeof navigator.mediaDevices.getUserMedia === "function";

/** Makes a photograph, a recording or a film with what the device has.
 * @param {Medium} medium
 * @returns {Promise<{ content: Blob, name: string } | undefined>} none where it was given up */
export async function capture(medium) {
  /** @type {MediaStream | null} */
  let stream = null;
  const made = await dialog(say(titles[medium]), (close) => {
    const stage = h("div.capture.stack", {}, h("p.muted", { role: "status" }, say("Waiting for the device…")));
    navigator.mediaDevices.getUserMedia(wanted(medium)).then((opened) => {
      stream = opened;
      // The dialog may be gone by now.
      if (!stage.isConnected) return halt(opened);
      fill(stage, medium === "image" ? camera(opened, close) : recorder(medium, opened, close));
    }, (error) => fill(stage, h("p.error-text", { role: "alert" }, reason(error)), h("div.row", {}, h("button.button", { type: "button", onclick: () => close() }, say("Close")))));
    return [stage];
  });
  if (stream) halt(stream);
  return made ?? undefined;
}

/** @param {Medium} medium */
function wanted(medium) {
  const video = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
  return medium === "image" ? { video } : medium === "audio" ? { audio: true } : { audio: true, video };
}

/** @param {MediaStream} stream */
const halt = (stream) => stream.getTracks().forEach((track) => track.stop());

/** @param {any} error */
const reason = (error) => (error.name === "NotAllowedError" ? say("The browser does not let this page use the device. Allow it beside the address, and try again.")
  : error.name === "NotFoundError" ? say("This device has no camera or microphone.") : say("The device cannot be used: {reason}", { reason: error.message }));

/** A name that says when.
 * @param {string} ending */
const named = (ending) => `${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.${ending}`;

/** @param {MediaStream} stream
 * @param {(made?: any) => void} close */
function camera(stream, close) {
  const view = preview(stream);
  return [view, h("div.row", {}, h("button.button.primary", {
    type: "button", autofocus: true, onclick: async () => {
      // The camera may show nothing yet.
      if (!view.videoWidth) return;
      const canvas = h("canvas", { width: view.videoWidth, height: view.videoHeight });
      canvas.getContext("2d").drawImage(view, 0, 0);
      canvas.toBlob((/** @type {Blob} */ content) => close({ content, name: named("jpg") }), "image/jpeg", 0.92);
    },
  }, say("Take it")), h("button.button.quiet", { type: "button", onclick: () => close() }, say("Cancel")))];
}

/** What the camera sees, without its sound.
 * @param {MediaStream} stream */
function preview(stream) {
  const view = h("video", { autoplay: true, playsinline: true, muted: true, "aria-label": say("What the camera sees") });
  view.muted = true;
  view.srcObject = stream;
  return view;
}

/** @param {"audio" | "video"} medium
 * @param {MediaStream} stream
 * @param {(made?: any) => void} close */
function recorder(medium, stream, close) {
  const type = kinds[medium].find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
  /** @type {Blob[]} */
  let parts = [];
  /** @type {MediaRecorder | null} */
  let running = null;
  let seconds = 0, clock = 0;
  const time = h("output.number.capture-time", { "aria-live": "off" }, clockFace(0));
  const area = h("div.stack.tight"), buttons = h("div.row");
  const cancel = h("button.button.quiet", { type: "button", onclick: () => close() }, say("Cancel"));
  const button = (/** @type {string} */ text, /** @type {() => void} */ action, main = true) => h(main ? "button.button.primary" : "button.button", { type: "button", onclick: action }, text);
  const begin = () => {
    [parts, seconds] = [[], 0];
    running = new MediaRecorder(stream, type ? { mimeType: type } : {});
    running.ondataavailable = (event) => { if (event.data.size) parts.push(event.data); };
    running.onstop = () => { clearInterval(clock); if (area.isConnected) heard(); };
    running.start(1000);
    clock = setInterval(() => { seconds += 1; time.textContent = clockFace(seconds); if (seconds >= longest || !area.isConnected) running?.stop(); }, 1000);
    fill(area, medium === "video" ? preview(stream) : null, h("p.recording", { role: "status" }, say("Recording…"), " ", time));
    time.textContent = clockFace(0);
    fill(buttons, button(say("Stop"), () => running?.stop()), cancel);
    buttons.querySelector("button")?.focus();
  };
  const heard = () => {
    const content = new Blob(parts, { type: type.split(";")[0] });
    const url = URL.createObjectURL(content);
    const player = h(medium, { src: url, controls: true, "aria-label": say("What was recorded") });
    fill(area, player);
    fill(buttons, button(say("Use it"), () => { URL.revokeObjectURL(url); close({ content, name: named(type.includes("mp4") ? "mp4" : type.includes("ogg") ? "ogg" : "webm") }); }), button(say("Once more"), () => { URL.revokeObjectURL(url); begin(); }, false), cancel);
    buttons.querySelector("button")?.focus();
  };
  fill(area, medium === "video" ? preview(stream) : h("p.muted", {}, say("Ready to record.")));
  fill(buttons, button(say("Begin"), begin), cancel);
  return [area, buttons];
}
