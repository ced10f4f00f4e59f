import { kindOf, show } from '../host/show.js';
import type { TypeSet } from '../host/type-set.js';
import { isPlainObject } from '../host/value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { TypeToken } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import type { ExplainedValue } from './explanation.js';
import { printable } from './printable.js';
import type { SeenValue } from './trace.js';
import { unbound } from './tracing-machine.js';

/**
 * Returns the text that an explanation shows instead of a value; undefined to show the value.
 *
 * @param name the expression in the policy, such as `user.email`; for a key of an object, the name of the object before it
 */
export type Mask = (name: string, value: unknown) => string | undefined;

const maxItems = 8;
const maxDepth = 2;

/** Shows values as text: objects by their type and key only, and through the mask of the application. */
export class ShownValues {
  constructor(
    readonly types: TypeTable,
    readonly typesOf: (value: unknown) => TypeSet | undefined,
    readonly mask: Mask | undefined,
  ) {}

  named({ name, value }: SeenValue): ExplainedValue {
    return { name: name ?? '', value: this.show({ name, value }) };
  }

  /** Whether the mask replaces a value as a whole. */
  isHidden({ name = '', value }: SeenValue): boolean {
    return value !== unbound && this.mask?.(name, value) !== undefined;
  }

  show({ name, value }: SeenValue): string {
    return value === unbound ? (name ?? '_') : this.#show(name ?? '', value, 0);
  }

  #show(name: string, value: unknown, depth: number): string {
    if (value === unbound) return '_';
    const masked = this.mask?.(name, value);
    if (masked !== undefined) return masked;
    if (!isObjectOrFunction(value) || typeof value === 'function') return printable(show(value, this.types));
    try {
      return this.#object(name, value, depth);
    } catch {
      return kindOf(value);
    }
  }

  #object(name: string, value: object, depth: number): string {
    if (value instanceof Date || value instanceof TypeToken) return show(value, this.types);
    if (Array.isArray(value)) {
      if (depth >= maxDepth) return '[…]';
      const items = value.slice(0, maxItems).map((item) => this.#show(name, item, depth + 1));
      return `[${[...items, ...(value.length > maxItems ? ['…'] : [])].join(', ')}]`;
    }
    const type = [...(this.typesOf(value)?.types ?? [])].find(({ builtIn }) => !builtIn);
    const keys = (type?.key ?? ['id']).flatMap((key) => {
      const field: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
      return field === undefined || isObjectOrFunction(field)
        ? []
        : [`${key}: ${this.#show(`${name}.${key}`, field, 1)}`];
    });
    const label = type?.name ?? (isPlainObject(value) ? '' : kindOf(value).replace(/^an? /, ''));
    if (keys.length > 0) return `${label}{${keys.join(', ')}}`;
    return type === undefined ? kindOf(value) : `a ${label}`;
  }
}
