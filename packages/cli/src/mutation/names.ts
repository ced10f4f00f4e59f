import {
  declaredNameIn,
  parse,
  plainPartsOf,
  type NamedText,
  type RuleNode,
  type ShorthandRuleNode,
} from '@nanook/core/syntax';
import type { TypesInput } from '@nanook/core';
import {
  blocksOf,
  declarationsOf,
  shorthandRulesOf,
  type Declaration,
  type DeclarationKind,
} from '@nanook/analysis';
import { rulesOf } from '../policy-coverage/covered-policy.js';

/** The predicates that blocks define, and the kind of name in their second argument. */
export const kindOfPredicate: Readonly<Record<string, DeclarationKind>> = {
  has_permission: 'permission',
  has_role: 'role',
  has_relation: 'relation',
};

/** The names of a policy that a mutant can put in the place of another. */
export class PolicyNames {
  readonly #declared: ReadonlyMap<string, readonly string[]>;
  readonly #actions: readonly string[];
  readonly #declarations: readonly Declaration[];
  readonly #related: ReadonlyMap<string, string>;
  readonly #shorthand: ReadonlyMap<string, readonly ShorthandRuleNode[]>;
  readonly #heads: ReadonlyMap<string, number>;
  readonly actorTypes: ReadonlySet<string>;
  readonly resourceTypes: ReadonlySet<string>;

  constructor(
    policies: readonly NamedText[],
    readonly types: TypesInput,
  ) {
    const trees = policies.map((policy) => parse(policy).policy);
    const blocks = blocksOf(trees);
    const declarations = blocks.flatMap(declarationsOf);
    this.#declarations = declarations;
    this.#related = new Map(
      blocks.flatMap(({ className, items }) =>
        items.flatMap((item) =>
          item.kind === 'dictionary-declaration'
            ? item.fields.map(({ key, value }) => [`${className.name} ${key}`, value.name] as const)
            : [],
        ),
      ),
    );
    this.#shorthand = new Map(
      blocks.map(({ className: { name } }) => [
        name,
        blocks.filter(({ className }) => className.name === name).flatMap(shorthandRulesOf),
      ]),
    );
    const declared = new Map<string, string[]>();
    for (const { kind, type, name } of declarations) {
      const key = `${kind} ${type}`;
      declared.set(key, [...(declared.get(key) ?? []), name]);
    }
    this.#declared = declared;
    const isActor = (keyword: string | undefined): boolean => keyword === 'actor';
    const typesOf = (actor: boolean): ReadonlySet<string> =>
      new Set(
        blocks
          .filter(({ keyword }) => isActor(keyword?.name) === actor)
          .map(({ className }) => className.name),
      );
    this.actorTypes = typesOf(true);
    this.resourceTypes = typesOf(false);
    const rules = trees.flatMap(rulesOf).filter((rule) => rule.kind === 'rule');
    this.#actions = [
      ...new Set([
        ...rules.filter(({ name }) => name === 'allow').flatMap((rule) => textAt(rule, 1) ?? []),
        ...declarations.filter(({ kind }) => kind === 'permission').map(({ name }) => name),
      ]),
    ];
    const heads = new Map<string, number>();
    for (const rule of rules) heads.set(keyOf(rule), (heads.get(keyOf(rule)) ?? 0) + 1);
    for (const { className, items } of blocks)
      for (const item of items) {
        const kind =
          item.kind === 'shorthand-rule' &&
          this.kindIn(className.name, declaredNameIn(item.head) ?? '')?.kind;
        if (kind) heads.set(`has_${kind}/3`, (heads.get(`has_${kind}/3`) ?? 0) + 1);
      }
    this.#heads = heads;
  }

  /** Returns the declared names of a type; of all types without one. */
  declared(kind: DeclarationKind, type?: string): readonly string[] {
    if (type !== undefined) return this.#declared.get(`${kind} ${type}`) ?? [];
    return [
      ...new Set([...this.#declared].flatMap(([key, names]) => (key.startsWith(`${kind} `) ? names : []))),
    ];
  }

  /** Returns the kind of a name that a type declares. */
  kindIn(type: string, name: string): { readonly kind: DeclarationKind } | undefined {
    return this.#declarations.find((one) => one.type === type && one.name === name);
  }

  /** Returns the other names of a type that are of the same kind as a name. */
  sameKind(type: string, name: string): readonly string[] {
    const kind = this.kindIn(type, name)?.kind;
    return kind === undefined ? [] : this.declared(kind, type).filter((other) => other !== name);
  }

  /** Returns the type to which a relation leads. */
  relatedType(type: string, relation: string): string | undefined {
    return this.#related.get(`${type} ${relation}`);
  }

  /** Returns the names of a type that give another name by its shorthand rules, also through further names. */
  impliersOf(type: string, name: string): ReadonlySet<string> {
    const found = new Set<string>();
    const pending = [name];
    for (let next = pending.pop(); next !== undefined; next = pending.pop())
      for (const { head, implier, relation } of (this.#shorthand.get(type) ?? []).flatMap(
        (rule) => plainPartsOf(rule) ?? [],
      )) {
        if (relation !== undefined || head.value !== next || found.has(implier.value)) continue;
        found.add(implier.value);
        pending.push(implier.value);
      }
    return found;
  }

  /** Returns the names that can replace the second argument of a rule or a call. */
  othersFor(predicate: string, name: string, type: string | undefined): readonly string[] {
    const kind = kindOfPredicate[predicate];
    if (kind !== undefined) {
      const own = this.declared(kind, type);
      return (own.length > 0 ? own : this.declared(kind)).filter((other) => other !== name);
    }
    if (!predicate.startsWith('allow')) return [];
    return this.#actions.filter((other) => other !== name);
  }

  /** Whether a load needs the rule: no other has the same name and number of parameters, or it defines a relation. */
  isNeeded(rule: RuleNode): boolean {
    return rule.name === 'has_relation' || this.#heads.get(keyOf(rule)) === 1;
  }

  /** Returns the type that a specializer is widened to: the class that it extends, `Actor` or `Resource`; undefined: no type. */
  widerType(type: string): string | undefined {
    const input = this.types[type];
    const own = typeof input === 'function' ? input : input?.class;
    for (
      let parent: unknown = own && Object.getPrototypeOf(own);
      typeof parent === 'function' && parent !== Function.prototype;
      parent = Object.getPrototypeOf(parent)
    )
      for (const [name, other] of Object.entries(this.types))
        if ((typeof other === 'function' ? other : other.class) === parent) return name;
    if (this.actorTypes.has(type)) return 'Actor';
    return this.resourceTypes.has(type) ? 'Resource' : undefined;
  }

  /** Whether a type is the only one of `Actor` or `Resource`, so that both are the same. */
  isOnlyMember(type: string): boolean {
    return this.actorTypes.has(type)
      ? this.actorTypes.size === 1
      : this.resourceTypes.size + this.actorTypes.size === 1;
  }
}

const keyOf = ({ name, parameters }: RuleNode): string => `${name}/${parameters.length}`;

/** Returns the text that a parameter is. */
export function textAt({ parameters }: RuleNode, index: number): string | undefined {
  const { term, specializer } = parameters[index] ?? {};
  const node = specializer?.kind === 'literal' ? specializer : term;
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** Returns the type of a parameter. */
export function typeAt({ parameters }: RuleNode, index: number): string | undefined {
  const specializer = parameters[index]?.specializer;
  return specializer?.kind === 'instance-pattern' ? specializer.className : undefined;
}
