/** The tests that run in a process of their own, because they compare what happens before and after the first call of a function. */
export const isolatedTests = ['src/handlers/fresh-process.test.ts'];
