import { get, post } from "../core/api.js";
import { forget } from "../core/journal.js";
import * as outbox from "../core/outbox.js";
import { claim, release } from "../core/tabs.js";
import { TiledPicture, cutOf } from "../editors/image/picture.js";

/** Tasks held in reserve beside the one on screen. */
const reserveCount = 2;

/**
 * The stream of tasks of one project: the next ones and their media are here before they are
 * needed, as reserved leases.
 */
export class WorkSession {
  /** @param {string} project
   * @param {"label" | "review"} stage
   * @param {string} [task] that is to be reviewed first */
  constructor(project, stage, task) {
    this.wanted = task;
    this.project = project;
    this.stage = stage;
    this.base = `/api/work/${project}`;
    /** @type {any[]} */
    this.waiting = [];
    /** @type {any} */
    this.current = null;
    /** @type {any} */
    this.reason = null;
    /** @type {Map<string, any>} */
    this.guides = new Map();
    /** @type {Promise<void> | null} */
    this.filling = null;
    this.images = new Map();
  }

  /** What was held before comes first. */
  async start() {
    const { leases } = await get(`${this.base}/leases`);
    const sent = new Set((await outbox.parcels()).map((parcel) => parcel.lease));
    for (const lease of leases) {
      if (lease.stage === this.stage && !sent.has(lease.id) && await claim(lease.id)) this.waiting.push(lease);
    }
    if (this.wanted) await this.claimWanted(this.wanted);
    this.waiting.sort((a, b) => (a.state === b.state ? 0 : a.state === "leased" ? -1 : 1));
    for (const lease of this.waiting) this.preload(lease);
  }

  /** The task that was asked for, unless it is held already.
   * @param {string} task */
  async claimWanted(task) {
    this.wanted = undefined;
    if (this.waiting.some((lease) => lease.task.id === task)) return;
    const { leases } = await post(`${this.base}/leases`, { stage: this.stage, task });
    for (const lease of leases) if (await claim(lease.id)) this.waiting.unshift(lease);
  }

  /** The next task, or null with `reason` set. */
  async next() {
    if (!this.waiting.length) await (this.filling ?? this.fill(1));
    if (!this.waiting.length && !this.reason) await this.fill(1);
    if (this.current) release(this.current.id);
    this.current = this.waiting.shift() ?? null;
    if (this.current) {
      this.current.guide = await this.guide(this.current.task);
      if (this.current.state === "reserved") this.heartbeat();
      this.refill();
    }
    return this.current;
  }

  refill() {
    if (this.filling || this.waiting.length >= reserveCount) return;
    this.filling = this.fill(reserveCount - this.waiting.length)
      .catch(() => {}).finally(() => { this.filling = null; });
  }

  /** @param {number} count */
  async fill(count) {
    const isFirst = !this.current && !this.waiting.length;
    const answer = await post(`${this.base}/leases`, { count, stage: this.stage, reserve: !isFirst });
    this.reason = answer.reason ?? null;
    for (const lease of answer.leases) {
      if (!await claim(lease.id)) continue;
      this.waiting.push(lease);
      this.preload(lease);
      this.guide(lease.task);
    }
  }

  /** @param {any} lease */
  preload(lease) {
    const { image: source, tiles } = lease.task.media;
    if (!source) return;
    this.images.set(lease.id, this.preloaded(source, tiles));
    if (this.images.size > 8) this.images.delete(this.images.keys().next().value);
  }

  /** What is asked for anew when the task is shown, and is then in the browser's cache.
   * @param {string} source
   * @param {string} [tiles] */
  async preloaded(source, tiles) {
    const cut = tiles ? await cutOf(tiles) : null;
    if (cut) return new TiledPicture(cut).open().catch(() => {});
    const image = new Image();
    image.src = source;
    return image;
  }

  /** The ontology and instructions of a task: its form's, where it brought one along.
   * @param {any} task */
  async guide(task) {
    const query = `version=${task.version}${task.form ? `&form=${task.form}` : ""}`;
    if (!this.guides.has(query)) this.guides.set(query, get(`${this.base}?${query}`));
    return this.guides.get(query);
  }

  path(/** @type {string} */ rest) { return `${this.base}/leases/${this.current.id}${rest}`; }

  /** Keeps the task in hand, and says how long one has been at work on it: each report follows on the seal of the one before.
   * @param {number} [seconds] */
  async heartbeat(seconds = 0) {
    const lease = this.current;
    if (!lease) return;
    try {
      lease.clock = (await post(this.path("/heartbeat"), { active_seconds: seconds, seal: lease.clock.seal })).clock;
    } catch (error) {
      // An answer got lost on the way, or another tab was here: the next report goes on from what the server has seen.
      if (/** @type {any} */ (error).status !== 409) return;
      const { leases } = await get(`${this.base}/leases`).catch(() => ({ leases: [] }));
      lease.clock = leases.find((/** @type {any} */ held) => held.id === lease.id)?.clock ?? lease.clock;
    }
  }

  /** Sends the edits that the server does not have.
   * @param {import("../core/journal.js").Journal} journal
   * @param {() => import("../core/answer.js").Answer} state of the task */
  async saveEdits(journal, state) {
    const path = this.path("/edits");
    for (let tries = 0; tries < 2; tries += 1) {
      const parcel = journal.parcel(state());
      if (!parcel) return;
      try {
        journal.arrived((await post(path, parcel)).next);
        return;
      } catch (error) {
        // Another tab or machine was here, or there are very many.
        const { status } = /** @type {any} */ (error);
        if (tries || (status !== 409 && status !== 413)) throw error;
        journal.parted();
      }
    }
  }

  /** @param {any[]} annotations
   * @param {number} seconds */
  async submit(annotations, seconds) {
    const path = this.path("/answer");
    await outbox.post(this.project, this.current.id, path, { annotations, active_seconds: seconds });
  }

  /** @param {any} verdict */
  async verdict(verdict) {
    await outbox.post(this.project, this.current.id, this.path("/verdict"), verdict);
  }

  /** @param {string} reason */
  async skip(reason) {
    const { id } = this.current;
    await post(this.path("/skip"), { reason });
    await forget(id);
  }

  /** Says that the image cannot be decoded. */
  async unreadable() {
    const { id } = this.current;
    await post(this.path("/unreadable"));
    await forget(id);
  }

  /** Gives back what was only held in reserve. */
  leave() {
    for (const lease of this.waiting) {
      fetch(`${this.base}/leases/${lease.id}`, { method: "DELETE", keepalive: true, credentials: "same-origin" })
        .catch(() => {});
      release(lease.id);
    }
    if (this.current) release(this.current.id);
    this.waiting = [];
  }
}

/** Seconds of work: only while the page is seen and somebody has moved within a minute. */
export class ActiveTime {
  total = 0;
  last = 0;
  since = 0;

  constructor() {
    this.reset();
    this.abort = new AbortController();
    const touch = () => { this.tick(); this.last = performance.now(); };
    for (const type of ["pointermove", "pointerdown", "keydown", "wheel"]) {
      addEventListener(type, touch, { signal: this.abort.signal, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.tick(), { signal: this.abort.signal });
  }

  /** @param {number} [seconds] worked on the task before */
  reset(seconds = 0) {
    this.total = seconds * 1000;
    this.last = performance.now();
    this.since = this.last;
  }

  tick() {
    const now = performance.now();
    const until = Math.min(now, this.last + 60000);
    if (until > this.since) this.total += until - this.since;
    this.since = now;
  }

  get seconds() {
    this.tick();
    return Math.round(this.total / 100) / 10;
  }

  stop() { this.abort.abort(); }
}
