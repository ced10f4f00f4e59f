import type {
  CallExpression,
  Identifier,
  MemberExpression,
  NewExpression,
  Node,
  OptionalCallExpression,
  OptionalMemberExpression,
} from '@babel/types';
import type { Instances } from './instances.js';
import { moduleNames } from './module-names.js';
import { listEarlyUses, type LateInstances } from './late-instances.js';
import { isMemberName } from './object-members.js';
import {
  isInImport,
  localNames,
  namesOfCore,
  readImports,
  replaceImport,
  type NamedImport,
} from './oso-imports.js';
import { readSetup, type OsoSetup } from './oso-setup.js';
import {
  addManual,
  isTypeScriptFile,
  removeStatement,
  textOf,
  walk,
  type ParsedSource,
} from './parsed-source.js';

/** Methods of `Oso` that must be replaced by hand. */
const advice: Readonly<Record<string, string>> = {
  authorizedQuery:
    'pass the condition of authorizer.where(actor, action, type) to your ORM, such as builder.where(typeorm(dataSource)(condition))',
  queryRule:
    'write the name of the rule as a text, and the arguments as a list: policy.queryRule(name, [arguments])',
  queryRuleOnce:
    'write !(await authorizer.policy.queryRule(name, [arguments]).next()).done, which is true if the rule holds',
  clearRules: 'call authorizer.reload(policies), which replaces the policy as a whole',
  setDataFilteringAdapter:
    'delete the call, and pass the types and rows of your ORM to Authorizer.load, such as types: typesFromTypeorm(dataSource), resources: typeormResources(dataSource). A check does not load related rows, so load those that rules read with each actor and resource',
  registerClass: 'declare the type in Authorizer.load, as types: { Name: { class: TheClass } }',
  registerConstant: 'pass the constant to Authorizer.load, as constants: { NAME: value }',
  loadFile: 'pass the policies to Authorizer.load',
  loadFiles: 'pass the policies to Authorizer.load',
  loadStr: 'pass the policies to Authorizer.load',
  repl: 'run nanook repl in a terminal',
  getHost: 'the authorizer has no host; declare types in Authorizer.load',
  free: 'delete the call; memory is released without it',
};

/** The name in `Authorizer` for each method of `Oso` whose arguments are the same. */
const methodNames: Readonly<Record<string, string>> = {
  isAllowed: 'can',
  authorizedActions: 'actions',
  authorizedFields: 'fields',
  query: 'policy.query',
};

/** Methods with names that other libraries seldom use. */
const distinctive = new Set([
  'authorizedQuery',
  'authorizedResources',
  'queryRule',
  'queryRuleOnce',
  'registerConstant',
  'setDataFilteringAdapter',
]);

/** The other files of the application. */
export interface Application extends Instances {
  /** Whether a file names the package oso. Later runs then do not change calls that only seem to be of `Oso`. */
  readonly namesPackage: boolean;
  readonly late: LateInstances;
}

/**
 * Replaces the class `Oso` by `Authorizer` of `@nanook/core`: the creation, the imports and the calls. A place that must be changed by hand keeps
 * its text, and `manual` lists it. A file can be incomplete until then. Such a file does not compile, and its calls throw, so nothing is allowed by
 * mistake.
 *
 * @returns the names of the instances that a function of the file creates
 */
export function useAuthorizer(
  source: ParsedSource,
  { namesPackage, late, ...application }: Application,
): readonly string[] {
  const imports = readImports(source);
  const namesOso = imports.length > 0 || source.manual.length > 0;
  const importsInstance = moduleNames(source).some(({ text }) => application.provides(source.file, text));
  if (!namesOso && !importsInstance) {
    const isInstance = (receiver: string): boolean => /(?:^|[^a-z])oso|Oso/.test(receiver);
    if (namesPackage) replaceCalls(source, { isInstance, isNear: false, done: new Set() });
    return [];
  }
  const locals = localNames(source, imports);
  const className = locals.get('Oso') ?? 'Oso';
  const kept = new Set<Node>();
  const setups = readSetups(source, className, kept);
  const instances = instanceNames(source, setups, application);
  if (namesOso) listMisuses(source, { imports, locals, setups, kept });
  listEarlyUses(source, late);
  replaceCalls(source, {
    isInstance: (receiver) => instances.has(receiver) || /oso|authorizer/i.test(receiver),
    isNear: true,
    done: replacedNodes(setups),
  });
  for (const setup of setups) replaceSetup(source, setup);
  const renamed = locals.has('Oso') ? renameClass(source, className, { imports, setups, kept }) : 0;
  const keptNames = new Set([...kept].map((node) => (node as Identifier).name));
  const isUsed = renamed > 0 || setups.length > 0 || !keptNames.has(className);
  const core = [...(isUsed ? ['Authorizer'] : []), ...relationsOf(setups)];
  const imported = namesOfCore(source);
  for (const statement of imports) replaceImport(source, statement, { core, kept: keptNames, imported });
  return setups.flatMap(({ isLoadedElsewhere, kind, name }) =>
    isLoadedElsewhere && kind === 'variable' ? [name] : [],
  );
}

/** Returns the functions of `@nanook/core` that the setups call. */
const relationsOf = (setups: readonly OsoSetup[]): string[] =>
  ['many', 'one'].filter((kind) => setups.some(({ replacement }) => replacement.includes(` ${kind}(`)));

/** @param kept receives the names of the class that stay, because they must be changed by hand */
function readSetups(source: ParsedSource, className: string, kept: Set<Node>): OsoSetup[] {
  const setups: OsoSetup[] = [];
  walk(source.tree.program, (node, ancestors) => {
    if (
      (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') &&
      isName(node.superClass, className)
    ) {
      kept.add(node.superClass!);
      addManual(
        source,
        node.superClass!,
        'write a class that has an Authorizer, with the methods that other files call now, such as can',
      );
    }
    if (node.type !== 'NewExpression' || !isName(node.callee, className)) return;
    const setup = readSetup(source, node, ancestors);
    if (setup !== undefined) {
      setups.push(setup);
      return;
    }
    kept.add(node.callee);
    addManual(
      source,
      node,
      'create the authorizer where its policies are loaded: await Authorizer.load({ policies, types })',
    );
  });
  return setups;
}

const isName = (node: Node | null | undefined, name: string): boolean =>
  node?.type === 'Identifier' && node.name === name;

type MethodCall = (CallExpression | OptionalCallExpression) & {
  readonly callee: MemberExpression | OptionalMemberExpression;
};

const isCall = (node: Node): node is MethodCall =>
  (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') &&
  (node.callee.type === 'MemberExpression' || node.callee.type === 'OptionalMemberExpression');

/** The calls of a file that can be calls of `Oso`. */
interface Calls {
  /** Returns whether an expression is the instance, as far as its text tells. */
  readonly isInstance: (receiver: string) => boolean;
  /** Whether the file imports the class or an instance. Methods with names that other libraries seldom use then are those of `Oso`. */
  readonly isNear: boolean;
  /** The statements that are replaced as a whole. */
  readonly done: ReadonlySet<Node>;
}

/** Replaces the calls of methods of `Oso`, and lists those that must be changed by hand. */
function replaceCalls(source: ParsedSource, { isInstance, isNear, done }: Calls): void {
  walk(source.tree.program, (node, ancestors) => {
    if (ancestors.some((ancestor) => done.has(ancestor))) return;
    const taken = methodTaken(node, ancestors.at(-1));
    if (isNear && taken !== undefined && distinctive.has(taken))
      addManual(source, node, `call ${taken} as a method of the instance, and run the command again`);
    if (!isCall(node) || node.callee.property.type !== 'Identifier' || node.callee.computed) return;
    const { object, property } = node.callee;
    const receiver = textOf(source, object);
    const isRenamed = Object.hasOwn(methodNames, property.name);
    if (!isRenamed && property.name !== 'authorizedResources' && !Object.hasOwn(advice, property.name))
      return;
    // An earlier run has changed the call.
    if (receiver.endsWith('.policy')) return;
    // Databases have a method `query`, too.
    if (property.name === 'query' && !(isNear && isInstance(receiver))) return;
    const isLikely = isInstance(receiver) || (isNear && distinctive.has(property.name));
    if (isRenamed) {
      if (isLikely) source.edited.update(property.start!, property.end!, methodNames[property.name]!);
      else if (isNear)
        addManual(
          source,
          property,
          `write "${methodNames[property.name]!}" if "${receiver}" is the authorizer`,
        );
    } else if (isLikely || (isNear && receiver === 'this')) {
      if (!replaceCall(source, node, ancestors)) addManual(source, property, advice[property.name]!);
    }
  });
}

/** Replaces a call whose arguments or result change. @returns false if it must be changed by hand */
function replaceCall(source: ParsedSource, call: MethodCall, ancestors: readonly Node[]): boolean {
  const { edited } = source;
  const { property } = call.callee;
  const method = (property as Identifier).name;
  const parent = ancestors.at(-1);
  const awaited = parent?.type === 'AwaitExpression' ? parent : undefined;
  if (method === 'authorizedResources') {
    const isUnused = ancestors.at(awaited === undefined ? -1 : -2)?.type === 'ExpressionStatement';
    edited.update(property.start!, property.end!, 'list');
    if (awaited === undefined) edited.appendLeft(call.end!, '.then(({ rows }) => rows)');
    else if (!isUnused) {
      const rows = call.type === 'OptionalCallExpression' ? '?.rows' : '.rows';
      if (awaited.extra?.['parenthesized'] === true && source.text[awaited.end!] === ')')
        edited.appendLeft(awaited.end! + 1, rows);
      else {
        edited.appendRight(awaited.start!, '(');
        edited.appendLeft(awaited.end!, `)${rows}`);
      }
    }
    return true;
  }
  if (method !== 'queryRule' && method !== 'queryRuleOnce') return false;
  if (nameOf(call) === undefined) return false;
  listArguments(source, call);
  if (method === 'queryRule') return true;
  if (awaited === undefined || call.type === 'OptionalCallExpression') {
    edited.appendLeft(call.end!, '.next().then(({ done }) => !done)');
    return true;
  }
  edited.appendRight(awaited.start!, '!(');
  edited.appendLeft(awaited.end!, '.next()).done');
  return true;
}

/** Returns the names of instances of `Oso` in a file: those that it creates, and the imports of variables that hold one. */
function instanceNames(
  source: ParsedSource,
  setups: readonly OsoSetup[],
  { provides, variables }: Instances,
): Set<string> {
  const names = new Set(setups.map(({ name }) => name));
  const loaders = new Set<Node>();
  for (const { text, user } of moduleNames(source)) if (provides(source.file, text)) loaders.add(user);
  walk(source.tree.program, (node, ancestors) => {
    if (node.type === 'ImportSpecifier' && loaders.has(ancestors.at(-1)!)) {
      if (variables.has(textOf(source, node.imported))) names.add(node.local.name);
    } else if (
      node.type === 'VariableDeclarator' &&
      loaders.has(node.init!) &&
      node.id.type === 'ObjectPattern'
    ) {
      for (const property of node.id.properties)
        if (property.type === 'ObjectProperty' && variables.has(textOf(source, property.key)))
          names.add(textOf(source, property.value));
    }
  });
  return names;
}

/** Returns the name of a method that a file reads without calling it: `oso.queryRule.bind(oso)`, `oso['queryRule']`, `{ queryRule } = oso`. */
function methodTaken(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
    const { property, computed } = node;
    if (computed) return property.type === 'StringLiteral' ? property.value : undefined;
    const isCalled = parent !== undefined && isCall(parent) && parent.callee === node;
    return property.type === 'Identifier' && !isCalled ? property.name : undefined;
  }
  return node.type === 'ObjectProperty' && parent?.type === 'ObjectPattern' && node.key.type === 'Identifier'
    ? node.key.name
    : undefined;
}

/** Returns the argument of `queryRule` that is the name of the rule. @returns undefined if the options cannot be told from the name */
function nameOf({ arguments: [first, second] }: MethodCall): Node | undefined {
  const name = first?.type === 'ObjectExpression' ? second : first;
  return name?.type === 'StringLiteral' || name?.type === 'TemplateLiteral' ? name : undefined;
}

/** The statements of setups, whose text is not used any more. */
const replacedNodes = (setups: readonly OsoSetup[]): Set<Node> =>
  new Set<Node>(setups.flatMap(({ statement, load, registrations }) => [statement, load, ...registrations]));

/** The names of `oso` in a file. */
interface OsoUses {
  readonly imports: readonly NamedImport[];
  readonly setups: readonly OsoSetup[];
  /** The identifiers that stay as they are, because they must be changed by hand. */
  readonly kept: Set<Node>;
}

/** Lists the uses of names of `oso` that `@nanook/core` does not have, and the names that the new imports would hide. */
function listMisuses(
  source: ParsedSource,
  { imports, locals, setups, kept }: OsoUses & { readonly locals: ReadonlyMap<string, string> },
): void {
  const [className, relation] = [locals.get('Oso'), locals.get('Relation')];
  const done = replacedNodes(setups);
  const added = new Set(relationsOf(setups));
  if (className !== undefined) added.add('Authorizer');
  for (const name of namesOfCore(source)) added.delete(name);
  const created = new Set(setups.map(({ creation }) => creation));
  walk(source.tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type !== 'Identifier' || isInImport(node, imports) || isMemberName(node, parent)) return;
    const isReplaced = ancestors.some((ancestor) => done.has(ancestor));
    const { name } = node;
    if (added.has(name)) addManual(source, node, `rename ${name}, which becomes an import of @nanook/core`);
    else if (name === relation && !isReplaced) {
      kept.add(node);
      addManual(source, node, 'declare the relation in Authorizer.load, as relations: { name: one(…) }');
    } else if (name !== className) return;
    else if (isReplaced && !created.has(parent as NewExpression) && !isInDeclaration(ancestors, setups))
      addManual(
        source,
        node,
        'the authorizer does not exist before its policy; remove this use of the class',
      );
    else if (parent?.type === 'ExportSpecifier') {
      kept.add(node);
      addManual(source, node, `export Authorizer instead, and change each file that imports ${className}`);
    } else if (isProvider(ancestors))
      addManual(
        source,
        node,
        'provide the authorizer with useFactory: () => Authorizer.load({ policies, types })',
      );
  });
}

const isInDeclaration = (ancestors: readonly Node[], setups: readonly OsoSetup[]): boolean =>
  setups.some(({ declaration }) => ancestors.includes(declaration));

/** Returns whether a class is one that Nest creates. */
function isProvider(ancestors: readonly Node[]): boolean {
  const owner = ancestors.findLast(({ type }) => type !== 'ArrayExpression');
  if (owner?.type !== 'ObjectProperty' || owner.key.type !== 'Identifier') return false;
  return owner.key.name === 'providers' || owner.key.name === 'useClass';
}

/** Replaces the call `queryRule(name, a, b)` by `policy.queryRule(name, [a, b])`, and moves the options to the end. */
function listArguments(source: ParsedSource, call: MethodCall): void {
  const { edited } = source;
  const [first] = call.arguments;
  const name = nameOf(call)!;
  edited.update(call.callee.property.start!, call.callee.property.end!, 'policy.queryRule');
  const values = call.arguments.slice(call.arguments.indexOf(name as never) + 1);
  const [start, end] = [values[0], values.at(-1) ?? name];
  if (start !== undefined) edited.appendRight(start.start!, '[');
  const options = first === name ? '' : `, ${textOf(source, first!)}`;
  edited.appendLeft(end.end!, `${start === undefined ? ', []' : ']'}${options}`);
  if (options !== '') edited.remove(first!.start!, name.start!);
}

/** Puts the call of `Authorizer.load` where the policies are loaded, because the classes are declared there. */
function replaceSetup(source: ParsedSource, setup: OsoSetup): void {
  const { edited } = source;
  const { kind, name, prefix, declaration, statement, isLoadedElsewhere, load, registrations, replacement } =
    setup;
  for (const registration of registrations) removeStatement(source, registration);
  if (!isLoadedElsewhere) {
    removeStatement(source, statement);
    edited.overwrite(load.start!, load.end!, `${prefix}${name} = ${replacement};`);
    return;
  }
  // The binding of an export is live, so the importing files see the authorizer when it is loaded.
  const variable = kind === 'variable' ? `let ${name}` : `${prefix}${name.replace('this.', '')}`;
  const type = kind === 'variable' ? ': Authorizer' : '!: Authorizer';
  edited.overwrite(
    declaration.start!,
    declaration.end!,
    `${variable}${isTypeScriptFile(source.file) ? type : ''};`,
  );
  edited.overwrite(load.start!, load.end!, `${name} = ${replacement};`);
}

/** Renames the class where it is used as a type or as a value, such as a token of Nest. @returns the number of its uses */
function renameClass(
  { edited, tree }: ParsedSource,
  local: string,
  { imports, setups, kept }: OsoUses,
): number {
  const replaced = replacedNodes(setups);
  let count = 0;
  walk(tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type !== 'Identifier' || node.name !== local || isInImport(node, imports) || kept.has(node))
      return;
    if (ancestors.some((ancestor) => replaced.has(ancestor)) || isMemberName(node, parent)) return;
    count += 1;
    if (parent?.type === 'ObjectProperty' && parent.shorthand) {
      if (parent.key === node) edited.appendLeft(node.end!, ': Authorizer');
      return;
    }
    edited.update(node.start!, node.end!, 'Authorizer');
    const types = parent?.type === 'TSTypeReference' ? parent.typeParameters : undefined;
    if (types) edited.remove(types.start!, types.end!);
  });
  return count;
}
