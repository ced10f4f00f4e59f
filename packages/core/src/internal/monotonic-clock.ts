/** The clock that nothing sets. It is found once: in Node, the global `performance` is a getter, which the optimizer does not inline. */
export const monotonicClock: Pick<typeof performance, 'now' | 'timeOrigin'> = performance;
