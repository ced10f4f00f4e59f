import type { Node } from '@babel/types';
import { isMemberName } from './object-members.js';
import { namesOfCore } from './oso-imports.js';
import { walk, type ParsedSource } from './parsed-source.js';

/** The names of `@nanook/core` that the changed file uses. */
export class UsesOfCore {
  readonly names = new Set<'Authorizer' | 'typed'>();
  /** Whether the class is still created, so that its import stays. */
  keepsClass = false;

  readonly #imported: ReadonlySet<string>;

  /** The names that the file uses for other values. */
  readonly #others = new Set<string>();

  constructor(source: ParsedSource) {
    this.#imported = namesOfCore(source);
    walk(source.tree.program, (node, ancestors) => {
      if (node.type !== 'Identifier' || isMemberName(node, ancestors.at(-1))) return;
      if (!this.#imported.has(node.name)) this.#others.add(node.name);
    });
  }

  /** Returns whether the file uses a name of `@nanook/core` for another value. */
  hasOther(name: 'Authorizer' | 'typed'): boolean {
    return this.#others.has(name);
  }

  /** Returns whether an expression is a call of `typed` of `@nanook/core`. */
  isTyped(node: Node): boolean {
    return node.type === 'CallExpression' && this.#imported.has('typed') && isNamed(node.callee, 'typed');
  }

  /** The names that the file must import. */
  get added(): readonly string[] {
    return [...this.names].filter((name) => !this.#imported.has(name)).toSorted();
  }
}

/** Returns whether a node is an identifier with this name. */
export const isNamed = (node: Node, name: string): boolean =>
  node.type === 'Identifier' && node.name === name;
