/** Makes an error of the engine: a plain `Error` whose name says its kind. */
export function engineError(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? {} : { cause });
  error.name = name;
  return error;
}
