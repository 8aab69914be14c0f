import { fill, h } from "../../core/dom.js";
import { isDrawn } from "../../core/ontology.js";
import { forget } from "../../core/journal.js";
import { keepWithin } from "../../core/keys.js";
import { say } from "../../core/words.js";
import { LabelPage } from "../../pages/label.js";
import { toast } from "../dialog.js";

/** The labelling surface itself, on a made-up task whose answer goes nowhere. */
export class Preview {
  /** @type {LabelPage | null} */
  page = null;
  element = h("div.preview", {});

  /** @param {import("../../core/answer.js").Ontology} ontology
   * @param {string} instructions */
  show(ontology, instructions) {
    // The hand is on it: it is shown anew when the hand has left.
    if (this.element.contains(document.activeElement)) {
      this.waiting = () => this.show(ontology, instructions);
      this.element.addEventListener("focusout", () => setTimeout(() => this.waiting?.(), 0), { once: true });
      return;
    }
    this.waiting = undefined;
    this.close();
    if (!ontology.classes.length) return;
    keepWithin(this.element);
    this.page = new LabelPage(/** @type {any} */ (new PreviewSession(ontology, instructions)));
    // It is a part of another page here.
    for (const landmark of [this.page.stageArea, this.page.panel]) landmark.setAttribute("role", "group");
    fill(this.element, this.page.element);
  }

  close() {
    this.page?.leave();
    this.page = null;
    keepWithin(null);
    fill(this.element);
  }
}

/** What `WorkSession` is to real work. */
class PreviewSession {
  project = "preview";
  stage = "label";
  reason = null;

  /** @param {import("../../core/answer.js").Ontology} ontology
   * @param {string} instructions */
  constructor(ontology, instructions) {
    const hasShapes = ontology.classes.some(isDrawn);
    const hasSpans = ontology.classes.some((one) => one.kind === "span");
    this.lease = {
      id: "preview", stage: "label",
      guide: { name: say("Preview"), ontology, instructions },
      task: {
        id: "preview", prelabels: null,
        params: hasSpans || !hasShapes ? { text: sampleText } : {}, media: hasShapes ? { image: sampleImage() } : {},
      },
    };
  }

  async start() { await forget(this.lease.id); }
  async next() { return { ...this.lease }; }
  async submit() { toast(say("In real work this answer would be sent.")); }
  async verdict() {}
  async skip() {}
  async unreadable() {}
  async saveEdits() {}
  heartbeat() {}
  leave() { forget(this.lease.id); }
}

const sampleText = "Ada Lovelace wrote the first program in London in 1843. — الخوارزمي كتب في بغداد. 東京タワーは333メートルです。";

/** @type {string | undefined} */
let picture;

/** A street, drawn here: nobody's data. */
function sampleImage() {
  if (picture) return picture;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [960, 640];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const box = (/** @type {string} */ style, /** @type {number[]} */ ...areas) => {
    context.fillStyle = style;
    for (let at = 0; at < areas.length; at += 4) context.fillRect(areas[at], areas[at + 1], areas[at + 2], areas[at + 3]);
  };
  const disc = (/** @type {string} */ style, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r) => {
    context.fillStyle = style;
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.fill();
  };
  box("#bcd9ea", 0, 0, 960, 640);
  box("#b9a58c", 60, 120, 220, 300); box("#9c8b78", 330, 60, 200, 360); box("#c7b9a3", 640, 160, 260, 260);
  box("#5d7482", 90, 150, 40, 60, 160, 150, 40, 60, 90, 250, 40, 60, 160, 250, 40, 60, 360, 100, 50, 70, 440, 100, 50, 70, 680, 200, 60, 60, 790, 200, 60, 60);
  box("#8d9490", 0, 420, 960, 40); box("#55595c", 0, 460, 960, 180); box("#e8e4d4", 60, 545, 120, 10, 260, 545, 120, 10, 460, 545, 120, 10, 660, 545, 120, 10);
  box("#6a4e36", 585, 300, 18, 130); disc("#4d7f4f", 594, 270, 62); disc("#5d9160", 560, 300, 40);
  box("#b5413a", 130, 470, 230, 62); box("#b5413a", 175, 430, 130, 44); box("#cfe3ee", 186, 438, 50, 32, 246, 438, 50, 32);
  disc("#22262a", 180, 534, 26); disc("#22262a", 312, 534, 26);
  box("#2f6f8f", 700, 505, 180, 60); disc("#22262a", 740, 566, 24); disc("#22262a", 845, 566, 24); box("#d9e8ee", 735, 480, 100, 30);
  disc("#d8a47f", 470, 440, 18); box("#44566c", 452, 458, 36, 70); box("#2f3640", 454, 528, 14, 52, 472, 528, 14, 52);
  picture = canvas.toDataURL("image/png");
  return picture;
}
