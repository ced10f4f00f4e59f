import { raw } from '../host/reference.js';
import { kindOf, show } from '../host/show.js';
import type { TypeSet } from '../host/type-set.js';
import { isPlainObject } from '../host/value.js';
import { withArticle } from '../internal/article.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { TypeToken } from '../types/declared-type.js';
import type { TypeTable } from '../types/type-table.js';
import type { ExplainedValue } from './explanation.js';
import type { HiddenValues } from './hidden-values.js';
import type { SeenValue } from './trace.js';
import { unbound } from './value-reader.js';

const maxItems = 8;
const maxDepth = 2;

/** Shows values as text: objects by their type and key only, and without those that are hidden. */
export class ShownValues {
  constructor(
    readonly types: TypeTable,
    readonly typesOf: (value: unknown) => TypeSet | undefined,
    readonly hidden: HiddenValues | undefined,
    /** The names of objects, which are shown in their place. */
    readonly names: ReadonlyMap<unknown, string> = new Map(),
  ) {}

  named({ name, value }: SeenValue): ExplainedValue {
    return { name: name ?? '', value: this.show({ name, value }) };
  }

  /** Whether a value is replaced as a whole. */
  isHidden({ name = '', value }: SeenValue): boolean {
    return value !== unbound && this.hidden?.textFor(name, value) !== undefined;
  }

  /** Whether texts that can contain any value are left out. */
  get hidesMessages(): boolean {
    return this.hidden !== undefined;
  }

  show({ name, value }: SeenValue): string {
    return value === unbound ? (name ?? '_') : this.#show(name ?? '', value, 0);
  }

  #show(name: string, value: unknown, depth: number): string {
    if (value === unbound) return '_';
    const text = this.hidden?.textFor(name, value);
    if (text !== undefined) return text;
    const known = this.names.get(raw(value));
    if (known !== undefined && isObjectOrFunction(value)) return known;
    if (!isObjectOrFunction(value) || typeof value === 'function') return printable(show(value, this.types));
    try {
      return this.#object(name, value, depth);
    } catch {
      return kindOf(value);
    }
  }

  /** @param given an object, or a reference to it, which can have other types */
  #object(name: string, given: object, depth: number): string {
    const value = raw(given) as object;
    if (value instanceof Date || value instanceof TypeToken) return show(value, this.types);
    if (Array.isArray(value)) {
      if (depth >= maxDepth) return '[…]';
      const items = value.slice(0, maxItems).map((item) => this.#show(name, item, depth + 1));
      return `[${[...items, ...(value.length > maxItems ? ['…'] : [])].join(', ')}]`;
    }
    const types = this.typesOf(given);
    const type = [...(types?.types ?? [])].find(({ builtIn }) => !builtIn);
    const keys = (type?.key ?? ['id']).flatMap((key) => {
      const field: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
      return field === undefined || isObjectOrFunction(field)
        ? []
        : [
            `${key}: ${this.hidden?.isSecretField(key, types) === true ? '***' : this.#show(`${name}.${key}`, field, 1)}`,
          ];
    });
    const label = type?.name ?? (isPlainObject(value) ? '' : kindOf(value).replace(/^an? /, ''));
    if (keys.length > 0) return `${label}{${keys.join(', ')}}`;
    return type === undefined ? kindOf(value) : withArticle(`a ${label}`);
  }
}

/**
 * Escapes the characters with which a value could change a terminal or the direction of a text: control characters, such as the end of a
 * line, and marks of direction.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
