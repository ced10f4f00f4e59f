/** The tests that run in a process of their own, because no other application of the process may change their results. */
export const isolatedTests = ['src/handlers/fresh-process.test.ts', 'src/handlers/requirement-paths.test.ts'];
