import type { TextEdit } from '../workspace/place.js';

export type CompletionKind =
  | 'action'
  | 'constant'
  | 'field'
  | 'fixture'
  | 'keyword'
  | 'method'
  | 'relation'
  | 'role'
  | 'rule'
  | 'snippet'
  | 'type'
  | 'value'
  | 'variable';

/** A text that fits at a place. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A short note, such as the type of a field. */
  readonly detail?: string;
  /** The text that is inserted, with `$1` for the place of the cursor, if it is not the label. */
  readonly snippet?: string;
}

/** The texts that fit at a place, the most likely one first. */
export interface Completions {
  /** The place that the text of a completion replaces. */
  readonly replaces: Omit<TextEdit, 'text'>;
  readonly items: readonly Completion[];
}

/** Returns completions of one kind. */
export const named = (kind: CompletionKind, names: Iterable<string>, detail?: string): Completion[] =>
  [...new Set(names)].map((label) => ({ label, kind, ...(detail !== undefined && { detail }) }));
