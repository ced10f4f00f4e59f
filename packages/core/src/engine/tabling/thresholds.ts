/**
 * The recursive calls of a query before its questions are remembered. Most queries make fewer calls, and are faster without. It changes no
 * answer. Only calls that stop at the first success and await no promise count: the successes of others would multiply, and promises take longer.
 */
export const untabledCalls = { machine: 4, compiled: 128 };
