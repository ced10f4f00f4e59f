import type {
  ArgumentPlaceholder,
  CallExpression,
  Expression,
  ImportDeclaration,
  Node,
  ObjectExpression,
  SpreadElement,
} from '@babel/types';
import { moduleNames } from './module-names.js';
import { isMemberName, membersOf } from './object-members.js';
import { localNames, readImports, requiredNames, type NamedImport } from './oso-imports.js';
import { addManual, textOf, walk, type ParsedSource } from './parsed-source.js';

/** Returns whether a module is the client of Oso Cloud. */
export const isCloudModule = (name: string): boolean => name === 'oso-cloud' || name.startsWith('oso-cloud/');

const ownTables = 'Nanook stores no facts: write to your own tables, and let a rule of the policy read them';

/** The text to write for each method that has no counterpart with the same result. `…` stands for the arguments of the call. */
const advice: Readonly<Record<string, (args: string, name: string) => string>> = {
  insert: () => ownTables,
  delete: () => ownTables,
  tell: () => ownTables,
  batch: () => `${ownTables}, in one transaction`,
  bulk: () => `${ownTables}, in one transaction`,
  bulkTell: () => `${ownTables}, in one transaction`,
  bulkDelete: () => `${ownTables}, in one transaction`,
  get: () => 'Nanook stores no facts: read your own tables',
  policy: () => 'pass the policy to Authorizer.load, as policies, and delete the call',
  getPolicyMetadata: (_, name) => `write ${name}.policy.vocabulary()`,
  buildQuery: (_, name) =>
    `write ${name}.whoCan(action, resource, actors), ${name}.whatCan(actor, resources) or ${name}.policy.query(text, { bindings })`,
  query: (_, name) => `write ${name}.policy.query(text, { bindings })`,
  listPaginated: (_, name) =>
    `write ${name}.list(actor, action, type, { take, after }), which returns { rows, next }; it needs the option resources of Authorizer.load`,
  authorizeLocal: (args, name) =>
    `delete the query, and write await ${name}.can(${args}), which decides in the process`,
  listLocal: (args, name) =>
    `pass the condition of ${name}.where(${args}) to your ORM, without the column, in place of the text of SQL`,
  actionsLocal: (args, name) => `delete the query, and write [...(await ${name}.actions(${args}))]`,
};

/** The method of `Authorizer` for a method of the client. */
interface Counterpart {
  readonly name: string;
  /** The number of arguments before the context facts. */
  readonly arity: number;
}

/** The methods whose calls are replaced. */
const replaced: Readonly<Record<string, Counterpart>> = {
  authorize: { name: 'can', arity: 3 },
  actions: { name: 'actions', arity: 2 },
  list: { name: 'list', arity: 3 },
};

/**
 * Replaces the client of Oso Cloud by `Authorizer` of `@nanook/core`: its creation, its import and the calls that have a counterpart. Every other
 * call keeps its text, and `manual` lists it with what to write.
 */
export function useCloud(source: ParsedSource): void {
  const imports = readImports(source, isCloudModule);
  const className = localNames(source, imports).get('Oso') ?? 'Oso';
  const uses = new Uses();
  replaceCalls(source, instancesIn(source, imports.length > 0 ? className : undefined), uses);
  if (imports.length > 0) {
    replaceClass(source, className, imports, uses);
    replaceImports(source, imports, uses);
  } else if (uses.names.has('typed')) addImport(source);
}

/** The names of `@nanook/core` that the changed file uses. */
class Uses {
  readonly names = new Set<'Authorizer' | 'typed'>();
  /** Whether the class is still created, so that its import stays. */
  keepsClass = false;
}

/** Returns whether an expression holds the client: it is created or declared in the file, or its name contains "oso". */
function instancesIn(source: ParsedSource, className: string | undefined): (receiver: string) => boolean {
  const names = new Set<string>();
  if (className !== undefined)
    walk(source.tree.program, (node, ancestors) => {
      const parent = ancestors.at(-1);
      if (node.type === 'NewExpression' && isNamed(node.callee, className)) {
        if (parent?.type === 'VariableDeclarator') names.add(textOf(source, parent.id).replace(/:.*/s, ''));
        if (parent?.type === 'AssignmentExpression') names.add(textOf(source, parent.left));
      }
      // A parameter or a field of the type of the client.
      if (node.type !== 'TSTypeReference' || !isNamed(node.typeName, className)) return;
      const owner = ancestors.at(-2);
      if (owner?.type === 'Identifier') names.add(owner.name).add(`this.${owner.name}`);
      if (owner?.type === 'ClassProperty') names.add(`this.${textOf(source, owner.key)}`);
    });
  return (receiver) => {
    const text = receiver.replace(/!$/, '');
    return names.has(text) || /(?:(?:^|[^A-Za-z])oso|Oso)(?:\(\))?$/.test(text);
  };
}

const isNamed = (node: Node, name: string): boolean => node.type === 'Identifier' && node.name === name;

function replaceCalls(source: ParsedSource, isInstance: (receiver: string) => boolean, uses: Uses): void {
  walk(source.tree.program, (call, ancestors) => {
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return;
    const { object, property, computed } = call.callee;
    const name = textOf(source, object);
    if (computed || property.type !== 'Identifier' || !isInstance(name)) return;
    const change = Object.hasOwn(replaced, property.name) ? replaced[property.name] : undefined;
    if (change !== undefined) replaceCall(source, call, ancestors, change, uses);
    else if (Object.hasOwn(advice, property.name)) {
      const args = call.arguments.map((argument) => textOf(source, argument)).join(', ');
      addManual(source, call, advice[property.name]!(args, name));
    }
  });
}

type Argument = Expression | SpreadElement | ArgumentPlaceholder;

function replaceCall(
  source: ParsedSource,
  call: CallExpression,
  ancestors: readonly Node[],
  counterpart: Counterpart,
  uses: Uses,
): void {
  const { edited } = source;
  const { name, arity } = counterpart;
  const { callee, arguments: args } = call;
  if (callee.type !== 'MemberExpression') return;
  if (args.length < arity || args.length > arity + 1 || args.some(({ type }) => type === 'SpreadElement')) {
    addManual(source, call, `write ${name}(…) with ${arity} arguments, and { facts } for context facts`);
    return;
  }
  const facts = args.length > arity ? factsIn(args[arity]!) : undefined;
  if (facts === 'other') {
    addManual(
      source,
      call,
      'compare both with compareWith of @nanook/core/candidate in place of the parity handle',
    );
    return;
  }
  const parent = ancestors.at(-1);
  const awaited = parent?.type === 'AwaitExpression' ? parent : undefined;
  edited.update(callee.property.start!, callee.property.end!, name);
  const entities = [args[0]!, ...(name === 'list' ? [] : [args[arity - 1]!])];
  const unknown = entities.filter((argument) => !replaceEntity(source, argument, uses));
  if (args.length > arity) moveFacts(source, call, counterpart, facts, uses);
  const wrap = (before: string, after: string): void => {
    edited.appendRight((awaited ?? call).start!, before);
    edited.appendLeft((awaited ?? call).end!, after);
  };
  if (name === 'actions')
    if (awaited === undefined) wrap('', '.then((found) => [...found])');
    else wrap('[...(', ')]');
  if (name === 'list') {
    const ids = 'rows.map(({ id }) => String(id))';
    if (awaited === undefined) wrap('', `.then(({ rows }) => ${ids})`);
    else wrap('(', `).${ids}`);
    addManual(
      source,
      call,
      'pass an adapter of @nanook/orm to Authorizer.load, as resources; it lists rows, from which this takes the ids',
    );
  } else if (unknown.length > 0) {
    const texts = unknown.map((argument) => textOf(source, argument)).join(' and ');
    addManual(source, call, `pass an instance or a row from typed(type, row) as ${texts}, not { type, id }`);
  }
}

/** Returns the context facts of a call. @returns `other` for options that have no counterpart */
function factsIn(argument: Argument): Argument | 'other' | undefined {
  if (argument.type !== 'ObjectExpression') return argument;
  const members = membersOf(argument);
  const { contextFacts, ...others } = Object.fromEntries(members);
  if (Object.keys(others).length > 0 || (members.has('contextFacts') && contextFacts === undefined))
    return 'other';
  return contextFacts;
}

/** Writes `{ facts: … }` after the arguments, or `withFacts(…)` before a list, which has no such option. */
function moveFacts(
  source: ParsedSource,
  { callee, arguments: args }: CallExpression,
  { name, arity }: Counterpart,
  facts: Argument | undefined,
  uses: Uses,
): void {
  const { edited } = source;
  const end = args[arity]!.end!;
  edited.remove(args[arity - 1]!.end!, facts?.start ?? end);
  if (facts === undefined) return;
  if (facts.end! < end) edited.remove(facts.end!, end);
  walk(facts, (node) => {
    if (node.type === 'ObjectExpression') replaceEntity(source, node, uses);
  });
  if (name !== 'list') {
    edited.appendRight(facts.start!, ', { facts: ');
    edited.appendLeft(facts.end!, ' }');
    return;
  }
  const { property } = callee as { readonly property: Node };
  edited.move(facts.start!, facts.end!, property.start!);
  edited.prependRight(facts.start!, 'withFacts(');
  edited.appendLeft(facts.end!, ').');
}

/** Replaces `{ type: 'User', id }` by `typed('User', { id })`, and `{ type: 'String', id: 'x' }` by `'x'`. @returns whether it was one */
function replaceEntity(source: ParsedSource, argument: Argument, uses: Uses): boolean {
  if (argument.type === 'StringLiteral') return true;
  if (argument.type !== 'ObjectExpression') return false;
  const members = membersOf(argument);
  const [type, id] = [members.get('type'), members.get('id')];
  if (members.size !== 2 || type?.type !== 'StringLiteral' || id === undefined) return false;
  const { edited } = source;
  if (type.value === 'String') {
    edited.overwrite(argument.start!, argument.end!, textOf(source, id));
    return true;
  }
  uses.names.add('typed');
  edited.overwrite(
    argument.start!,
    argument.end!,
    `typed(${textOf(source, type)}, { ${idText(source, argument, id)} })`,
  );
  return true;
}

const idText = (source: ParsedSource, { properties }: ObjectExpression, id: Expression): string =>
  properties.some(
    (property) => property.type === 'ObjectProperty' && property.value === id && property.shorthand,
  )
    ? 'id'
    : `id: ${textOf(source, id)}`;

/** Replaces the class where it is created at the top of an ES module, and where it is a type. */
function replaceClass(
  source: ParsedSource,
  className: string,
  imports: readonly NamedImport[],
  uses: Uses,
): void {
  const isModule = imports.some(({ statement }) => statement.type === 'ImportDeclaration');
  const created = new Set<Node>();
  walk(source.tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type === 'NewExpression' && isNamed(node.callee, className)) {
      created.add(node.callee);
      const canWait =
        isModule && !ancestors.some(({ type }) => type.includes('Function') || type.startsWith('Class'));
      const call = "await Authorizer.load({ policies: '**/*.polar', dialect: 'oso-cloud' })";
      addManual(
        source,
        node,
        canWait
          ? 'name the files of the policy, and declare the types: types: { User: { key: "id" } }'
          : `create the authorizer once when the application starts: ${call}`,
      );
      if (canWait) {
        source.edited.overwrite(node.start!, node.end!, call);
        uses.names.add('Authorizer');
      } else uses.keepsClass = true;
      return;
    }
    const isInImport = imports.some(({ statement }) => ancestors.includes(statement));
    if (!isNamed(node, className) || isInImport || created.has(node) || isMemberName(node, parent)) return;
    if (parent?.type !== 'TSTypeReference') {
      uses.keepsClass = true;
      addManual(source, node, `replace ${className} by Authorizer of @nanook/core`);
      return;
    }
    source.edited.update(node.start!, node.end!, 'Authorizer');
    const types = parent.typeParameters;
    if (types) source.edited.remove(types.start!, types.end!);
    uses.names.add('Authorizer');
  });
}

function replaceImports(source: ParsedSource, imports: readonly NamedImport[], uses: Uses): void {
  for (const [index, { statement, module, names }] of imports.entries()) {
    const kept = names.filter(({ imported }) => imported !== 'Oso' || uses.keepsClass);
    const others = kept.filter(({ imported }) => imported !== 'Oso').map(({ local }) => local);
    if (others.length > 0)
      addManual(source, statement, `${others.join(' and ')} has no counterpart in @nanook/core`);
    const quote = source.text[module.start!]!;
    const end = source.text[statement.end! - 1] === ';' ? ';' : '';
    const write = (list: readonly string[], from: string): string =>
      statement.type === 'ImportDeclaration'
        ? `import ${kindOf(statement, uses)}{ ${list.join(', ')} } from ${quote}${from}${quote}${end}`
        : `${statement.kind} { ${list.join(', ')} } = require(${quote}${from}${quote})${end}`;
    const added = index === 0 ? [...uses.names].toSorted() : [];
    const lines = [
      ...(added.length > 0 ? [write(added, '@nanook/core')] : []),
      ...(kept.length > 0
        ? [
            write(
              kept.map(({ node }) => textOf(source, node)),
              module.value,
            ),
          ]
        : []),
    ];
    source.edited.overwrite(statement.start!, statement.end!, lines.join('\n'));
  }
}

const kindOf = ({ importKind }: ImportDeclaration, { names }: Uses): string =>
  importKind === 'type' && !names.has('typed') ? 'type ' : '';

/** Imports `typed` into a file that uses the client of another file. */
function addImport(source: ParsedSource): void {
  const required = requiredNames(source);
  const usesRequire = moduleNames(source).every(({ user }) => required.has(user));
  const first = source.tree.program.body[0]!;
  const quote = /["']/.exec(source.text)?.[0] ?? "'";
  source.edited.appendLeft(
    first.start!,
    usesRequire && required.size > 0
      ? `const { typed } = require(${quote}@nanook/core${quote});\n`
      : `import { typed } from ${quote}@nanook/core${quote};\n`,
  );
}
