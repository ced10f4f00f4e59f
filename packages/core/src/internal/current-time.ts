/** The name of the current time in seconds since 1970, a whole number. It is a constant with a method, because two queries have two times. */
export const currentTimeName = '@current_unix_time';

/** The method that returns the time. */
export const currentTimeMethod = 'seconds';

/** Returns the constant of a clock. */
export const currentTimeConstant = (clock: () => Date): Readonly<Record<string, unknown>> => ({
  [currentTimeName]: Object.freeze({ [currentTimeMethod]: () => Math.floor(clock().getTime() / 1000) }),
});
