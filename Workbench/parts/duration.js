import { say } from "../core/words.js";

/** @param {number} seconds */
export const duration = (seconds) => say("{hours} h {minutes} min", { hours: Math.floor(seconds / 3600), minutes: Math.floor((seconds % 3600) / 60) });
