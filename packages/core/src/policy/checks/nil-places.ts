import { textOf, type Span } from '../../diagnostics/span.js';
import type { InNode, LookupNode, PatternNode, PatternOrTermNode, TermNode } from '../../syntax/ast.js';
import type { TypeTable } from '../../types/type-table.js';
import type { DeclaredPlaces, FieldOf } from './static-types.js';

/** A value that can be nil by its declaration. */
export interface NilPlace {
  /** The key of the object whose field this is. */
  readonly object: string | undefined;
  /** The value as a message shows it. */
  readonly text: string;
}

/** Names the values of a rule. Two terms with the same key are the same value: the variable `t`, the attribute `note.team.id`. */
export class NilPlaces {
  /** The values that can be nil, by their key. Values are added when their key is read. */
  readonly nilPlaces = new Map<string, NilPlace>();

  /** The attributes as a message shows them, by their key. */
  readonly #texts = new Map<string, string>();

  constructor(
    readonly types: TypeTable,
    readonly declared: DeclaredPlaces,
  ) {}

  /** Returns the key of a value; undefined for a term that is neither a variable nor an attribute of one. */
  keyOf(term: PatternOrTermNode): string | undefined {
    if (term.kind === 'variable') {
      if (this.types.hasConstant(term.name)) return undefined;
      return term.name === '_' ? keyOfPlace(term.span) : term.name;
    }
    if (term.kind !== 'lookup' || term.key.kind !== 'literal') return undefined;
    const object = this.keyOf(term.object);
    if (object === undefined) return undefined;
    return this.#attribute(object, String(term.key.value), term.key.span, textOf(term.span));
  }

  /** Returns the key of a field in a pattern, for the value with the key `object`. */
  keyOfField(object: string, pattern: PatternNode, name: string, span: Span): string {
    const type = pattern.kind === 'instance-pattern' ? pattern.className : undefined;
    const owner = /^\w+$/.test(object) ? object : (this.#texts.get(object) ?? type);
    return this.#attribute(object, name, span, owner === undefined ? name : `${owner}.${name}`);
  }

  /** Returns the key of the element of `item in list`. */
  keyOfElement({ item, collection }: InNode): string {
    const key = keyOfPlace(collection.span);
    if (this.declared.lists.get(collection.span)?.hasNil === true)
      this.nilPlaces.set(key, {
        object: undefined,
        text: textOf(item.kind === 'variable' ? item.span : collection.span),
      });
    return key;
  }

  /** Returns whether a term is certainly not nil. */
  isPresent(term: PatternOrTermNode): boolean {
    switch (term.kind) {
      case 'literal':
      case 'list':
      case 'dictionary':
      case 'new':
      case 'arithmetic':
        return true;
      case 'variable':
        return this.types.hasConstant(term.name) && !this.isNil(term);
      case 'lookup':
        return this.#fieldOf(term) !== undefined && !canBeNil(this.#fieldOf(term)!);
      default:
        return false;
    }
  }

  /** Returns whether a term is `nil` itself. */
  isNil(term: PatternOrTermNode): boolean {
    if (term.kind !== 'variable' || !this.types.hasConstant(term.name)) return false;
    return this.types.constant(term.name) === null || this.types.constant(term.name) === undefined;
  }

  /** Returns whether every element of a list in the rule is certainly not nil. */
  hasOnlyPresent(collection: TermNode): boolean {
    if (collection.kind === 'list')
      return collection.rest === undefined && collection.items.every((item) => this.isPresent(item));
    return this.declared.lists.get(collection.span)?.hasNil === false;
  }

  #fieldOf({ key }: LookupNode): FieldOf | undefined {
    return this.declared.fields.get(key.span);
  }

  #attribute(object: string, name: string, span: Span, text: string): string {
    const key = `${object}.${JSON.stringify(name)}`;
    this.#texts.set(key, text);
    const field = this.declared.fields.get(span);
    if (field !== undefined && canBeNil(field) && !this.nilPlaces.has(key))
      this.nilPlaces.set(key, { object, text });
    return key;
  }
}

const keyOfPlace = (span: Span): string => `(${span.start})`;

/** Returns whether a field can be nil. */
export const canBeNil = ({ field }: FieldOf): boolean => field.nullable;
