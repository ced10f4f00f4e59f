/**
 * The code that a function has: `run` is over with its first success, `runAll` calls what it is handed last at each success and goes on
 * while that says no. `wait` and `waitAll` are the same, but wait for promises.
 */
export type Way = 'run' | 'runAll' | 'wait' | 'waitAll';

/** What `runAll` came to: no, yes, or no and nothing else is to be tried, since the one who asked has met a cut. */
export type Ending = boolean | 'stop';

export const waitsIn = (way: Way): boolean => way === 'wait' || way === 'waitAll';
export const goesOn = (way: Way): boolean => way === 'runAll' || way === 'waitAll';
