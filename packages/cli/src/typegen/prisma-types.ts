import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors/usage-error.js';
import type { SourceField, SourceType, SourceTypes } from './source-types.js';

const usualPlaces = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema', 'prisma'];

const scalars: Readonly<Record<string, string>> = {
  String: 'String',
  Int: 'Integer',
  BigInt: 'Integer',
  Float: 'Float',
  Decimal: 'Decimal',
  Boolean: 'Boolean',
  DateTime: 'Date',
};

/**
 * Reads the models of a Prisma schema.
 *
 * @param named the path of the schema, a file or a folder; undefined: the usual places
 * @throws {UsageError} when there is no schema, or it has no model
 */
export function readPrismaTypes(named: string | undefined): SourceTypes {
  const path = named ?? usualPlaces.find(existsSync);
  if (path === undefined || !existsSync(path))
    throw new UsageError(
      named === undefined
        ? `expected a Prisma schema at ${usualPlaces.join(', ')}, found none; name it with --schema`
        : `the Prisma schema ${named} does not exist`,
    );
  const text = filesOf(path)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const types = parsePrismaModels(text);
  if (types.size === 0) throw new UsageError(`${path} has no model`);
  return { types, notes: [] };
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.prisma'))
    .toSorted()
    .map((name) => join(path, name));
}

/** Reads the models, views and composite types in the text of a Prisma schema. The language has one field in each line. */
export function parsePrismaModels(text: string): ReadonlyMap<string, SourceType> {
  const enums = new Map(
    [...text.matchAll(/^[ \t]*enum\s+(\w+)\s*\{([^}]*)\}/gm)].map(([, name, body]) => [
      name!,
      valuesIn(body!),
    ]),
  );
  const types = new Map<string, SourceType>();
  let open: { readonly name: string; readonly fields: Record<string, SourceField> } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*(?:model|view|type)\s+(\w+)\s*\{/.exec(line) ?? [];
    if (name !== undefined) open = { name, fields: {} };
    else if (/^\s*\}/.test(line)) {
      if (open !== undefined) types.set(open.name, open);
      open = undefined;
    } else if (open !== undefined) addField(open.fields, line, enums);
  }
  return types;
}

/** Returns the values of an enum, which has one in each line. It ignores attributes and comments. */
const valuesIn = (body: string): readonly string[] =>
  [...body.matchAll(/^[ \t]*([A-Za-z]\w*)/gm)].map(([, value]) => value!);

/** Adds the field of a line such as `dueAt DateTime? @map("due_at")`. It ignores attributes of the model and comments. */
function addField(
  fields: Record<string, SourceField>,
  line: string,
  enums: ReadonlyMap<string, readonly string[]>,
): void {
  const [, name, type, isList, isOptional] =
    /^\s*([A-Za-z]\w*)\s+(Unsupported\("[^"]*"\)|\w+)(\[\])?(\?)?/.exec(line) ?? [];
  if (name === undefined || type === undefined) return;
  const values = enums.get(type);
  fields[name] = {
    type: scalars[type] ?? (values === undefined ? type : 'String'),
    ...(values !== undefined && { values }),
    isList: isList !== undefined,
    isOptional: isOptional !== undefined,
  };
}
