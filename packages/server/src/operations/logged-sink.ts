/** The state of a sink of `@nanook/log`, as far as a server shows it. */
export interface LoggedSink {
  readonly name: string;
  /** Records that are not stored yet. */
  readonly waiting: number;
  readonly stored: number;
  /** Records that were lost, because the queue was full. */
  readonly dropped: number;
}
