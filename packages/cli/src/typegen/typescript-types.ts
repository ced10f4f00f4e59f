import { relative } from 'node:path';
import type { Program, Symbol, Type, TypeChecker } from 'typescript';
import { UsageError } from '../errors/usage-error.js';
import { loadTypeScript, type TypeScriptModule } from './load-typescript.js';
import { findSourceFiles } from './source-files.js';
import type { SourceField, SourceType, SourceTypes } from './source-types.js';

/**
 * Reads the classes, interfaces and type aliases of these names that the files of a project export.
 *
 * @param project the path of the `tsconfig.json`; undefined: the nearest one
 * @throws {UsageError} when TypeScript is not installed, or there is no `tsconfig.json`
 */
export async function readTypeScriptTypes(
  names: readonly string[],
  project: string | undefined,
): Promise<SourceTypes> {
  const ts = await loadTypeScript(process.cwd());
  if (ts === undefined)
    throw new UsageError('--from typescript needs the package typescript; npm install --save-dev typescript');
  const sources = findSourceFiles(ts, process.cwd(), project);
  if (sources === undefined)
    throw new UsageError('--from typescript needs a tsconfig.json; name one with --project');
  const program = ts.createProgram(sources.files, sources.options);
  const notes: string[] = [];
  const symbols = new Map<Symbol, string>();
  for (const [name, found] of exportsNamed(ts, program, names)) {
    const [first] = found;
    if (first !== undefined && found.length === 1) symbols.set(first.symbol, name);
    else
      notes.push(
        noteFor(
          name,
          found.map(({ file }) => relative(process.cwd(), file)),
        ),
      );
  }
  const reader = new TypeReader(ts, program.getTypeChecker(), symbols);
  const types = new Map([...symbols].map(([symbol, name]) => [name, reader.read(name, symbol)]));
  return { types, notes };
}

const noteFor = (name: string, files: readonly string[]): string =>
  files.length === 0
    ? `no file exports a class, interface or type ${name}, so its attributes were not checked`
    : `several files export ${name} (${files.join(', ')}), so its attributes were not checked`;

interface ExportedSymbol {
  readonly symbol: Symbol;
  readonly file: string;
}

/** Finds the declarations that the files of the project export. A file that exports a declaration again does not count. */
function exportsNamed(
  ts: TypeScriptModule,
  program: Program,
  names: readonly string[],
): ReadonlyMap<string, readonly ExportedSymbol[]> {
  const checker = program.getTypeChecker();
  const found = new Map<string, ExportedSymbol[]>(names.map((name) => [name, []]));
  for (const file of program.getSourceFiles()) {
    if (file.isDeclarationFile) continue;
    for (const statement of file.statements) {
      const isType =
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement);
      if (!isType || statement.name === undefined) continue;
      const isExported =
        statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
      const symbol = isExported ? checker.getSymbolAtLocation(statement.name) : undefined;
      const places = found.get(statement.name.text);
      if (symbol !== undefined && places?.every((place) => place.symbol !== symbol) === true)
        places.push({ symbol, file: file.fileName });
    }
  }
  return found;
}

/** The classes of decimal numbers of decimal.js, Prisma, big.js, bignumber.js and MongoDB. */
const decimalClasses = ['Decimal', 'Big', 'BigNumber', 'Decimal128'];

/** Converts types of TypeScript to fields. */
class TypeReader {
  constructor(
    private readonly ts: TypeScriptModule,
    private readonly checker: TypeChecker,
    /** The names of the source types. */
    private readonly names: ReadonlyMap<Symbol, string>,
  ) {}

  read(name: string, symbol: Symbol): SourceType {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const fields: Record<string, SourceField> = {};
    for (const property of this.checker.getPropertiesOfType(type)) {
      // Symbols and private names have no name in a policy.
      if (!/^\w+$/.test(property.name) || property.name.startsWith('__')) continue;
      const isOptional = (property.flags & this.ts.SymbolFlags.Optional) !== 0;
      const field = this.#field(this.checker.getTypeOfSymbol(property));
      fields[property.name] = isOptional ? { ...field, isOptional } : field;
    }
    return { name, fields };
  }

  #field(type: Type): SourceField {
    const { ts, checker } = this;
    const present = checker.getNonNullableType(type);
    const isOptional =
      present !== type &&
      type.isUnion() &&
      type.types.some(({ flags }) => (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0);
    const awaited = checker.getAwaitedType(present) ?? present;
    if (awaited !== present) return { ...this.#field(awaited), isOptional };
    const element = checker.isArrayType(present) ? checker.getTypeArguments(present as never)[0] : undefined;
    return element === undefined
      ? { ...this.#named(present), isList: false, isOptional }
      : { ...this.#named(element), isList: true, isOptional };
  }

  #named(type: Type): Pick<SourceField, 'type' | 'values'> {
    const members = type.isUnion() ? type.types : [type];
    const values = members.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
    return { type: this.#name(type), ...(values.length === members.length && { values }) };
  }

  #name(type: Type): string {
    const { flags, symbol, aliasSymbol } = type as Type & { readonly symbol: Symbol | undefined };
    const own = (aliasSymbol && this.names.get(aliasSymbol)) ?? (symbol && this.names.get(symbol));
    if (own !== undefined) return own;
    if (symbol?.name === 'Date') return 'Date';
    if (decimalClasses.includes(symbol?.name ?? '')) return 'Decimal';
    const { TypeFlags } = this.ts;
    const all = (expected: number): boolean =>
      type.isUnion() ? type.types.every((each) => (each.flags & expected) !== 0) : (flags & expected) !== 0;
    if (all(TypeFlags.StringLike)) return 'String';
    if (all(TypeFlags.NumberLike)) return 'Float';
    if (all(TypeFlags.BigIntLike)) return 'Integer';
    return all(TypeFlags.BooleanLike) ? 'Boolean' : 'Any';
  }
}
