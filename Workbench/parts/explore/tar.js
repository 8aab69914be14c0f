const block = 512;

/** Files as one tar archive (POSIX.1-2001 pax), which reads none of them until it is read itself. The same files make
 * the same bytes.
 * @param {Array<{ path: string, file: Blob }>} files
 * @returns {Blob} */
export function tar(files) {
  /** @type {BlobPart[]} */
  const parts = [];
  const add = (/** @type {Uint8Array} */ head, /** @type {Blob} */ content) => {
    parts.push(head, content, new Uint8Array((block - (content.size % block)) % block));
  };
  for (const { path, file } of files) {
    const name = new TextEncoder().encode(path);
    // A head holds 100 bytes of ASCII; what is longer or other goes before it in a record of its own.
    const isPlain = name.length <= 100 && name.every((byte) => byte < 128);
    if (!isPlain) {
      const record = pax(`path=${path}\n`);
      add(header(new TextEncoder().encode("path"), record.size, "x"), record);
    }
    add(header(isPlain ? name : new TextEncoder().encode("file"), file.size, "0"), file);
  }
  parts.push(new Uint8Array(2 * block));
  return new Blob(parts, { type: "application/x-tar" });
}

/** A record says its own length, which counts its digits too.
 * @param {string} text */
function pax(text) {
  const size = new TextEncoder().encode(text).length + 1;
  let length = size + String(size).length;
  length = size + String(length).length;
  return new Blob([`${length} ${text}`]);
}

/** @param {Uint8Array} name
 * @param {number} size
 * @param {string} type */
function header(name, size, type) {
  const bytes = new Uint8Array(block);
  const write = (/** @type {string} */ text, /** @type {number} */ at) => bytes.set(new TextEncoder().encode(text), at);
  bytes.set(name, 0);
  write("0000644\0", 100);
  write("0000000\0", 108);
  write("0000000\0", 116);
  write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  write("00000000000\0", 136);
  write("        ", 148);
  write(type, 156);
  write("ustar\0", 257);
  write("00", 263);
  const sum = bytes.reduce((a, b) => a + b, 0);
  write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}
