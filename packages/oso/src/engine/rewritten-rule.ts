import {
  printTerm,
  type FieldNode,
  type PatternOrTermNode,
  type RuleNode,
  type Span,
  type StatementNode,
  type TermNode,
  type VariableNode,
} from '@nanook/core/syntax';

/** A rule as oso prints it. */
export interface RewrittenRule {
  readonly text: string;
  /** The names of the parameters. */
  readonly names: readonly string[];
}

/** A condition of a body. */
interface Goal {
  readonly text: string;
  /** Whether the condition is an `or`, which an `and` or a `not` around it encloses in parentheses. */
  readonly isOr?: boolean;
  /** Whether a unification must come after the condition. */
  readonly isFirst?: boolean;
}

/**
 * Prints rules in the form to which oso rewrites them: each look-up, call, instance and calculation is a condition of its own, with a numbered
 * variable for its value. The numbers continue from one rule of a policy to the next.
 */
class Rewriting {
  #count = 0;
  /** The conditions that compute the values of the current condition. */
  #values: Goal[] = [];

  /** @param onCall receives each call of a rule, and its text */
  constructor(readonly onCall?: (place: Span, text: string) => void) {}

  /** A parameter is rewritten after the body, and its values are computed at the end of the body. */
  rule({ name, parameters, body }: Pick<RuleNode, 'name' | 'parameters' | 'body'>): RewrittenRule {
    const goals = body === undefined ? [] : this.#conditions(body);
    const names: string[] = [];
    const shown = parameters.map(({ term, specializer }) => {
      const shownTerm = this.#term(term);
      names.push(shownTerm);
      return specializer === undefined ? shownTerm : `${shownTerm}: ${this.#term(specializer)}`;
    });
    goals.push(...this.#takeValues());
    const head = `${name}(${shown.join(', ')})`;
    return { text: goals.length === 0 ? head : `${head} if ${conjunction(goals)}`, names };
  }

  #conditions(node: TermNode): Goal[] {
    switch (node.kind) {
      case 'and':
        return node.operands.flatMap((operand) => this.#conditions(operand));
      case 'or':
        return [
          { text: node.operands.map((operand) => alone(this.#conditions(operand))).join(' or '), isOr: true },
        ];
      case 'not': {
        const goals = this.#conditions(node.operand);
        const text = goals.length > 1 ? `(${conjunction(goals)})` : conjunction(goals);
        return [{ text: `not ${text}` }];
      }
      case 'forall':
        return [
          { text: `forall(${this.#partOfForall(node.condition)}, ${this.#partOfForall(node.action)})` },
        ];
      default: {
        const goal = { text: this.#condition(node) };
        const values = this.#takeValues();
        const isLast = node.kind !== 'unify' || values.some(({ isFirst }) => isFirst);
        return isLast ? [...values, goal] : [goal, ...values];
      }
    }
  }

  /** A condition of `forall` comes before its values. */
  #partOfForall(node: TermNode): string {
    if (compound.has(node.kind)) return alone(this.#conditions(node));
    const text = this.#condition(node);
    return conjunction([{ text }, ...this.#takeValues()]);
  }

  #takeValues(): Goal[] {
    const values = this.#values;
    this.#values = [];
    return values;
  }

  #condition(node: TermNode): string {
    switch (node.kind) {
      case 'unify':
        return `${this.#term(node.left)} = ${this.#term(node.right)}`;
      case 'compare':
        return `${this.#term(node.left)} ${node.operator} ${this.#term(node.right)}`;
      case 'in':
        return `${this.#term(node.item)} in ${this.#term(node.collection)}`;
      case 'matches':
        return `${this.#term(node.value)} matches ${this.#term(node.pattern)}`;
      case 'assign':
        return `${node.variable.name} := ${this.#term(node.value)}`;
      case 'call': {
        const text = `${node.predicate}(${this.#args(node.args, node.keywords)})`;
        this.onCall?.(node.span, text);
        return text;
      }
      case 'print':
        return `print(${this.#args(node.args)})`;
      case 'debug':
        this.#args(node.args);
        return 'debug()';
      case 'cut':
        return 'cut';
      default:
        return this.#term(node);
    }
  }

  #args(args: readonly TermNode[], keywords: readonly FieldNode[] = []): string {
    return [...args.map((arg) => this.#term(arg)), ...this.#fields(keywords)].join(', ');
  }

  #fields(fields: readonly FieldNode<PatternOrTermNode>[]): string[] {
    return fields.map(({ key, value }) => `${key}: ${this.#term(value)}`);
  }

  #items(items: readonly PatternOrTermNode[], rest: VariableNode | undefined): string {
    const shown = items.map((item) => this.#term(item));
    return `[${(rest === undefined ? shown : [...shown, `*${this.#term(rest)}`]).join(', ')}]`;
  }

  #term(node: PatternOrTermNode): string {
    switch (node.kind) {
      case 'variable':
        return node.name === '_' ? `_${++this.#count}` : node.name;
      case 'literal':
        return typeof node.value === 'string' ? `"${node.value}"` : printTerm(node);
      case 'list':
      case 'list-pattern':
        return this.#items(node.items, node.rest);
      case 'dictionary':
      case 'dictionary-pattern':
        return `{${this.#fields(node.fields).join(', ')}}`;
      case 'instance-pattern':
        return `${node.className}{${this.#fields(node.fields).join(', ')}}`;
      case 'lookup': {
        const object = this.#term(node.object);
        const key = node.key.kind === 'literal' ? String(node.key.value) : this.#term(node.key);
        return this.#value('value', (name) => `${object}.${key} = ${name}`);
      }
      case 'method-call': {
        const call = `${this.#term(node.object)}.${node.method}(${this.#args(node.args, node.keywords)})`;
        return this.#value('value', (name) => `${call} = ${name}`);
      }
      case 'new': {
        const call = `${node.className}(${this.#args(node.args, node.keywords)})`;
        return this.#value('instance', (name) => `new (${call}, ${name})`, true);
      }
      case 'arithmetic': {
        const { operator } = node;
        const text = `${this.#term(node.left)} ${operator} ${this.#term(node.right)}`;
        const isNamedTemp = operator === 'mod' || operator === 'rem';
        return this.#value(isNamedTemp ? 'temp' : 'op', (name) => `${text} = ${name}`, operator === 'mod');
      }
      default:
        return this.#condition(node);
    }
  }

  /** Adds the condition that computes a value. Returns the variable for it. */
  #value(prefix: string, text: (name: string) => string, isFirst = false): string {
    const name = `_${prefix}_${++this.#count}`;
    this.#values.push({ text: text(name), isFirst });
    return name;
  }
}

const compound: ReadonlySet<string> = new Set(['and', 'or', 'not', 'forall']);

const conjunction = (goals: readonly Goal[]): string =>
  goals.map(({ text, isOr }) => (isOr ? `(${text})` : text)).join(' and ');

/** Returns conditions that nothing encloses: a single `or` needs no parentheses. */
const alone = (goals: readonly Goal[]): string => (goals.length === 1 ? goals[0]!.text : conjunction(goals));

/**
 * Returns a rule as oso prints it.
 *
 * @param statements those of the policy, whose rules are numbered together
 * @param place the place of the rule
 */
export function rewrittenRule(
  rule: Pick<RuleNode, 'name' | 'parameters' | 'body'>,
  statements: readonly StatementNode[],
  place: Span,
): RewrittenRule {
  const rewriting = new Rewriting();
  for (const statement of statements) {
    if (statement.kind === 'rule-type') rewriting.rule({ ...statement, body: undefined });
    if (statement.kind !== 'rule') continue;
    const rewritten = rewriting.rule(statement);
    const { source, start } = statement.span;
    if (start === place.start && source.text === place.source.text) return rewritten;
  }
  return new Rewriting().rule(rule);
}

/** Returns the call at a place as oso prints it; undefined for a call that no rule contains. */
export function rewrittenCall(statements: readonly StatementNode[], place: Span): string | undefined {
  let found: string | undefined;
  const rewriting = new Rewriting(({ source, start }, text) => {
    if (start === place.start && source.text === place.source.text) found ??= text;
  });
  for (const statement of statements) {
    if (statement.kind === 'rule-type') rewriting.rule({ ...statement, body: undefined });
    if (statement.kind === 'rule') rewriting.rule(statement);
    if (found !== undefined) return found;
  }
  return undefined;
}
