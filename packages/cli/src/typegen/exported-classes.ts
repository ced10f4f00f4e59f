import { readFileSync } from 'node:fs';
import type { ClassDeclaration } from 'typescript';
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
    for (const statement of statements) {
      if (!ts.isClassDeclaration(statement) || statement.name === undefined) continue;
      const modifiers = ts.getModifiers(statement) ?? [];
      const has = (kind: number): boolean => modifiers.some((modifier) => modifier.kind === kind);
      if (!has(ts.SyntaxKind.ExportKeyword) || !hasShape(ts, statement)) continue;
      const name = statement.name.text;
      found.get(name)?.push({ file, name: has(ts.SyntaxKind.DefaultKeyword) ? 'default' : name });
    }
  }
  return found;
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
