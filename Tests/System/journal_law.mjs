// Laws of edits, over random ones: what a journal keeps leads from one answer to the next, undo takes back
// what was done, redo does it again. Prints its seed; ends with status 1 where a law is broken.
import assert from "node:assert/strict";

const root = process.argv[2];
const seed = Number(process.argv[3]);
const { applied, difference } = await import(`${root}/Workbench/core/journal.js`);
const { History } = await import(`${root}/Workbench/core/history.js`);

let state = seed >>> 0;
const random = (below) => {
  state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
  return ((state ^ (state >>> 13)) >>> 0) % below;
};
let key = 0;
const shape = () => ({ key: ++key, class: 1 + random(3), kind: "box", value: [random(99), random(99), 9, 9], attributes: {} });

/** One edit of any sort. */
function edited(answer) {
  const { shapes } = answer;
  const at = random(Math.max(1, shapes.length));
  switch (random(7)) {
    case 0: case 1: return { ...answer, shapes: [...shapes, shape()] };
    case 2: return { ...answer, shapes: shapes.toSpliced(at, 1) };
    case 3: return { ...answer, shapes: shapes.map((one, i) => (i === at ? { ...one, value: [random(99), 0, 5, 5] } : one)) };
    case 4: return shapes.length ? { ...answer, shapes: [shapes[at], ...shapes.toSpliced(at, 1)] } : answer;
    case 5: return { ...answer, values: { ...answer.values, [random(4)]: random(9) } };
    default: return { ...answer, links: [...answer.links, { key: ++key, class: 9, from: 1, to: 2 }] };
  }
}

console.log(`seed ${seed}`);
for (let round = 0; round < 300; round += 1) {
  const start = { shapes: Object.freeze([]), links: Object.freeze([]), values: Object.freeze({}) };
  const history = new History(start);
  const seen = [start];
  for (let step = 0; step < 30; step += 1) {
    const before = history.state;
    const after = edited(before);
    assert.deepEqual(applied(before, structuredClone(difference(before, after))), after);
    history.push(after);
    if (history.state !== seen.at(-1)) seen.push(history.state);
  }
  for (let i = seen.length - 1; i > 0; i -= 1) {
    assert.equal(history.state, seen[i]);
    history.undo();
    assert.equal(history.state, seen[i - 1]);
    history.redo();
    assert.equal(history.state, seen[i]);
    history.undo();
  }
  assert.equal(history.canUndo, false);
}
console.log("held");
