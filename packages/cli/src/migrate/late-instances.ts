import type { Node } from '@babel/types';
import type { Instances } from './instances.js';
import { moduleNames } from './module-names.js';
import { isMemberName } from './object-members.js';
import { requiredNames, type NamedImport } from './oso-imports.js';
import { addManual, walk, type ParsedSource } from './parsed-source.js';

/** The instances that a function creates after their file has been loaded. Until then, their variables are `undefined`. */
export interface LateInstances extends Instances {
  /** The names of the exported variables. */
  readonly names: ReadonlySet<string>;
}

/** Lists the uses of a late instance that run while the file is loaded, such as `new Service(oso)` outside of functions. */
export function listEarlyUses(source: ParsedSource, { names, provides }: LateInstances): void {
  const locals = new Set<string>();
  const required = requiredNames(source);
  // `require` without a list of names gives all of them.
  const mayTake = (taken: NamedImport | undefined): boolean =>
    taken === undefined || taken.names.some(({ imported }) => names.has(imported));
  for (const { literal, text, user } of moduleNames(source)) {
    if (!provides(source.file, text)) continue;
    if (user.type === 'ImportDeclaration')
      for (const { type, local, ...specifier } of user.specifiers) {
        const imported =
          type === 'ImportSpecifier' && 'imported' in specifier ? specifier.imported : undefined;
        if (imported?.type === 'Identifier' && names.has(imported.name)) locals.add(local.name);
      }
    else if (user.type === 'CallExpression' && mayTake(required.get(user)))
      addManual(
        source,
        literal,
        'the authorizer is undefined until its policies are loaded; import it when it is needed',
      );
  }
  let isAwaited = false;
  walk(source.tree.program, (node, ancestors) => {
    // The file has probably waited for the function that creates the instance.
    if (node.type === 'AwaitExpression' && !ancestors.some(isFunction)) isAwaited = true;
    if (isAwaited || node.type !== 'Identifier' || !locals.has(node.name)) return;
    const parent = ancestors.at(-1)!;
    if (/^(?:Import|Export)\w*Specifier$|^TS/.test(parent.type) || isMemberName(node, parent)) return;
    if (!ancestors.some(isFunction))
      addManual(
        source,
        node,
        `${node.name} is undefined until its policies are loaded; use it in a function`,
      );
  });
}

/** Returns whether a node is a function, a method or an arrow function. */
export const isFunction = ({ type }: Node): boolean =>
  /^(?:Function|ArrowFunction|ObjectMethod|Class\w*Method)/.test(type);
