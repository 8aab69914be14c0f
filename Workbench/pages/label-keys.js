import { toast } from "../parts/dialog.js";
import { palette } from "../parts/palette.js";
import { showReceipts } from "../parts/receipts.js";
import { say, word } from "../core/words.js";

const onCanvas = () => document.activeElement?.localName === "canvas";

/** Tools by the letters that annotators have in their fingers: the first class of the kind becomes active. */
const kindKeys = [["R", "box", word("Box")], ["O", "ellipse", word("Ellipse")], ["P", "polygon", word("Polygon")], ["K", "keypoints", word("Keypoints")]];

/**
 * Every key of the labelling page.
 * @param {any} page a `LabelPage`
 * @param {readonly any[]} drawn the classes of objects
 * @returns {import("../core/keys.js").Shortcut[]}
 */
export function labelShortcuts(page, drawn) {
  const { editor } = page;
  const hasObjects = Boolean(editor) && drawn.length > 0;
  return [
    { keys: "Ctrl+Enter", label: page.stage === "review" ? word("Accept") : word("Submit"), run: () => page.submit(), inFields: true },
    ...(editor ? [] : [{ keys: "Enter", label: word("Submit"), run: () => page.submit() }]),
    { keys: "Ctrl+Space", label: word("Skip"), run: () => page.skip(), inFields: true },
    { keys: "Ctrl+Z", label: word("Undo"), run: () => editor?.undoPoint() || page.history.undo() },
    { keys: "Ctrl+Shift+Z Ctrl+Y", label: word("Redo"), run: () => page.history.redo() },
    { keys: "Ctrl+S", label: word("Say whether all is saved"), run: () => toast(page.light.words), inFields: true },
    ...digits(page, drawn, hasObjects),
    ...(!editor && Array.isArray(page.lease?.task.params.candidates) ? comparisonKeys(page) : []),
    ...(hasObjects ? drawn.filter((definition) => definition.hotkey).map((definition) =>
      ({ keys: definition.hotkey, label: word("Class “{name}”"), values: { name: definition.name }, run: () => page.pickClass(definition.id) })) : []),
    ...(hasObjects ? objectKeys(page, editor) : []),
    ...(hasObjects && editor !== page.image ? textKeys(editor) : []),
    ...(hasObjects && editor === page.image ? imageKeys(page, editor, drawn) : []),
    { keys: "Ctrl+Shift+E", label: word("Receipts of what was sent from here"), run: showReceipts },
    ...(page.review ? [
      { keys: "J", label: word("Next difference"), run: () => page.review.step(1) },
      { keys: "Shift+J", label: word("Difference before"), run: () => page.review.step(-1) },
    ] : []),
    { keys: "I", label: word("Instructions"), run: () => page.showInstructions() },
    { keys: "Ctrl+K F1 ?", label: word("Find what can be done, and its keys"), run: palette },
  ];
}

/** @param {any} page
 * @param {readonly any[]} drawn
 * @param {boolean} hasObjects */
function digits(page, drawn, hasObjects) {
  const most = hasObjects ? Math.min(9, drawn.length) : 9;
  return "123456789".slice(0, most).split("").map((digit) => ({
    keys: digit, label: hasObjects ? word("Class {digit}") : word("Answer {digit}"), values: { digit },
    run: () => {
      if (hasObjects) page.pickClass(drawn[Number(digit) - 1].id);
      else page.form?.digit(Number(digit));
    },
  }));
}

/** @param {any} page
 * @param {any} editor */
function objectKeys(page, editor) {
  return [
    { keys: "Delete Backspace", label: word("Delete the object, or the last point"), run: () => editor.undoPoint() || editor.removeSelected() },
    { keys: "Escape", label: word("Unselect, or leave the shape"), run: () => { page.linkFrom = null; editor.escape(); } },
    { keys: "Alt+R", label: word("Link the object to another"), run: () => page.startLink() },
    { keys: "Tab", label: word("Next object"), run: () => editor.cycle(1), when: onCanvas },
    { keys: "Shift+Tab", label: word("Object before"), run: () => editor.cycle(-1), when: onCanvas },
    { keys: "Ctrl+A", label: word("Select all"), run: () => editor.chooseAll() },
    { keys: "Ctrl+G", label: word("Group, or take apart"), run: () => editor.group() },
  ];
}

/** @param {any} page */
function comparisonKeys(page) {
  return [
    { keys: "ArrowLeft", label: word("The first is better"), run: () => page.form?.compare(0) },
    { keys: "ArrowRight", label: word("The second is better"), run: () => page.form?.compare(1) },
    { keys: "ArrowDown", label: word("The third choice, such as a tie"), run: () => page.form?.compare(2) },
  ];
}

/** @param {any} editor */
function textKeys(editor) {
  return [
    { keys: "A", label: word("Mark the same words everywhere"), run: () => editor.markAlike() },
    { keys: "C", label: word("Select by words or by characters"), run: () => {
      editor.isByWord = !editor.isByWord;
      toast(editor.isByWord ? say("Selections grow to whole words; Shift selects characters.") : say("Selections are exact; Shift selects words."));
    } },
    { keys: "Ctrl+ArrowRight", label: word("Move the end of the span on"), run: () => editor.moveEnd("end", 1) },
    { keys: "Ctrl+ArrowLeft", label: word("Move the end of the span back"), run: () => editor.moveEnd("end", -1) },
    { keys: "Ctrl+Shift+ArrowRight", label: word("Move the start of the span on"), run: () => editor.moveEnd("start", 1) },
    { keys: "Ctrl+Shift+ArrowLeft", label: word("Move the start of the span back"), run: () => editor.moveEnd("start", -1) },
  ];
}

/** @param {any} page
 * @param {any} editor
 * @param {readonly any[]} drawn */
function imageKeys(page, editor, drawn) {
  const kinds = new Set(drawn.map((definition) => definition.kind));
  const chosen = () => editor.chosenAll.map((/** @type {any} */ shape) => shape.key);
  const modes = ["new", "union", "subtraction"];
  const tool = (/** @type {string} */ key, /** @type {string} */ name, /** @type {string} */ label, /** @type {string[]} */ ...needs) =>
    (needs.length && !needs.some((kind) => kinds.has(kind)) ? [] : [{ keys: key, label, run: () => editor.pickTool(name) }]);
  return [
    { keys: "Enter", label: word("End the shape"), run: () => editor.finishPath(), when: onCanvas },
    ...tool("V", "draw", word("Draw and select")),
    ...tool("B", "brush", word("Brush"), "mask"), ...tool("E", "eraser", word("Eraser"), "mask"),
    ...tool("W", "wand", word("Magic wand"), "mask", "polygon"),
    ...tool("S", "scissors", word("Scissors along edges"), "polygon", "mask", "polyline"),
    ...kindKeys.filter(([, kind]) => kinds.has(kind)).map(([keys, kind, label]) => ({
      keys, label, run: () => { page.pickClass(drawn.find((definition) => definition.kind === kind).id); editor.setTool("draw"); },
    })),
    { keys: "N", label: word("The same again"), run: () => { editor.choose(null); editor.setMode("new"); editor.live.focus(); } },
    ...(kinds.has("polygon") || kinds.has("mask")
      ? [{ keys: "M", label: word("New object, add, cut out: the next of them"), run: () => editor.setMode(modes[(modes.indexOf(editor.mode) + 1) % 3]) }] : []),
    ...(kinds.has("keypoints") ? [{ keys: "X", label: word("The next keypoint is not there"), run: () => editor.skipPoint() }] : []),
    { keys: "[", label: word("Smaller brush"), run: () => resize(editor, 0.8) },
    { keys: "]", label: word("Larger brush"), run: () => resize(editor, 1.25) },
    { keys: "Ctrl+C", label: word("Copy"), run: () => page.copy() },
    { keys: "Ctrl+V", label: word("Paste"), run: () => page.paste() },
    { keys: "Ctrl+D", label: word("Duplicate the object"), run: () => editor.duplicateSelected() },
    { keys: "Shift+R", label: word("Repeat the objects of the image before"), run: () => page.repeat() },
    { keys: "H", label: word("Hide or show the object, or all"), run: () => {
      if (chosen().length) return page.toggle(chosen(), "veiled");
      editor.isHidden = !editor.isHidden;
      editor.paint();
    } },
    { keys: "L", label: word("Lock or unlock the object"), run: () => page.toggle(chosen(), "pinned") },
    { keys: "PageUp", label: word("Bring forward"), run: () => editor.reorder(1) },
    { keys: "PageDown", label: word("Send backward"), run: () => editor.reorder(-1) },
    { keys: "Shift+PageUp", label: word("Bring to the front"), run: () => editor.reorder(Infinity) },
    { keys: "Shift+PageDown", label: word("Send to the back"), run: () => editor.reorder(-Infinity) },
    { keys: "Insert", label: word("Add a shape in the middle"), run: () => editor.addInMiddle() },
    { keys: "0", label: word("Fit the image"), run: () => editor.fit() },
    { keys: "+ Shift++ =", label: word("Zoom in"), run: () => editor.zoomBy(1.25) },
    { keys: "-", label: word("Zoom out"), run: () => editor.zoomBy(0.8) },
    { keys: "Space", label: word("Hold to pan"), run: () => {}, when: onCanvas },
    ...[["ArrowLeft", -1, 0], ["ArrowRight", 1, 0], ["ArrowUp", 0, -1], ["ArrowDown", 0, 1]].flatMap(([key, x, y]) => [
      { keys: String(key), label: word("Move the object"), run: () => editor.nudge(x, y), when: onCanvas },
      { keys: `Shift+${key}`, label: word("Move it ten pixels"), run: () => editor.nudge(10 * Number(x), 10 * Number(y)), when: onCanvas },
    ]),
  ];
}

/** @param {any} editor
 * @param {number} by */
function resize(editor, by) {
  editor.brushSize = Math.max(1, Math.min(200, by < 1 ? Math.floor(editor.brushSize * by) : Math.ceil(editor.brushSize * by)));
  editor.options.viewed?.();
  editor.schedule();
}
