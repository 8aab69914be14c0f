/** English forms of what is counted; all else says itself.
 * @type {import("../core/words.js").Catalogue} */
export default {
  "Before its live work: a course of {n} tasks, then an examination of {questions}, of which {share} must be right.": {
    one: "Before its live work: a course of {n} task, then an examination of {questions}, of which {share} must be right.",
    other: "Before its live work: a course of {n} tasks, then an examination of {questions}, of which {share} must be right.",
  },
  "{n} new messages and decisions": { one: "{n} new message or decision", other: "{n} new messages and decisions" },
  "These rules would concern {n} people now, and pause {paused}": {
    one: "These rules would concern {n} person now, and pause {paused}", other: "These rules would concern {n} people now, and pause {paused}",
  },
  "{n} options": { one: "{n} option", other: "{n} options" },
  "“{name}” drawn, {n} objects": { one: "“{name}” drawn, {n} object", other: "“{name}” drawn, {n} objects" },
  "{n} objects pasted": { one: "{n} object pasted", other: "{n} objects pasted" },
  "{n} points": { one: "{n} point", other: "{n} points" },
  "{n} pixels": { one: "{n} pixel", other: "{n} pixels" },
  "{n} tasks settled": { one: "{n} task settled", other: "{n} tasks settled" },
  "{measure}, {n} tasks": { one: "{measure}, {n} task", other: "{measure}, {n} tasks" },
  "{n} answers": { one: "{n} answer", other: "{n} answers" },
  "{n} differences": { one: "{n} difference", other: "{n} differences" },
  "{n} changes, labels went along": { one: "{n} change, labels went along", other: "{n} changes, labels went along" },
  "{n} labels of earlier versions have no class in the new one and will not be seen.": {
    one: "{n} label of an earlier version has no class in the new one and will not be seen.",
    other: "{n} labels of earlier versions have no class in the new one and will not be seen.",
  },
  "{n} answers do not keep the new ontology as they are. They stay; who edits them is asked to mend them.": {
    one: "{n} answer does not keep the new ontology as it is. It stays; who edits it is asked to mend it.",
    other: "{n} answers do not keep the new ontology as they are. They stay; who edits them is asked to mend them.",
  },
  "{n} tasks are in somebody's hands. They go on by the version they began with.": {
    one: "{n} task is in somebody's hands. It goes on by the version it began with.",
    other: "{n} tasks are in somebody's hands. They go on by the version they began with.",
  },
  "A fixed set of {n} items": { one: "A fixed set of {n} item", other: "A fixed set of {n} items" },
  "{n} different values": { one: "{n} different value", other: "{n} different values" },
  "{n} items": { one: "{n} item", other: "{n} items" },
  "{n} items become tasks; what is found comes back to them.": { one: "{n} item becomes a task; what is found comes back to it.", other: "{n} items become tasks; what is found comes back to them." },
  "{n} tasks made": { one: "{n} task made", other: "{n} tasks made" },
};
