import type {
  ArgumentPlaceholder,
  CallExpression,
  Expression,
  ImportDeclaration,
  MemberExpression,
  Node,
  OptionalMemberExpression,
  SpreadElement,
} from '@babel/types';
import { isCloudModule, type IsClient } from './cloud-clients.js';
import { isEntity, isKnown, replaceEntity, unknownIn } from './cloud-entities.js';
import { isMemberName, membersOf } from './object-members.js';
import { localNames, readImports, type NamedImport } from './oso-imports.js';
import { addManual, lineBreakOf, textOf, walk, type ParsedSource } from './parsed-source.js';
import { UsesOfCore, isNamed } from './uses-of-core.js';

const ownTables = 'Nanook stores no facts: write to your own tables, and let a rule of the policy read them';

/** The advice for the methods that have no counterpart with the same result, from the texts of the arguments and of the client. */
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

const load = "await Authorizer.load({ policies: '**/*.polar', dialect: 'oso-cloud' })";
const createOnce = `create the authorizer once when the application starts: ${load}`;

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
 * use of the client keeps its text, and `manual` lists it with what to write.
 */
export function useCloud(source: ParsedSource, isClient: IsClient): void {
  const imports = readImports(source, isCloudModule);
  const className = localNames(source, imports).get('Oso') ?? 'Oso';
  const uses = new UsesOfCore(source);
  replaceCalls(source, isClient, uses);
  if (imports.length > 0) {
    replaceClass(source, className, imports, uses);
    replaceImports(source, imports, uses);
  } else if (uses.added.length > 0) addImport(source, uses.added);
}

function replaceCalls(source: ParsedSource, isClient: IsClient, uses: UsesOfCore): void {
  walk(source.tree.program, (node, ancestors) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'ObjectPattern' && node.init) {
      if (isClient(node.init) === 'client')
        addManual(
          source,
          node,
          `call the methods on ${textOf(source, node.init)}, because they need their object`,
        );
      return;
    }
    if (node.type === 'NewExpression' && node.callee.type !== 'Identifier' && isClient(node) === 'client')
      addManual(source, node, createOnce);
    if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return;
    const certainty = isClient(node.object);
    const call = ancestors.at(-1)!;
    const name = textOf(source, node.object);
    const method = methodOf(node);
    if (certainty === undefined || certainty === 'possible') {
      if (
        asksAboutEntity(call, node, method) ||
        (certainty === 'possible' && isLikeClient(call, node, method))
      )
        addManual(source, node, `if ${name} is the client of Oso Cloud, change the call as those of oso`);
      return;
    }
    const change = Object.hasOwn(replaced, method) ? replaced[method] : undefined;
    const isCall = call.type === 'CallExpression' && call.callee === node;
    if (isCall && node.type === 'MemberExpression' && !node.computed && change !== undefined) {
      if (isMigrated(source, call, ancestors, change, uses)) return;
      const isStrict = certainty === 'likely' || call.arguments.some((argument) => uses.isTyped(argument));
      if (isStrict && change.name === 'can' && isUnused(ancestors))
        addManual(
          source,
          call,
          'write can, whose result is a boolean, or keep authorize, which throws for a denial',
        );
      else replaceCall(source, call, ancestors, change, uses);
    } else if (isCall && Object.hasOwn(advice, method)) {
      const args = call.arguments.map((argument) => textOf(source, argument)).join(', ');
      addManual(source, call, advice[method]!(args, name));
    } else if (change !== undefined)
      addManual(source, node, `write ${name}.${change.name}(…) in place of ${method}`);
    else if (Object.hasOwn(advice, method)) addManual(source, node, advice[method]!('…', name));
    else if (certainty === 'client' && isCall)
      addManual(source, node, `${textOf(source, node.property)} has no counterpart in @nanook/core`);
  });
}

/** Returns whether a call has the form of one of the client, about an object `{ type: 'User', id }`. */
const asksAboutEntity = (call: Node, callee: Node, method: string): boolean =>
  (call.type === 'CallExpression' || call.type === 'OptionalCallExpression') &&
  call.callee === callee &&
  Object.hasOwn(replaced, method.replace(/Local$/, '')) &&
  call.arguments.some(isEntity);

/** Returns whether a call has the form of one of the client, which few other objects have. */
const isLikeClient = (call: Node, callee: Node, method: string): boolean =>
  call.type === 'CallExpression' &&
  call.callee === callee &&
  (method === 'authorize'
    ? call.arguments.length >= 3
    : /^(?:authorize|list|actions)Local$|^buildQuery$/.test(method));

/** Returns the name of a member, also of `oso['authorize']`; an empty text for one that is not known. */
function methodOf({ property, computed }: MemberExpression | OptionalMemberExpression): string {
  if (property.type === 'StringLiteral') return property.value;
  return property.type === 'Identifier' && !computed ? property.name : '';
}

/** Returns whether the result of a call is not used. */
function isUnused(ancestors: readonly Node[]): boolean {
  const [outer, parent] = [ancestors.at(-3), ancestors.at(-2)];
  return (parent?.type === 'AwaitExpression' ? outer : parent)?.type === 'ExpressionStatement';
}

/** Returns whether a call is one of `Authorizer` already: it has rows with a type, or its result is used as one of `Authorizer`. */
function isMigrated(
  source: ParsedSource,
  { arguments: args }: CallExpression,
  ancestors: readonly Node[],
  { name, arity }: Counterpart,
  uses: UsesOfCore,
): boolean {
  const entities = [args[0], ...(name === 'list' ? [] : [args[arity - 1]])].filter(
    (argument) => argument !== undefined,
  );
  if (entities.some((argument) => uses.isTyped(argument)) && !entities.some(isEntity)) return true;
  const around = ancestors.slice(0, -1).findLast(({ type }) => type !== 'AwaitExpression');
  if (name === 'actions')
    return around?.type === 'SpreadElement' || textAfter(source, ancestors, '.then((found)');
  if (name !== 'list') return false;
  return (
    (around?.type === 'MemberExpression' && isMemberNamed(around, 'rows')) ||
    (around?.type === 'VariableDeclarator' && around.id.type === 'ObjectPattern') ||
    textAfter(source, ancestors, '.then(({ rows }')
  );
}

const isMemberNamed = ({ property }: MemberExpression, name: string): boolean => isNamed(property, name);

/** Returns whether a text follows the call around a member. */
const textAfter = ({ text }: ParsedSource, ancestors: readonly Node[], expected: string): boolean =>
  text.startsWith(expected, ancestors.at(-1)!.end!);

type Argument = Expression | SpreadElement | ArgumentPlaceholder;

function replaceCall(
  source: ParsedSource,
  call: CallExpression,
  ancestors: readonly Node[],
  counterpart: Counterpart,
  uses: UsesOfCore,
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
  const unknownFacts = facts === undefined ? [] : unknownIn(facts, uses);
  if (unknownFacts.length > 0) {
    // Below `not`, a fact that no object of the policy equals would grant.
    const form = `${name}(…, { facts })`;
    addManual(
      source,
      call,
      `write ${form} when the facts have no { type, id }: ${adviceAbout(source, unknownFacts)}`,
    );
    return;
  }
  const parent = ancestors.at(-2);
  const awaited = parent?.type === 'AwaitExpression' ? parent : undefined;
  edited.update(callee.property.start!, callee.property.end!, name);
  const entities = [args[0]!, ...(name === 'list' ? [] : [args[arity - 1]!])];
  const unknown = entities.filter((argument) => !isKnown(argument, uses));
  for (const entity of entities) replaceEntity(source, entity, uses);
  if (args.length > arity) moveFacts(source, call, counterpart, facts, uses);
  const wrap = (before: string, after: string): void => {
    if (isUnused(ancestors)) return; // a line that begins with a bracket would continue the line before
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
      `pass an adapter of @nanook/orm to Authorizer.load, as resources; it lists rows, from which this takes the ids${
        unknown.length > 0 ? `. ${adviceAbout(source, unknown)}` : ''
      }`,
    );
  } else if (unknown.length > 0) addManual(source, call, adviceAbout(source, unknown));
}

function adviceAbout(source: ParsedSource, unknown: readonly Node[]): string {
  const texts = [...new Set(unknown.map((argument) => textOf(source, argument)))].join(' and ');
  return `pass an instance or a row from typed(type, row) as ${texts}, not { type, id }`;
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
  uses: UsesOfCore,
): void {
  const { edited } = source;
  const end = args[arity]!.end!;
  edited.remove(args[arity - 1]!.end!, facts?.start ?? end);
  if (facts === undefined) return;
  if (facts.end! < end) edited.remove(facts.end!, end);
  walk(facts, (node) => replaceEntity(source, node, uses));
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

/** Replaces the class where it is created at the top of an ES module, and where it is a type. */
function replaceClass(
  source: ParsedSource,
  className: string,
  imports: readonly NamedImport[],
  uses: UsesOfCore,
): void {
  const isModule = imports.some(({ statement }) => statement.type === 'ImportDeclaration');
  const isFree = !uses.hasOther('Authorizer');
  const created = new Set<Node>();
  walk(source.tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type === 'NewExpression' && isNamed(node.callee, className)) {
      created.add(node.callee);
      const canWait =
        isModule &&
        isFree &&
        !ancestors.some(({ type }) => type.includes('Function') || type.startsWith('Class'));
      addManual(
        source,
        node,
        canWait
          ? 'name the files of the policy, and declare the types: types: { User: { key: "id" } }'
          : createOnce,
      );
      if (canWait) {
        source.edited.overwrite(node.start!, node.end!, load);
        uses.names.add('Authorizer');
      } else uses.keepsClass = true;
      return;
    }
    const isInImport = imports.some(({ statement }) => ancestors.includes(statement));
    if (!isNamed(node, className) || isInImport || created.has(node) || isMemberName(node, parent)) return;
    if (parent?.type !== 'TSTypeReference' || !isFree) {
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

function replaceImports(source: ParsedSource, imports: readonly NamedImport[], uses: UsesOfCore): void {
  for (const [index, { statement, module, names }] of imports.entries()) {
    const kept = names.filter(({ imported }) => imported !== 'Oso' || uses.keepsClass);
    const others = kept.filter(({ imported }) => imported !== 'Oso').map(({ local }) => local);
    if (others.length > 0)
      addManual(
        source,
        statement,
        `${others.join(' and ')} ${others.length === 1 ? 'has' : 'have'} no counterpart in @nanook/core`,
      );
    const quote = source.text[module.start!]!;
    const end = source.text[statement.end! - 1] === ';' ? ';' : '';
    const write = (list: readonly string[], from: string): string =>
      statement.type === 'ImportDeclaration'
        ? `import ${kindOf(statement, uses)}{ ${list.join(', ')} } from ${quote}${from}${quote}${end}`
        : `${statement.kind} { ${list.join(', ')} } = require(${quote}${from}${quote})${end}`;
    const added = index === 0 ? uses.added : [];
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
    if (lines.length > 0)
      source.edited.overwrite(statement.start!, statement.end!, lines.join(lineBreakOf(source)));
    else source.edited.remove(statement.start!, statement.end!);
  }
}

const kindOf = ({ importKind }: ImportDeclaration, { names }: UsesOfCore): string =>
  importKind === 'type' && !names.has('typed') ? 'type ' : '';

/** Imports names into a file that uses the client of another file. */
function addImport(source: ParsedSource, names: readonly string[]): void {
  const first = source.tree.program.body[0]!;
  const quote = /["']/.exec(source.text)?.[0] ?? "'";
  const list = `{ ${names.join(', ')} }`;
  const end = lineBreakOf(source);
  source.edited.appendLeft(
    first.start!,
    usesRequire(source)
      ? `const ${list} = require(${quote}@nanook/core${quote});${end}`
      : `import ${list} from ${quote}@nanook/core${quote};${end}`,
  );
}

/** Returns whether a file is a module of CommonJS, as far as its text shows it. */
const usesRequire = (source: ParsedSource): boolean =>
  source.tree.program.sourceType === 'script' &&
  !source.file.endsWith('.mjs') &&
  (source.file.endsWith('.cjs') || /\brequire\(|\bexports\b/.test(source.text));
