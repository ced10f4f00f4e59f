/** The description of a name. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  /** Policy text that describes the name, such as the rule that a shorthand rule is short for. */
  readonly code: readonly string[];
  /** Sentences in Markdown. */
  readonly text: readonly string[];
}
