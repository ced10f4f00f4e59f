import { didYouMean } from '../internal/near-names.js';
import type {
  DictionaryNode,
  DictionaryPatternNode,
  InstancePatternNode,
  ListNode,
  ListPatternNode,
  ParameterNode,
  PatternOrTermNode,
  RuleTypeNode,
} from '../syntax/ast.js';
import { printParameter, printTerm } from '../syntax/print.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { BuiltInTypeName, TypeTable, UnionName } from '../types/type-table.js';
import { builtInTypeNames, isUnionName } from '../types/type-table.js';
import type { PolicyRule } from './policy.js';

// Rule types: `type f(x: Integer);` permits rules `f` whose parameter is an Integer. Polar reference, *rule types*.

/** The members of the unions, by name. */
export type UnionMembers = Readonly<Record<UnionName, ReadonlySet<string>>>;

/** The reason why a rule does not match a rule type. */
export interface Misfit {
  readonly reason: string;
  /** The number of parameters, from the left, that match. */
  readonly fitting: number;
  /** The union that the type of the parameter would join with a block. */
  readonly hint: { readonly union: UnionName; readonly type: string } | undefined;
}

/** Compares rules with rule types, for the types and constants of a policy. */
export class RuleTypeMatcher {
  constructor(
    readonly types: TypeTable,
    readonly unions: UnionMembers,
  ) {}

  /** Returns the first parameter that does not match; undefined when the rule matches the type. */
  findMisfit(rule: Pick<PolicyRule, 'parameters'>, type: RuleTypeNode): Misfit | undefined {
    const given = rule.parameters.length;
    const expected = type.parameters.length;
    if (given !== expected) {
      const reason = `the rule has ${given} ${given === 1 ? 'parameter' : 'parameters'}, and the rule type has ${expected}`;
      return { reason, fitting: 0, hint: undefined };
    }
    for (const [i, parameter] of type.parameters.entries()) {
      const misfit = this.#parameter(parameter, rule.parameters[i]!);
      if (misfit !== undefined) return { hint: undefined, ...misfit, fitting: i };
    }
    return undefined;
  }

  #parameter(expected: ParameterNode, given: ParameterNode): Pick<Misfit, 'reason'> | Misfit | undefined {
    if (isUntypedParameter(expected)) return undefined;
    const expectedShape = expected.specializer ?? expected.term;
    if (isUntypedParameter(given)) {
      const name = printParameter(given);
      const reason = `the parameter \`${name}\` must be ${describe(expectedShape)}`;
      return {
        reason: isTypeName(expectedShape)
          ? `${reason}, as in \`${name}: ${expectedShape.className}\``
          : reason,
      };
    }
    const givenShape = given.specializer ?? given.term;
    if (this.#fits(expectedShape, givenShape)) return undefined;
    const reason = `the parameter \`${printParameter(given).replaceAll('{}', '')}\` is not ${describe(expectedShape)}${this.#unknownClass(givenShape)}`;
    const hint =
      expectedShape.kind === 'instance-pattern' &&
      givenShape.kind === 'instance-pattern' &&
      isUnionName(expectedShape.className) &&
      this.types.find(givenShape.className) !== undefined
        ? { union: expectedShape.className, type: givenShape.className }
        : undefined;
    return { reason, fitting: 0, hint };
  }

  #unknownClass(given: PatternOrTermNode): string {
    if (given.kind !== 'instance-pattern' || isUnionName(given.className)) return '';
    if (this.types.find(given.className) !== undefined) return '';
    return `: no class is registered as \`${given.className}\`${didYouMean(given.className, this.types.typeNames)}`;
  }

  #fits(expected: PatternOrTermNode, given: PatternOrTermNode): boolean {
    switch (expected.kind) {
      case 'instance-pattern':
        return this.#isOfClass(expected.className, given) && this.#fieldsFit(expected, given);
      case 'dictionary':
      case 'dictionary-pattern':
        return this.#fieldsFit(expected, given);
      case 'list':
      case 'list-pattern':
        return this.#itemsFit(expected, given);
      case 'variable':
        if (this.types.dialect.comparesRuleTypesByForm) return printTerm(expected) === printTerm(given);
        // Inside a pattern, a name is a constant if there is one, and otherwise matches any value.
        return !this.types.hasConstant(expected.name) || printTerm(expected) === printTerm(given);
      default:
        return printTerm(expected) === printTerm(given);
    }
  }

  #isOfClass(expected: string, given: PatternOrTermNode): boolean {
    const name = typeNameOf(given);
    if (name === undefined) return false;
    if (name === expected) return true;
    if (isUnionName(name)) return false;
    const type = this.types.find(name);
    if (type === undefined) return false;
    if (isUnionName(expected)) return this.#isMember(type, expected);
    const base = this.types.find(expected);
    return base !== undefined && this.types.isSubtype(type, base);
  }

  /** A union may have thousands of members, while a type has few ancestors. */
  #isMember(type: DeclaredType, union: UnionName): boolean {
    if (type.builtIn) return builtInTypeNames.some((name) => this.#isBuiltInMember(type, name, union));
    const members = this.unions[union];
    return members.has(type.name) || this.types.ancestorsOf(type).some(({ name }) => members.has(name));
  }

  #isBuiltInMember(type: DeclaredType, name: BuiltInTypeName, union: UnionName): boolean {
    const base = this.types.find(name);
    return base !== undefined && this.unions[union].has(name) && this.types.isSubtype(type, base);
  }

  #fieldsFit(
    expected: InstancePatternNode | DictionaryPatternNode | DictionaryNode,
    given: PatternOrTermNode,
  ): boolean {
    if (expected.kind === 'instance-pattern' && expected.fields.length === 0) return true;
    if (!('fields' in given)) return false;
    return expected.fields.every(({ key, value }) => {
      const field = given.fields.find((candidate) => candidate.key === key);
      return field !== undefined && this.#partFits(value, field.value);
    });
  }

  /** Returns whether a field of a rule fits the field of a rule type. */
  #partFits(expected: PatternOrTermNode, given: PatternOrTermNode): boolean {
    return this.types.dialect.comparesRuleTypesByForm
      ? printTerm(expected) === printTerm(given)
      : this.#fits(expected, given);
  }

  #itemsFit(expected: ListNode | ListPatternNode, given: PatternOrTermNode): boolean {
    if (given.kind !== 'list' && given.kind !== 'list-pattern') return false;
    if (this.types.dialect.comparesRuleTypesByForm)
      return expected.items.every((item) =>
        given.items.some((other) => printTerm(other) === printTerm(item)),
      );
    if (given.rest !== undefined || given.items.length !== expected.items.length) return false;
    return expected.items.every((item, i) => this.#fits(item, given.items[i]!));
  }
}

/** Returns true if the argument is statically unknown: a variable, or an expression whose value only the body computes. */
export function isUntypedParameter({ term, specializer }: ParameterNode): boolean {
  if (specializer !== undefined || (term.kind === 'variable' && term.entity !== undefined)) return false;
  return term.kind !== 'literal' && term.kind !== 'list' && term.kind !== 'dictionary';
}

function typeNameOf(node: PatternOrTermNode): BuiltInTypeName | (string & {}) | undefined {
  switch (node.kind) {
    case 'instance-pattern':
      return node.className;
    case 'variable':
      return node.entity?.type;
    case 'list':
    case 'list-pattern':
      return 'List';
    case 'dictionary':
    case 'dictionary-pattern':
      return 'Dictionary';
    case 'literal':
      if (typeof node.value === 'string') return 'String';
      if (typeof node.value === 'boolean') return 'Boolean';
      return Number.isInteger(node.value) ? 'Integer' : 'Float';
    default:
      return undefined;
  }
}

const isTypeName = (expected: PatternOrTermNode): expected is InstancePatternNode =>
  expected.kind === 'instance-pattern' && expected.fields.length === 0;

const describe = (expected: PatternOrTermNode): string =>
  isTypeName(expected)
    ? `of type \`${expected.className}\``
    : `\`${printTerm(expected).replaceAll('{}', '')}\``;

/**
 * Returns the shape of a head that consists only of type names, strings, numbers and plain variables. A rule matches every type of
 * the same shape, so that thousands of rules and types are compared by shape, and only the others one by one.
 */
export function shapeOf(parameters: readonly ParameterNode[]): string | undefined {
  let shape = '';
  for (const parameter of parameters) {
    const node = parameter.specializer ?? parameter.term;
    if (isUntypedParameter(parameter)) shape += ',_';
    else if (node.kind === 'literal') shape += `,${printTerm(node)}`;
    else if (node.kind === 'instance-pattern' && node.fields.length === 0) shape += `,:${node.className}`;
    else return undefined;
  }
  return shape;
}
