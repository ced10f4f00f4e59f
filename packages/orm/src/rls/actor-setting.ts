import { readDecimal, type Column, type DeclaredType, type FieldType, type Scope } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { Fragment } from '../sql/fragment.js';
import type { ExactKey, PrintedActor } from '../sql/print-filter.js';
import { literal } from './literal.js';

// The actor of a transaction is one setting: a JSON object with the name of its type, and the fields that the policies read. One value
// is set or missing as a whole, and distinguishes NULL from an empty text.

/** The value of the setting. Fields are text, because JSON has no NaN, and PostgreSQL casts them. */
interface ActorSetting {
  readonly type: string;
  readonly fields: Readonly<Record<string, string | null>>;
}

type ScalarType = Column['type'];

const casts: Readonly<Record<ScalarType, string>> = {
  string: '',
  integer: '::bigint',
  float: '::float8',
  decimal: '::numeric',
  boolean: '::boolean',
  date: '::timestamptz',
};
const scalars: Readonly<Record<string, ScalarType>> = {
  String: 'string',
  Integer: 'integer',
  Float: 'float',
  Boolean: 'boolean',
};

/** Any other field that a condition compares is a date. */
function scalarOf(type: FieldType): ScalarType {
  if (type.kind === 'decimal') return 'decimal';
  if (type.kind === 'one-of') return 'string';
  return type.kind === 'named' ? (scalars[type.name] ?? 'date') : 'date';
}

/** Prints the fields of an actor as parts of a setting, and notes which fields a condition reads. */
export class ActorFields implements PrintedActor {
  readonly #read = new Set<string>();

  constructor(
    readonly scope: Scope,
    readonly setting: string,
  ) {}

  /** The fields that were printed. */
  get read(): ReadonlySet<string> {
    return this.#read;
  }

  typeOf(field: string): ScalarType {
    return scalarOf(this.scope.type.fields!.get(field)!.type);
  }

  /**
   * A query without tables is computed once for each statement, not once for each row. PostgreSQL also computes it for an actor of another
   * type, for which it is `NULL`, because that actor can have a field of this name with a value that the cast refuses.
   */
  field(field: string): Fragment {
    this.#read.add(field);
    const value = `(${this.#json} -> 'fields' ->> ${literal(field)})${casts[this.typeOf(field)]}`;
    return `(SELECT ${value} WHERE ${this.#json} ->> 'type' = ${literal(this.scope.type.name)})`;
  }

  /**
   * Prints the body of a function of the language `plpgsql` that returns a field as a key. A text that is not a UUID is `NULL`, and so is each
   * field of an actor of another type.
   */
  key(field: string, type: ExactKey): string {
    this.#read.add(field);
    const value = `nanook_actor -> 'fields' ->> ${literal(field)}`;
    const isKey = type === 'uuid' ? ` AND ${value} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'` : '';
    return (
      `DECLARE nanook_actor jsonb := ${this.#json}; BEGIN ` +
      `IF nanook_actor ->> 'type' = ${literal(this.scope.type.name)}${isKey} THEN RETURN (${value})::${type}; END IF; ` +
      'RETURN NULL; END'
    );
  }

  /** Returns the condition that the setting is an actor of the type, with all fields that were printed. */
  get isSet(): string {
    const { type } = this.scope;
    const fields = [...this.#read].map((field) => {
      const arrow = type.fields!.get(field)!.nullable ? '->' : '->>';
      return `nanook_actor -> 'fields' ${arrow} ${literal(field)} IS NOT NULL`;
    });
    const conditions = [`nanook_actor ->> 'type' = ${literal(type.name)}`, ...fields].join(' AND ');
    return `(SELECT ${conditions} FROM (SELECT ${this.#json} AS nanook_actor) AS nanook_setting)`;
  }

  /** A setting that was local to an earlier transaction is an empty text. */
  get #json(): string {
    return `NULLIF(current_setting(${literal(this.setting)}, true), '')::jsonb`;
  }
}

/**
 * Returns the value of the setting for an actor.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_RLS_ACTOR_FIELD` for a field that does not have the declared type
 */
export async function settingOf(
  type: DeclaredType,
  fields: Iterable<string>,
  actor: Readonly<Record<string, unknown>>,
): Promise<string> {
  const texts: Record<string, string | null> = {};
  for (const field of fields) texts[field] = textOf(type, field, await actor[field]);
  const setting: ActorSetting = { type: type.name, fields: texts };
  return JSON.stringify(setting);
}

/** NUL, and a lone half of a surrogate pair, which PostgreSQL stores in no text. */
const notStored = /\0|\p{Surrogate}/u;

function textOf(type: DeclaredType, name: string, value: unknown): string | null {
  const field = type.fields!.get(name)!;
  const declared = scalarOf(field.type);
  if ((value === null || value === undefined) && field.nullable) return null;
  const isMember = field.type.kind !== 'one-of' || field.type.values.includes(value as string);
  const text = isMember ? printed(value, declared) : undefined;
  if (text !== undefined) return text;
  const found = value === null ? 'null' : typeof value;
  throw new NanookOrmError('NANOOK_ORM_RLS_ACTOR_FIELD', { type: type.name, field: name, declared, found });
}

/** Returns a value as text, or `undefined` for a value that no column of the type has. */
function printed(value: unknown, type: ScalarType): string | undefined {
  if (type === 'decimal') return readDecimal(value)?.toString();
  switch (typeof value) {
    case 'string':
      return type === 'string' && !notStored.test(value) ? value : undefined;
    case 'number':
      return type === 'float' || (type === 'integer' && Number.isSafeInteger(value))
        ? String(value)
        : undefined;
    case 'bigint':
      return type === 'integer' && BigInt.asIntN(64, value) === value ? String(value) : undefined;
    case 'boolean':
      return type === 'boolean' ? String(value) : undefined;
    default:
      return type === 'date' && value instanceof Date && !Number.isNaN(value.getTime())
        ? value.toISOString()
        : undefined;
  }
}
