/** The codes of errors of the debugger. */
export type DebugErrorCode =
  /** A command is about a query that is not stopped. */
  | 'NANOOK_DEBUG_NOT_STOPPED'
  /** The variable `NANOOK_INSPECT` is not a port or a loopback address with a port, or the port cannot be opened. */
  | 'NANOOK_DEBUG_ADDRESS'
  /** A client has no valid token. */
  | 'NANOOK_DEBUG_TOKEN'
  /** Another debugger is attached to the process. */
  | 'NANOOK_DEBUG_ATTACHED';

/** A wrong use of the debugger. */
export class DebugError extends Error {
  override readonly name = 'DebugError';

  constructor(
    readonly code: DebugErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
