import { textOf, type Span } from '../../diagnostics/span.js';
import type { FieldNode, ParameterNode, PatternNode, PatternOrTermNode, TermNode } from '../../syntax/ast.js';
import type { DeclaredType, Field, FieldType } from '../../types/declared-type.js';
import type { TypeTable } from '../../types/type-table.js';
import type { Scope } from '../policy-draft.js';

// The types that the terms of a rule certainly have, and the mistakes that follow from them.

/** The text of a term and its type. */
export interface TypedText {
  readonly text: string;
  /** The name of the type in a message: `an Integer`. */
  readonly type: string;
}

export interface TypeMistakes {
  readonly unknownFields: {
    readonly type: string;
    readonly field: string;
    readonly span: Span;
    readonly known: readonly string[];
  }[];
  /** The two sides of an equality that can never be equal. */
  readonly neverEqual: { readonly left: TypedText; readonly right: TypedText; readonly span: Span }[];
  /** The two sides of an order or an operation without a result. */
  readonly neverDecided: {
    readonly as: 'order' | 'arithmetic';
    readonly left: TypedText;
    readonly right: TypedText;
    readonly span: Span;
  }[];
  readonly calledFields: { readonly type: string; readonly name: string; readonly span: Span }[];
  /** The texts that are compared with an enumeration that does not contain them. */
  readonly unknownValues: {
    readonly of: string;
    readonly as: 'value' | 'element';
    readonly value: string;
    readonly span: Span;
    readonly known: readonly string[];
  }[];
  /** Two rows that are compared by their contents, because their type declares no key. */
  readonly withoutKey: {
    readonly left: string;
    readonly right: string;
    readonly type: DeclaredType;
    readonly span: Span;
  }[];
  /** The right side of an `in` that is not a collection. */
  readonly notCollections: { readonly item: string; readonly collection: TypedText; readonly span: Span }[];
}

/** A declared field, and the type that declares it. */
export interface FieldOf {
  readonly field: Field;
  readonly type: DeclaredType;
}

/** The places of a rule whose declared types are certain. */
export interface DeclaredPlaces {
  /** The field of an attribute, by the place of its name. */
  readonly fields: ReadonlyMap<Span, FieldOf>;
  /** The lists after `in`, by their place. */
  readonly lists: ReadonlyMap<Span, FieldType & { readonly kind: 'list' }>;
}

interface RuleTypes {
  readonly mistakes: TypeMistakes;
  readonly places: DeclaredPlaces;
}

/** Computed once for all checks of a rule. */
const found = new WeakMap<Scope, RuleTypes>();

export const typeMistakesIn = (scope: Scope, types: TypeTable): TypeMistakes =>
  typesIn(scope, types).mistakes;

export const declaredPlacesIn = (scope: Scope, types: TypeTable): DeclaredPlaces =>
  typesIn(scope, types).places;

function typesIn(scope: Scope, types: TypeTable): RuleTypes {
  let known = found.get(scope);
  if (known === undefined) {
    const walk = new TypeWalk(types);
    walk.run(scope);
    found.set(scope, (known = walk));
  }
  return known;
}

/** The certain type of a term; undefined when no type is certain. */
type StaticType = FieldType | undefined;

/** The certain types in a rule, for editors. */
export interface TermTypes {
  /** The types of terms, where they are read. */
  readonly terms: ReadonlyMap<TermNode, FieldType>;
  /** The types of the variables at the end of the rule. */
  readonly variables: ReadonlyMap<string, FieldType | undefined>;
  /** The fields, by the places of their names. */
  readonly fields: ReadonlyMap<Span, FieldOf>;
}

export function termTypesIn(scope: Pick<Scope, 'parameters' | 'body'>, types: TypeTable): TermTypes {
  const terms = new Map<TermNode, FieldType>();
  const walk = new TypeWalk(types, terms);
  const variables = walk.run(scope);
  return { terms, variables, fields: walk.places.fields };
}

/** The types of the variables on one path through a rule. */
type PathTypes = Map<string, StaticType>;

/** Follows a rule from left to right, in the order of its conditions, and collects the type that each variable must have. */
class TypeWalk implements RuleTypes {
  readonly mistakes: TypeMistakes = {
    unknownFields: [],
    neverEqual: [],
    neverDecided: [],
    calledFields: [],
    unknownValues: [],
    withoutKey: [],
    notCollections: [],
  };
  readonly places = {
    fields: new Map<Span, FieldOf>(),
    lists: new Map<Span, FieldType & { readonly kind: 'list' }>(),
  };

  /** @param terms receives the types of terms */
  constructor(
    readonly types: TypeTable,
    readonly terms?: Map<TermNode, FieldType>,
  ) {}

  /** @returns the types at the end of the rule */
  run({ parameters, body }: Pick<Scope, 'parameters' | 'body'>): PathTypes {
    const met: PathTypes = new Map();
    for (const parameter of parameters) this.#parameter(parameter, met);
    if (body !== undefined) this.#condition(body, met);
    return met;
  }

  #parameter({ term, specializer }: ParameterNode, met: PathTypes): void {
    this.#term(term, met);
    if (specializer !== undefined) this.#matches(term, specializer, met, undefined);
  }

  #condition(term: TermNode, met: PathTypes): void {
    switch (term.kind) {
      case 'and':
        for (const operand of term.operands) this.#condition(operand, met);
        return;
      case 'or': {
        const branches = term.operands.map((operand) =>
          this.#branch(met, (branch) => this.#condition(operand, branch)),
        );
        for (const name of new Set(branches.flatMap((branch) => [...branch.keys()]))) {
          const [first, ...others] = branches.map((branch) => branch.get(name));
          met.set(name, others.every((other) => isSame(first, other)) ? first : undefined);
        }
        return;
      }
      case 'not':
        this.#branch(met, (branch) => this.#condition(term.operand, branch));
        return;
      case 'forall':
        this.#branch(met, (branch) => {
          this.#condition(term.condition, branch);
          this.#condition(term.action, branch);
        });
        return;
      case 'unify': {
        const right = this.#term(term.right, met);
        const left = this.#term(term.left, met);
        this.#compare(term, left, right);
        this.#narrow(term.left, right, met);
        this.#narrow(term.right, left, met);
        return;
      }
      case 'assign': {
        const value = this.#term(term.value, met);
        this.#narrow(term.variable, value, met);
        return;
      }
      case 'in': {
        const collection = this.#term(term.collection, met);
        if (collection?.kind === 'list') this.places.lists.set(term.collection.span, collection);
        const item = this.#term(term.item, met);
        this.#collect(term, collection);
        this.#members(term, item, collection);
        this.#narrow(term.item, collection?.kind === 'list' ? collection.of : undefined, met);
        return;
      }
      case 'matches':
        this.#matches(term.value, term.pattern, met, this.#term(term.value, met));
        return;
      case 'compare': {
        const left = this.#term(term.left, met);
        const right = this.#term(term.right, met);
        if (term.operator === '==' || term.operator === '!=') this.#compare(term, left, right);
        else this.#order(term, left, right);
        return;
      }
      case 'call':
      case 'print':
      case 'debug':
        for (const arg of term.args) this.#term(arg, met);
        return;
      case 'cut':
        return;
      default:
        this.#term(term, met);
    }
  }

  #compare(
    { left, right, span }: { readonly left: TermNode; readonly right: TermNode; readonly span: Span },
    typeOfLeft: StaticType,
    typeOfRight: StaticType,
  ): void {
    const types = mismatch(left, typeOfLeft, right, typeOfRight);
    if (types !== undefined) this.mistakes.neverEqual.push({ ...types, span });
    this.#enumerate(textOf(left.span), typeOfLeft, right);
    this.#enumerate(textOf(right.span), typeOfRight, left);
    this.#compareRows(textOf(left.span), typeOfLeft, textOf(right.span), typeOfRight, span);
  }

  /** Finds rows of one type that have neither a class nor a key. */
  #compareRows(
    left: string,
    typeOfLeft: StaticType,
    right: string,
    typeOfRight: StaticType,
    span: Span,
  ): void {
    const type = this.#declared(typeOfLeft);
    if (type === undefined || type !== this.#declared(typeOfRight) || type.builtIn || left === right) return;
    if (type.class === undefined && type.key === undefined && type.equals === undefined)
      this.mistakes.withoutKey.push({ left, right, type, span });
  }

  /** Compares a literal with the values of an enumeration. */
  #enumerate(
    of: string,
    type: StaticType,
    literal: PatternOrTermNode,
    as: 'value' | 'element' = 'value',
  ): void {
    if (type?.kind !== 'one-of' || literal.kind !== 'literal' || typeof literal.value !== 'string') return;
    const { value, span } = literal;
    if (!type.values.includes(value))
      this.mistakes.unknownValues.push({ of, as, value, span, known: type.values });
  }

  /** Compares the literals of `item in list` with the values of an enumeration. */
  #members(
    { item, collection, span }: TermNode & { kind: 'in' },
    type: StaticType,
    typeOfCollection: StaticType,
  ): void {
    if (collection.kind === 'list')
      for (const each of collection.items) this.#enumerate(textOf(item.span), type, each);
    if (typeOfCollection?.kind !== 'list') return;
    const of = textOf(collection.span);
    this.#enumerate(of, typeOfCollection.of, item, 'element');
    this.#compareRows(textOf(item.span), type, of, typeOfCollection.of, span);
  }

  #order(
    { left, right, span }: { readonly left: TermNode; readonly right: TermNode; readonly span: Span },
    typeOfLeft: StaticType,
    typeOfRight: StaticType,
  ): void {
    const types = mismatch(left, typeOfLeft, right, typeOfRight);
    if (types !== undefined) this.mistakes.neverDecided.push({ as: 'order', ...types, span });
  }

  #arithmetic({ left, right, span }: TermNode & { kind: 'arithmetic' }, types: readonly StaticType[]): void {
    const leftType = primitiveOf(left, types[0]);
    const rightType = primitiveOf(right, types[1]);
    const isNumber = (type: Primitive | undefined) => type === undefined || familyOf(type) === 'Integer';
    if (isNumber(leftType) && isNumber(rightType)) return;
    this.mistakes.neverDecided.push({
      as: 'arithmetic',
      left: { text: textOf(left.span), type: described(leftType) },
      right: { text: textOf(right.span), type: described(rightType) },
      span,
    });
  }

  #collect(
    { item, collection }: { readonly item: TermNode; readonly collection: TermNode },
    type: StaticType,
  ): void {
    const primitive = primitiveOf(collection, type);
    if (primitive === undefined || primitive === 'List') return;
    this.mistakes.notCollections.push({
      item: textOf(item.span),
      collection: { text: textOf(collection.span), type: described(primitive) },
      span: collection.span,
    });
  }

  /** Follows a branch with a copy of the types, and returns the types at its end. */
  #branch(met: PathTypes, follow: (branch: PathTypes) => void): PathTypes {
    const branch: PathTypes = new Map(met);
    follow(branch);
    return branch;
  }

  /** Checks the attributes in a term, and returns the certain type of its value. */
  #term(term: TermNode, met: PathTypes): StaticType {
    const type = this.#typeOf(term, met);
    if (type !== undefined) this.terms?.set(term, type);
    return type;
  }

  #typeOf(term: TermNode, met: PathTypes): StaticType {
    switch (term.kind) {
      case 'variable':
        if (this.types.hasConstant(term.name)) return undefined;
        if (!met.has(term.name)) met.set(term.name, undefined);
        return met.get(term.name);
      case 'list':
        for (const item of term.items) this.#term(item, met);
        if (term.rest !== undefined) this.#term(term.rest, met);
        return undefined;
      case 'dictionary':
        for (const { value } of term.fields) this.#term(value, met);
        return undefined;
      case 'lookup': {
        const object = this.#term(term.object, met);
        const { key } = term;
        if (key.kind === 'literal') return this.#field(object, String(key.value), key.span);
        this.#term(key, met);
        return undefined;
      }
      case 'method-call': {
        const type = this.#declared(this.#term(term.object, met));
        for (const arg of term.args) this.#term(arg, met);
        if (type?.class !== undefined) this.#typeOfField(type, term.method, term.methodSpan);
        else if (type?.fields?.has(term.method) === true)
          this.mistakes.calledFields.push({ type: type.name, name: term.method, span: term.methodSpan });
        return undefined;
      }
      case 'new':
        for (const arg of term.args) this.#term(arg, met);
        return { kind: 'named', name: term.className };
      case 'arithmetic':
        this.#arithmetic(term, [this.#term(term.left, met), this.#term(term.right, met)]);
        return undefined;
      case 'literal':
        return undefined;
      default:
        // Not reached: a condition does not parse as a value.
        return undefined;
    }
  }

  /** Narrows a term after it is unified with a value of a type. */
  #narrow(term: TermNode, type: StaticType, met: PathTypes): void {
    if (term.kind !== 'variable' || type === undefined || this.types.hasConstant(term.name)) return;
    if (met.get(term.name) === undefined) met.set(term.name, type);
  }

  #matches(term: TermNode, pattern: PatternNode, met: PathTypes, type: StaticType): void {
    this.#pattern(pattern, met, type);
    this.#compareLiteral(textOf(term.span), type, pattern);
    if (term.kind !== 'variable' || pattern.kind !== 'instance-pattern' || !met.has(term.name)) return;
    const narrower = this.types.find(pattern.className);
    if (narrower === undefined) return;
    const known = met.get(term.name);
    const was = known?.kind === 'named' ? this.types.find(known.name) : undefined;
    if (was !== undefined && this.types.isSubtype(was, narrower)) return;
    const narrows = known === undefined || (was !== undefined && this.types.isSubtype(narrower, was));
    met.set(term.name, narrows ? { kind: 'named', name: narrower.name } : undefined);
  }

  /** @param type the type of the value, if it is certain before the pattern */
  #pattern(pattern: PatternNode, met: PathTypes, type: StaticType): void {
    switch (pattern.kind) {
      case 'instance-pattern':
        for (const field of pattern.fields) {
          const typeOfField = this.#field(
            { kind: 'named', name: pattern.className },
            field.key,
            field.keySpan,
          );
          this.#patternField(field, typeOfField, met);
        }
        return;
      case 'dictionary-pattern':
        for (const field of pattern.fields)
          this.#patternField(field, this.#declaredField(type, field.key, field.keySpan)?.type, met);
        return;
      case 'list-pattern': {
        const typeOfItems = type?.kind === 'list' ? type.of : undefined;
        for (const item of pattern.items) this.#nested(item, typeOfItems, met);
        if (pattern.rest !== undefined) this.#term(pattern.rest, met);
        return;
      }
      case 'literal':
    }
  }

  #patternField({ key, value }: FieldNode<PatternOrTermNode>, type: StaticType, met: PathTypes): void {
    this.#compareLiteral(key, type, value);
    if (value.kind === 'variable' && met.has(value.name))
      this.#compareRows(key, type, value.name, met.get(value.name), value.span);
    this.#nested(value, type, met);
  }

  /** Compares a literal in a pattern with the type of its place. */
  #compareLiteral(text: string, type: StaticType, literal: PatternOrTermNode): void {
    if (literal.kind !== 'literal') return;
    this.#enumerate(text, type, literal);
    const declared = primitiveOfType(type);
    const given = primitiveOf(literal, undefined);
    if (declared === undefined || given === undefined || familyOf(declared) === familyOf(given)) return;
    this.mistakes.neverEqual.push({
      left: { text, type: described(declared) },
      right: { text: textOf(literal.span), type: described(given) },
      span: literal.span,
    });
  }

  #nested(node: PatternOrTermNode, type: StaticType, met: PathTypes): void {
    switch (node.kind) {
      case 'instance-pattern':
      case 'dictionary-pattern':
      case 'list-pattern':
        this.#pattern(node, met, type);
        return;
      default:
        this.#term(node, met);
        this.#narrow(node, type, met);
    }
  }

  #declared(type: StaticType): DeclaredType | undefined {
    return type?.kind === 'named' ? this.types.find(type.name) : undefined;
  }

  #field(object: StaticType, name: string, span: Span): StaticType {
    const type = this.#declared(object);
    return type && this.#typeOfField(type, name, span);
  }

  /** Returns a declared field, and stores its place. */
  #declaredField(object: StaticType, name: string, span: Span): Field | undefined {
    const declared = this.#declared(object);
    const type = declared && this.types.ancestorsOf(declared).find(({ fields }) => fields?.has(name));
    const field = type?.fields?.get(name);
    if (type === undefined || field === undefined) return undefined;
    this.places.fields.set(span, { field, type });
    return field;
  }

  /** Returns the declared type of a field. It reports a field that neither the type nor a registered subtype has. */
  #typeOfField(type: DeclaredType, name: string, span: Span): StaticType {
    const declared = this.#declaredField({ kind: 'named', name: type.name }, name, span);
    if (declared !== undefined || type.fields === undefined) return declared?.type;
    const subtypes = [...this.types.types].filter((other) => this.types.isSubtype(other, type));
    const isThere = ({ fields, class: of }: DeclaredType) =>
      fields?.has(name) === true || (of !== undefined && name in of.prototype);
    if (!subtypes.some(isThere)) {
      const known = this.types.ancestorsOf(type).flatMap(({ fields }) => [...(fields?.keys() ?? [])]);
      this.mistakes.unknownFields.push({ type: type.name, field: name, span, known });
    }
    return undefined;
  }
}

type Primitive = 'Boolean' | 'Integer' | 'Float' | 'Decimal' | 'Date' | 'String' | 'List';

/** Returns the type of a term if it certainly has no value in common with the other types. */
function primitiveOf(term: TermNode, type: StaticType): Primitive | undefined {
  if (term.kind === 'list') return 'List';
  if (term.kind === 'literal') {
    if (typeof term.value === 'string') return 'String';
    return typeof term.value === 'boolean' ? 'Boolean' : Number.isInteger(term.value) ? 'Integer' : 'Float';
  }
  return primitiveOfType(type);
}

function primitiveOfType(type: StaticType): Primitive | undefined {
  switch (type?.kind) {
    case 'list':
      return 'List';
    case 'one-of':
      return 'String';
    case 'decimal':
      return 'Decimal';
    case 'date':
      return 'Date';
    case 'named':
      switch (type.name) {
        case 'Boolean':
        case 'Integer':
        case 'Float':
        case 'String':
          return type.name;
        default:
          return undefined;
      }
    default:
      return undefined;
  }
}

/** Numbers of all kinds can be equal and have an order. A date is compared as its number of milliseconds. */
const familyOf = (type: Primitive): string =>
  type === 'Float' || type === 'Decimal' || type === 'Date' ? 'Integer' : type;
const described = (type: Primitive | undefined): string =>
  type === undefined ? 'a value of any type' : type === 'Integer' ? 'an Integer' : `a ${type}`;

/** Returns two terms whose types have no value in common. */
function mismatch(
  left: TermNode,
  typeOfLeft: StaticType,
  right: TermNode,
  typeOfRight: StaticType,
): { readonly left: TypedText; readonly right: TypedText } | undefined {
  const leftType = primitiveOf(left, typeOfLeft);
  const rightType = primitiveOf(right, typeOfRight);
  if (leftType === undefined || rightType === undefined || familyOf(leftType) === familyOf(rightType))
    return undefined;
  return {
    left: { text: textOf(left.span), type: described(leftType) },
    right: { text: textOf(right.span), type: described(rightType) },
  };
}

function isSame(a: StaticType, b: StaticType): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'list') return b.kind === 'list' && isSame(a.of, b.of);
  if (a.kind === 'one-of') return b.kind === 'one-of' && String(a.values) === String(b.values);
  if (a.kind === 'instance') return b.kind === 'instance' && a.class === b.class;
  return a.kind === b.kind && (a.kind !== 'named' || (b.kind === 'named' && a.name === b.name));
}
