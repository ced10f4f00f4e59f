import type { Dict } from './types.js';

/** A pattern: the name of a class, if it has one, and the fields that a value must have. */
export class Pattern {
  readonly tag: string | undefined;
  readonly fields: Dict;

  constructor({ tag, fields }: { tag?: string | undefined; fields: Dict }) {
    this.tag = tag;
    this.fields = fields;
  }
}
