import { readFileSync } from 'node:fs';
import type { ClassDeclaration, Statement } from 'typescript';
import type { TypeScriptModule } from './load-typescript.js';

/** A class that a file exports. */
export interface ExportedClass {
  readonly file: string;
  /** The name of the export, which can be `default`. */
  readonly name: string;
}

/** Finds the exported classes of these names. It only parses files that contain one of the names. */
export function exportedClasses(
  ts: TypeScriptModule,
  files: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, readonly ExportedClass[]> {
  const found = new Map<string, ExportedClass[]>(names.map((name) => [name, []]));
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    if (!names.some((name) => text.includes(name)) || !/\bclass\b/.test(text)) continue;
    const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
    const exported = exportedNames(ts, statements);
    for (const statement of statements) {
      if (!ts.isClassDeclaration(statement) || statement.name === undefined) continue;
      const local = statement.name.text;
      const name = exported.get(local);
      if (name !== undefined && hasShape(ts, statement)) found.get(local)?.push({ file, name });
    }
  }
  return found;
}

/** Returns the names under which a file exports its classes, by their local names. */
function exportedNames(ts: TypeScriptModule, statements: readonly Statement[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const statement of statements) {
    if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression))
      names.set(statement.expression.text, 'default');
    else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (moduleSpecifier !== undefined || exportClause === undefined || !ts.isNamedExports(exportClause))
        continue;
      for (const { name, propertyName } of exportClause.elements)
        names.set((propertyName ?? name).text, name.text);
    } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
      const kinds = new Set(ts.getModifiers(statement)?.map(({ kind }) => kind));
      const local = statement.name.text;
      if (kinds.has(ts.SyntaxKind.ExportKeyword))
        names.set(local, kinds.has(ts.SyntaxKind.DefaultKeyword) ? 'default' : local);
    }
  }
  return names;
}

/**
 * Returns whether a class has members, so that the compiler can tell its instances from others. A class with type parameters has no single
 * type of instances.
 */
const hasShape = (
  ts: TypeScriptModule,
  { members, heritageClauses, typeParameters }: ClassDeclaration,
): boolean =>
  typeParameters === undefined &&
  (heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword) === true ||
    members.some((member) =>
      ts.isConstructorDeclaration(member)
        ? member.parameters.some((parameter) => ts.isParameterPropertyDeclaration(parameter, member))
        : !ts.isClassStaticBlockDeclaration(member) &&
          !(
            ts.canHaveModifiers(member) &&
            ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) === true
          ),
    ));
