import type { Column, RelationStep, Scope } from '@nanook/core/filter';
import type { PathColumn } from './describe-path.js';
import type { Documents } from './documents.js';
import { inexpressible } from './errors.js';

/** The place of a row in the documents that a stage reads. */
export interface Place {
  /** The prefix of its paths in an expression: `$`, `$address.`, or `$$nanook1.` for an element of a list. */
  readonly expression: string;
  /** The prefix of its paths in a query; `undefined` for an element of a list. */
  readonly match: string | undefined;
  /** The prefix of the paths of all elements of a list in the document. */
  readonly elements?: string;
}

/** The documents of one collection while their filter is printed, with the related documents that it looks up. */
export class Level {
  readonly lookups: object[] = [];
  /** The relations of the related documents, to describe them in an error. */
  readonly steps: RelationStep[] = [];
  readonly #places = new Map<number, Place>();
  readonly #variables = new Map<string, { readonly name: string; readonly value: unknown }>();

  constructor(
    readonly documents: Documents,
    readonly names: Names,
    root: Scope,
    readonly outer?: Level,
  ) {
    this.#places.set(root.id, { expression: '$', match: '' });
  }

  /** Adds a row that is a part of the documents. */
  add(scope: Scope, place: Place): void {
    this.#places.set(scope.id, place);
  }

  /** Returns the place of a row; `undefined` when it belongs to an outer collection. */
  place(scope: Scope): Place | undefined {
    return this.#places.get(scope.id);
  }

  /** Returns the level whose documents contain a row. */
  ownerOf(scope: Scope): Level {
    if (this.#places.has(scope.id)) return this;
    if (this.outer === undefined) throw new Error('bug in Nanook: a filter about an unknown row');
    return this.outer.ownerOf(scope);
  }

  /** Returns an expression for a path of a row, which may belong to an outer collection. */
  path(scope: Scope, path: string): string {
    const place = this.place(scope);
    if (place !== undefined) return `${place.expression}${path}`;
    return this.#outerVariable(scope, path, (owner) => owner.path(scope, path));
  }

  /** Returns the expression of the value that a document shows for a column. */
  value(column: Column): unknown {
    const described = this.documents.column(column);
    if (this.place(column.scope) !== undefined) return this.#shown(column.scope, described);
    return this.#outerVariable(column.scope, `${described.name}=`, (owner) => owner.value(column));
  }

  /** Returns the option `let` of the stage that looks up the documents of this level. */
  get variables(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Array.from(this.#variables.values(), ({ name, value }) => [name, value]));
  }

  #shown(scope: Scope, { name, missing }: PathColumn): unknown {
    const path = this.path(scope, name);
    if (missing === undefined) return path;
    return { $cond: [{ $eq: [{ $type: path }, 'missing'] }, { $literal: missing }, path] };
  }

  /** Returns a variable that has a value of an outer collection. Stages within the pipeline of a look-up can read its variables. */
  #outerVariable(scope: Scope, key: string, valueOf: (owner: Level) => unknown): string {
    const owner = this.ownerOf(scope);
    if (this.outer !== owner) return this.outer!.#outerVariable(scope, key, valueOf);
    if (owner.place(scope)!.match === undefined)
      throw inexpressible('a comparison of a related document with an element of a list');
    const known = `${scope.id} ${key}`;
    let variable = this.#variables.get(known);
    if (variable === undefined)
      this.#variables.set(known, (variable = { name: this.names.next(), value: valueOf(owner) }));
    return `$$${variable.name}`;
  }
}

/** Makes the names of variables, and of the fields that hold related documents. */
export class Names {
  #count = 0;
  next(): string {
    return `nanook${++this.#count}`;
  }
}
