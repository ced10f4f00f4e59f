/**
 * The form of a function's code. `run` stops at the first success. `runAll` calls its last argument at each success, and continues while
 * that returns `false`. `wait` and `waitAll` are the same for code that awaits promises.
 */
export type Way = 'run' | 'runAll' | 'wait' | 'waitAll';

/** The result of `runAll`. `stop`: no success, and no other alternative may be tried, because the caller met a cut. */
export type Ending = boolean | 'stop';

export const waitsIn = (way: Way): boolean => way === 'wait' || way === 'waitAll';

/** Checks whether the code calls its last argument at each success. */
export const takesContinuation = (way: Way): boolean => way === 'runAll' || way === 'waitAll';
