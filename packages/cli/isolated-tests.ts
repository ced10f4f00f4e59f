/** The test files that attach a debugger to their process, which is possible once in a process. */
export const isolatedTests = ['src/debug/attach.test.ts', 'src/debug/debug-adapter.test.ts'];
