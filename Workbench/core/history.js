/**
 * Undo and redo over whole states: each is immutable and shares what did not change.
 * @template T
 */
export class History {
  /** @param {T} state */
  constructor(state) {
    this.state = state;
    /** @type {T[]} */
    this.past = [];
    /** @type {T[]} */
    this.future = [];
    /** @type {Set<(state: T, before: T, kind: "push" | "undo" | "redo") => void>} */
    this.watchers = new Set();
  }

  get canUndo() { return this.past.length > 0; }
  get canRedo() { return this.future.length > 0; }

  /** A step that can be undone.
   * @param {T} state */
  push(state) {
    if (state === this.state) return;
    this.past.push(this.state);
    this.future = [];
    this.set(state, "push");
  }

  undo() {
    const state = this.past.pop();
    if (state === undefined) return;
    this.future.push(this.state);
    this.set(state, "undo");
  }

  redo() {
    const state = this.future.pop();
    if (state === undefined) return;
    this.past.push(this.state);
    this.set(state, "redo");
  }

  /** @param {T} state
   * @param {"push" | "undo" | "redo"} kind */
  set(state, kind) {
    const before = this.state;
    this.state = state;
    for (const watcher of this.watchers) watcher(state, before, kind);
  }
}
