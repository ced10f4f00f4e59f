/**
 * Returns `node:fs`. It is loaded on first use, because loading takes 2 ms and applications with policies as text never need it.
 */
export const fileSystem = (): typeof import('node:fs') => process.getBuiltinModule('node:fs');
