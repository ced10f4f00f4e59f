import { readFileSync } from 'node:fs';
import type { ClassLikeDeclaration, Expression, Statement } from 'typescript';
import type { TypeScriptModule } from './load-typescript.js';

/** A class that a file exports. */
export interface ExportedClass {
  readonly file: string;
  /** The name of the export, which can be `default`. */
  readonly name: string;
  /** Whether the name is also a type. A constant whose value is a class is only a value. */
  readonly isType: boolean;
}

/**
 * Finds the exported classes of these names. It only parses files that contain one of the names.
 *
 * @param names the names that the classes have when the application runs. Without a name, the class of a default export has the name
 *   `default`
 */
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
    const byClass = new Map<ClassLikeDeclaration, ExportedClass>();
    for (const { local, declaration, isType } of classesIn(ts, statements)) {
      const name = exported.get(local);
      if (name === undefined || !hasShape(ts, declaration)) continue;
      if (isType || !byClass.has(declaration)) byClass.set(declaration, { file, name, isType });
    }
    for (const { declaration, runtimeName } of classesIn(ts, statements)) {
      const place = byClass.get(declaration);
      if (place !== undefined) found.get(runtimeName)?.push(place);
      byClass.delete(declaration);
    }
  }
  return found;
}

/** A class with one of its names in a file. */
interface LocalClass {
  readonly local: string;
  readonly runtimeName: string;
  readonly declaration: ClassLikeDeclaration;
  readonly isType: boolean;
}

/** Returns the classes of a file, and the constants whose value is one of them. */
function classesIn(ts: TypeScriptModule, statements: readonly Statement[]): readonly LocalClass[] {
  const classes: LocalClass[] = [];
  for (const statement of statements) {
    if (ts.isClassDeclaration(statement)) {
      const local = statement.name?.text ?? anonymous;
      classes.push({ local, runtimeName: local, declaration: statement, isType: true });
    } else if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer !== undefined) addConstant(name.text, initializer);
  }
  return classes;

  function addConstant(local: string, value: Expression): void {
    if (ts.isClassExpression(value)) {
      const runtimeName = value.name?.text ?? local;
      classes.push({ local, runtimeName, declaration: value, isType: false });
    } else if (ts.isIdentifier(value)) {
      const original = classes.find((each) => each.local === value.text);
      if (original !== undefined) classes.push({ ...original, local, isType: false });
    }
  }
}

/** The name of a class that is exported as default without a name. */
export const anonymous = 'default';

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
    } else if (ts.isClassDeclaration(statement) || ts.isVariableStatement(statement)) {
      const kinds = new Set(ts.getModifiers(statement)?.map(({ kind }) => kind));
      if (!kinds.has(ts.SyntaxKind.ExportKeyword)) continue;
      if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations)
          if (ts.isIdentifier(name)) names.set(name.text, name.text);
      } else {
        const local = statement.name?.text ?? anonymous;
        names.set(local, kinds.has(ts.SyntaxKind.DefaultKeyword) ? 'default' : local);
      }
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
  { members, heritageClauses, typeParameters }: ClassLikeDeclaration,
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
