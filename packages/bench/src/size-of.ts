import { gzipSync } from 'node:zlib';

export interface BundleSize {
  readonly what: string;
  readonly minified: number;
  readonly gzip: number;
}

/** The size of a minified file and of its compressed form. */
export const sizeOf = (code: Uint8Array): Omit<BundleSize, 'what'> => ({
  minified: code.byteLength,
  gzip: gzipSync(code, { level: 9 }).byteLength,
});
