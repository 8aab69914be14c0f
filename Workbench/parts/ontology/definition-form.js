import { isQuestion } from "../../core/answer.js";
import { fill, h, icon } from "../../core/dom.js";
import { freeName, isChoice, isDrawn, kindNames, moved, questionKinds, replaced, retyped, shapeKinds, without } from "../../core/ontology.js";
import { say, word } from "../../core/words.js";
import { check, choice, field, number, text } from "./fields.js";
import { optionsForm } from "./options-form.js";

/**
 * @typedef {import("../../core/answer.js").LabelClass} LabelClass
 * @typedef {{ change: (definition: LabelClass) => void, current: () => LabelClass, all: readonly LabelClass[],
 *   numbers: import("../../core/ontology.js").Numbers, attributeOf?: LabelClass,
 *   mergeOption: (definition: LabelClass, option: import("../../core/answer.js").Option) => void }} Ways
 */

/**
 * Everything that can be said of a class, or of an attribute of one. Fields change what the definition is
 * when they are left, which may be more than what they were made of.
 * @param {LabelClass} definition
 * @param {Ways} ways
 * @returns {HTMLElement}
 */
export function definitionForm(definition, ways) {
  const set = (/** @type {Partial<LabelClass>} */ some) => ways.change(cleaned({ ...ways.current(), ...some }));
  const isAttribute = Boolean(ways.attributeOf);
  const kinds = isAttribute ? questionKinds.filter((kind) => kind !== "files") : Object.keys(kindNames);
  return h("div.stack.tight.definition", { "data-definition": definition.id },
    h("div.pair", {}, text(say("Name"), definition.name, (name) => set({ name }), { required: true, maxlength: 200 }),
      choice(say("Kind"), definition.kind, kinds.map((id) => ({ id, name: say(kindNames[/** @type {keyof typeof kindNames} */ (id)]) })),
        (kind) => ways.change(retyped(ways.current(), kind)))),
    ofKind(definition, set, ways),
    isAttribute ? null : look(definition, set),
    definition.kind === "relation" ? null : check(isQuestion(definition) ? say("Must be answered") : say("At least one in every answer"), Boolean(definition.required), (required) => set({ required })),
    isQuestion(definition) ? condition(definition, set, ways) : null,
    isDrawn(definition) ? rules(definition, set, ways.current) : null,
    definition.kind !== "relation" && !isQuestion(definition) ? attributes(definition, set, ways) : null);
}

/** Without members that say nothing.
 * @param {LabelClass} definition
 * @returns {LabelClass} */
const cleaned = (definition) => /** @type {any} */ (Object.fromEntries(Object.entries(definition)
  .filter(([, value]) => value !== undefined && value !== "" && !(value && value.constructor === Object && !Object.keys(value).length))));

/** @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {Ways} ways */
function ofKind(definition, set, ways) {
  switch (definition.kind) {
    case "category": case "multiLabel":
      return optionsForm(() => ways.current().options ?? [], (options) => set({ options }), (option) => ways.mergeOption(definition, option),
        () => ways.numbers.next(`options ${ways.attributeOf ? `${ways.attributeOf.id} ` : ""}${definition.id}`));
    case "rating": {
      const labels = (definition.labels ?? []).join("\n");
      return [h("div.trio", {}, number(say("From"), definition.min, (min) => set({ min })), number(say("To"), definition.max, (max) => set({ max })),
        number(say("Step"), definition.step, (step) => set({ step }), { min: 0 })),
      field(say("What each step is called"), h("textarea.input", {
        rows: 3, value: labels, dir: "auto",
        onchange: (/** @type {any} */ event) => set({ labels: event.target.value.trim() ? event.target.value.trim().split("\n") : undefined }),
      }), say("One a line, or none for the numbers."))];
    }
    case "number":
      return [h("div.pair", {}, number(say("Least"), definition.min, (min) => set({ min })), number(say("Most"), definition.max, (max) => set({ max }))),
        check(say("Whole numbers only"), Boolean(definition.whole), (whole) => set({ whole: whole || undefined }))];
    case "text":
      return number(say("Characters at most"), definition.maxLength, (maxLength) => set({ maxLength: maxLength ?? 10000 }), { min: 1, max: 1000000, step: 1 });
    case "files": return files(definition, set, ways.current);
    case "keypoints": return skeleton(ways.current, set);
    case "relation": return ends(ways.current, set, ways.all);
    default: return null;
  }
}

const media = { image: word("Photos"), audio: word("Recordings"), video: word("Films") };

/** @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {() => LabelClass} current */
function files(definition, set, current) {
  const accepts = () => current().accepts ?? [];
  return [h("fieldset.question", {}, h("legend", {}, say("What may be sent")), Object.entries(media).map(([id, name]) => check(say(name), accepts().includes(id), (isOn) =>
    set({ accepts: Object.keys(media).filter((one) => (one === id ? isOn : accepts().includes(one))) })))),
  h("div.pair", {}, number(say("Files at least"), definition.min, (min) => set({ min: min ?? 1 }), { min: 1, max: 100, step: 1 }),
    number(say("Files at most"), definition.max, (max) => set({ max: max ?? 1 }), { min: 1, max: 100, step: 1 })),
  check(say("Keep what files say of where they were made"), Boolean(definition.keepsPlace), (isOn) => set({ keepsPlace: isOn || undefined }))];
}

/** @param {() => LabelClass} current
 * @param {(some: Partial<LabelClass>) => void} set */
function skeleton(current, set) {
  const points = () => current().keypoints ?? [];
  const names = points();
  const lines = (current().skeleton ?? []).map(([a, b]) => `${names[a]} – ${names[b]}`).join("\n");
  const problem = h("p.error-text", { role: "alert" });
  return [
    field(say("Keypoints, one a line"), h("textarea.input", {
      rows: Math.max(3, names.length), value: names.join("\n"), dir: "auto",
      onchange: (/** @type {any} */ event) => {
        const found = event.target.value.split("\n").map((/** @type {string} */ one) => one.trim()).filter(Boolean);
        // Lines stay between the points that keep their names.
        const kept = (current().skeleton ?? []).map((pair) => pair.map((at) => found.indexOf(points()[at]))).filter((pair) => !pair.includes(-1));
        set({ keypoints: found, skeleton: /** @type {any} */ (kept) });
      },
    })),
    field(say("Lines between them, one a line"), h("textarea.input", {
      rows: 3, value: lines, dir: "auto", placeholder: "head – tail",
      onchange: (/** @type {any} */ event) => {
        const wanted = event.target.value.split("\n").map((/** @type {string} */ one) => one.trim()).filter(Boolean);
        const pairs = wanted.map((/** @type {string} */ one) => one.split(/\s+[–-]\s+/).map((name) => points().indexOf(name)));
        const wrong = wanted.find((/** @type {string} */ _, /** @type {number} */ at) => pairs[at].length !== 2 || pairs[at].includes(-1));
        problem.textContent = wrong ? say("“{line}” does not name two keypoints.", { line: wrong }) : "";
        if (!wrong) set({ skeleton: pairs });
      },
    })), problem];
}

/** @param {() => LabelClass} current
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {readonly LabelClass[]} all */
function ends(current, set, all) {
  const objects = all.filter((one) => isDrawn(one) || one.kind === "span");
  const side = (/** @type {"from" | "to"} */ name, /** @type {string} */ title) => h("fieldset.question", {}, h("legend", {}, title),
    objects.map((one) => check(one.name, Boolean(current()[name]?.includes(one.id)), (isOn) =>
      set({ [name]: objects.map(({ id }) => id).filter((id) => (id === one.id ? isOn : current()[name]?.includes(id))) }))));
  return [h("div.pair", {}, side("from", say("From")), side("to", say("To"))), h("small.muted", {}, say("None stands for any class.")),
    check(say("It matters which end is which"), current().directed !== false, (directed) => set({ directed }))];
}

/** @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set */
function look(definition, set) {
  if (isQuestion(definition)) return null;
  return h("div.pair", {}, field(say("Colour"), h("div.row.no-wrap", {}, h("input.input.color", {
    type: "color", value: definition.color ?? "#7f9f9a", "aria-label": say("Colour"), onchange: (/** @type {any} */ event) => set({ color: event.target.value }),
  }), definition.color ? h("button.button.quiet", { type: "button", onclick: () => set({ color: undefined }) }, say("By itself")) : h("span.muted", {}, say("By itself")))),
  text(say("Key"), definition.hotkey ?? "", (hotkey) => set({ hotkey: hotkey ? hotkey[0].toUpperCase() + hotkey.slice(1) : undefined }), { maxlength: 20, placeholder: "Shift+C" }));
}

/** When it is asked at all.
 * @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {Ways} ways */
function condition(definition, set, { all, attributeOf, current }) {
  const siblings = attributeOf ? attributeOf.attributes ?? [] : all.filter(isQuestion);
  const place = siblings.findIndex((one) => one.id === definition.id);
  const before = siblings.slice(0, place).filter((one) => isChoice(one) || one.kind === "boolean");
  if (!before.length) return null;
  const { when } = definition;
  const on = before.find((one) => one.id === when?.name);
  return h("div.stack.tight", {}, choice(say("Asked"), String(when?.name ?? ""),
    [{ id: "", name: say("always") }, ...before.map((one) => ({ id: String(one.id), name: say("where “{name}” is answered", { name: one.name }) }))],
    (id) => set({ when: id ? { name: Number(id) } : undefined })),
  on?.options ? h("fieldset.question", {}, h("legend", {}, say("with one of these (none stands for any)")), on.options.map((option) =>
    check(option.name, Boolean(when?.is?.includes(option.id)), (isOn) => {
      const is = (on.options ?? []).map(({ id }) => id).filter((id) => (id === option.id ? isOn : current().when?.is?.includes(id)));
      set({ when: is.length ? { name: on.id, is } : { name: on.id } });
    }))) : null);
}

const limits = { minWidth: word("Least width"), minHeight: word("Least height"), minArea: word("Least area"), minPoints: word("Least points"), maxPoints: word("Most points"), maxCount: word("Most objects") };

/** @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {() => LabelClass} current */
function rules(definition, set, current) {
  const own = definition.rules ?? {};
  const hasPoints = ["polygon", "polyline"].includes(definition.kind);
  const put = (/** @type {string} */ name, /** @type {any} */ value) => {
    const { [name]: _, ...rest } = current().rules ?? {};
    set({ rules: value === undefined || value === false ? rest : { ...rest, [name]: value } });
  };
  const names = Object.entries(limits).filter(([name]) => (hasPoints || !name.endsWith("Points")) && !(definition.kind === "point" && name !== "maxCount"));
  return h("details", { open: Object.keys(own).length > 0 }, h("summary", {}, say("Limits")), h("div.stack.tight", {},
    h("div.trio", {}, names.map(([name, label]) => number(say(label), own[name], (value) => put(name, value), { min: 0, step: name.endsWith("Points") || name === "maxCount" ? 1 : "any" }))),
    check(say("Whole pixels only"), Boolean(own.wholePixels), (isOn) => put("wholePixels", isOn)),
    definition.kind === "polygon" ? check(say("The outline may cross itself"), Boolean(own.selfCrossing), (isOn) => put("selfCrossing", isOn)) : null));
}

/** What is asked of each object.
 * @param {LabelClass} definition
 * @param {(some: Partial<LabelClass>) => void} set
 * @param {Ways} ways */
function attributes(definition, set, ways) {
  const now = () => ways.current().attributes ?? [];
  const list = now();
  const element = h("section.stack.tight.attributes-form", {});
  fill(element, h("h3", {}, say("Attributes")), list.map((attribute, place) => h("details.attribute", { "data-attribute": attribute.id },
    h("summary", {}, h("span", { dir: "auto" }, attribute.name), h("span.muted", {}, ` · ${say(kindNames[/** @type {keyof typeof kindNames} */ (attribute.kind)])}`)),
    definitionForm(attribute, {
      all: ways.all, numbers: ways.numbers, attributeOf: definition, mergeOption: ways.mergeOption,
      current: () => now().find((one) => one.id === attribute.id) ?? attribute,
      change: (changed) => set({ attributes: replaced(now(), changed) }),
    }),
    h("div.row", {},
      h("button.button.quiet", { disabled: place === 0, onclick: () => set({ attributes: moved(now(), attribute.id, -1) }) }, icon("up"), say("Move up")),
      h("button.button.quiet.danger", { onclick: () => set({ attributes: without(now(), attribute.id) }) }, icon("trash"), say("Delete"))))),
  h("div.row", {}, h("button.button.quiet", {
    onclick: () => set({ attributes: [...now(), retyped({ id: ways.numbers.next(`attributes ${definition.id}`), name: freeName(say("New attribute"), now()), kind: "category", required: false }, "category")] }),
  }, icon("plus"), say("Add an attribute"))));
  return element;
}
