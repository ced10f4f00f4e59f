/** A code of an error, a warning or a lint, as `nanook code` and docs/reference/codes.md show it. */
export interface CodeEntry {
  readonly code: string;
  /** The page of the reference, relative to docs/reference. */
  readonly page: string;
  readonly severity: string;
  /** The message for the example. */
  readonly message: string;
  /** The moment at which an application gets the error. */
  readonly when?: string | undefined;
  /** The language of the examples: `polar`, `ts` or `console`. */
  readonly language?: string;
  /** A policy or a call with the mistake. */
  readonly example?: string;
  /** The corrected one. */
  readonly fix?: string;
}
