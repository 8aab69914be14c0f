/** Minutes and seconds, as clocks show them.
 * @param {number} seconds whole */
export const clockFace = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
