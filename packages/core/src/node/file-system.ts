/** `node:fs`, got when it is needed: to import it takes 2 ms, and many give their policies as texts. */
export const fileSystem = (): typeof import('node:fs') => process.getBuiltinModule('node:fs');
