// What TypeScript 4.8's own library does not know of today's browsers.
interface Array<T> {
  findLast(test: (value: T, index: number) => unknown): T | undefined;
  toSpliced(start: number, count: number, ...items: T[]): T[];
}
interface ReadonlyArray<T> {
  findLast(test: (value: T, index: number) => unknown): T | undefined;
  toSpliced(start: number, count: number, ...items: T[]): T[];
}
interface IDBTransactionOptions { durability?: "default" | "strict" | "relaxed" }
interface IDBDatabase {
  transaction(stores: string | string[], mode?: IDBTransactionMode, options?: IDBTransactionOptions): IDBTransaction;
}
declare class OffscreenCanvas extends EventTarget {
  constructor(width: number, height: number);
  width: number;
  height: number;
  getContext(kind: "2d", options?: { willReadFrequently?: boolean }): OffscreenCanvasRenderingContext2D | null;
  transferToImageBitmap(): ImageBitmap;
}
interface OffscreenCanvasRenderingContext2D extends CanvasRenderingContext2D {}
declare var trustedTypes: { createPolicy(name: string, rules: object): any } | undefined;
