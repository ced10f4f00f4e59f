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
    const wanted = type.parameters.length;
    if (given !== wanted) {
      const reason = `the rule has ${given} ${given === 1 ? 'parameter' : 'parameters'}, and the rule type has ${wanted}`;
      return { reason, fitting: 0, hint: undefined };
    }
    for (const [i, parameter] of type.parameters.entries()) {
      const misfit = this.#parameter(parameter, rule.parameters[i]!);
      if (misfit !== undefined) return { hint: undefined, ...misfit, fitting: i };
    }
    return undefined;
  }

  #parameter(wanted: ParameterNode, given: ParameterNode): Pick<Misfit, 'reason'> | Misfit | undefined {
    if (isUntypedParameter(wanted)) return undefined;
    const wantedShape = wanted.specializer ?? wanted.term;
    if (isUntypedParameter(given)) {
      const name = printParameter(given);
      const reason = `the parameter \`${name}\` must be ${describe(wantedShape)}`;
      return {
        reason: isTypeName(wantedShape) ? `${reason}, as in \`${name}: ${wantedShape.className}\`` : reason,
      };
    }
    const givenShape = given.specializer ?? given.term;
    if (this.#fits(wantedShape, givenShape)) return undefined;
    const reason = `the parameter \`${printParameter(given).replaceAll('{}', '')}\` is not ${describe(wantedShape)}${this.#unknownClass(givenShape)}`;
    const hint =
      wantedShape.kind === 'instance-pattern' &&
      givenShape.kind === 'instance-pattern' &&
      isUnionName(wantedShape.className) &&
      this.types.find(givenShape.className) !== undefined
        ? { union: wantedShape.className, type: givenShape.className }
        : undefined;
    return { reason, fitting: 0, hint };
  }

  #unknownClass(given: PatternOrTermNode): string {
    if (given.kind !== 'instance-pattern' || isUnionName(given.className)) return '';
    if (this.types.find(given.className) !== undefined) return '';
    return `: no class is registered as \`${given.className}\`${didYouMean(given.className, this.types.typeNames)}`;
  }

  #fits(wanted: PatternOrTermNode, given: PatternOrTermNode): boolean {
    switch (wanted.kind) {
      case 'instance-pattern':
        return this.#isOfClass(wanted.className, given) && this.#fieldsFit(wanted, given);
      case 'dictionary':
      case 'dictionary-pattern':
        return this.#fieldsFit(wanted, given);
      case 'list':
      case 'list-pattern':
        return this.#itemsFit(wanted, given);
      case 'variable':
        // Inside a pattern, a name is a constant if there is one, and otherwise matches any value.
        return !this.types.hasConstant(wanted.name) || printTerm(wanted) === printTerm(given);
      default:
        return printTerm(wanted) === printTerm(given);
    }
  }

  #isOfClass(wanted: string, given: PatternOrTermNode): boolean {
    const name = typeNameOf(given);
    if (name === undefined) return false;
    if (name === wanted) return true;
    if (isUnionName(name)) return false;
    const type = this.types.find(name);
    if (type === undefined) return false;
    if (isUnionName(wanted)) return this.#isMember(type, wanted);
    const base = this.types.find(wanted);
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
    wanted: InstancePatternNode | DictionaryPatternNode | DictionaryNode,
    given: PatternOrTermNode,
  ): boolean {
    if (wanted.kind === 'instance-pattern' && wanted.fields.length === 0) return true;
    if (!('fields' in given)) return false;
    return wanted.fields.every(({ key, value }) => {
      const field = given.fields.find((candidate) => candidate.key === key);
      return field !== undefined && this.#fits(value, field.value);
    });
  }

  #itemsFit(wanted: ListNode | ListPatternNode, given: PatternOrTermNode): boolean {
    if (given.kind !== 'list' && given.kind !== 'list-pattern') return false;
    if (given.rest !== undefined || given.items.length !== wanted.items.length) return false;
    return wanted.items.every((item, i) => this.#fits(item, given.items[i]!));
  }
}

/** Returns true if the argument is statically unknown: a variable, or an expression whose value only the body computes. */
export function isUntypedParameter({ term, specializer }: ParameterNode): boolean {
  if (specializer !== undefined) return false;
  return term.kind !== 'literal' && term.kind !== 'list' && term.kind !== 'dictionary';
}

function typeNameOf(node: PatternOrTermNode): BuiltInTypeName | (string & {}) | undefined {
  switch (node.kind) {
    case 'instance-pattern':
      return node.className;
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

const isTypeName = (wanted: PatternOrTermNode): wanted is InstancePatternNode =>
  wanted.kind === 'instance-pattern' && wanted.fields.length === 0;

const describe = (wanted: PatternOrTermNode): string =>
  isTypeName(wanted) ? `of type \`${wanted.className}\`` : `\`${printTerm(wanted).replaceAll('{}', '')}\``;

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
