import type { DeclaredType, FieldType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import type { MethodStatement, ReadStatement } from '../../compiler/plan.js';
import { hasDefaultInstanceof } from '../../runtime/exact-class.js';
import { methodSite, readSite } from '../../runtime/sites.js';
import { memberAccess, objectTest, OwnConstant } from './emitted-code.js';
import { exactTest, prototypeOf, prototypeTest, tagOfRow } from './exact-class-text.js';
import type { Emission, Noted } from './emission.js';

/** Prints the read of an attribute. @param next prints the statements after it */
export function emitRead(e: Emission, statement: ReadStatement, next: () => string): string {
  const { to, base, name, inPattern, isExact, field, tag, notesRow, isRelation, isOptional, unchecked, at } =
    statement;
  const n = e.newLabel();
  const site = e.constant(
    new OwnConstant((renaming) =>
      readSite(
        name,
        inPattern,
        renaming.of(field),
        notesRow,
        isRelation ? e.linker.relationNamed(name) : undefined,
      ),
    ),
  );
  const o = e.operand(base);
  const v = `v${to}`;
  const checks = e.settles ? '' : unchecked.map((m) => e.waitFor(`v${m}`)).join('');
  const leave = `{ ${checks}${isOptional ? '' : `break b${n};`} }`;
  const access = memberAccess(name);
  const isMissing = `${v} === undefined || Object.prototype${access} !== undefined`;
  const absent = e.settles
    ? `if (${v} === undefined && (${v} = R.absent(${o}, ${site}${e.position(at)})) === U) ${leave}`
    : undefined;
  const settle = e.waits ? e.waitFor(v, at, absent) : '';
  // A value is tagged only after it is settled.
  const isSettledFirst = e.settles || tag !== undefined || field !== undefined || notesRow || isRelation;
  const slow = `{ ${v} = R.read(${o}, ${site}, ${v}${e.position(at)}); if (${v} === U) ${leave} ${isSettledFirst ? '' : settle}}\n`;
  const rest = () => {
    if (e.mayShareTags) e.tags.set(to, { isUsed: false });
    const row = notesRow ? emitNoteRow(e, statement, site) : '';
    const unrelated = isOptional ? `{ ${v} = U; ${leave} }` : leave;
    const checked = isRelation
      ? `if (${v} !== null && ${v} !== U && ${unrelatedTest(e, name, to)}!R.isRelated(${o}, ${site}, ${v}${e.position(at)})) ${unrelated}\n`
      : '';
    const first = isSettledFirst ? settle : '';
    const before = isRelation ? '' : first;
    const rows = tag?.kind === 'named' ? rowTypeOf(e, tag) : undefined;
    const tagged = tag === undefined || rows !== undefined ? `${before}${row}` : emitTag(e, to, tag, before);
    const ofField = rows && { type: rows, from: undefined, isTested: false };
    if (ofField !== undefined) e.noted.set(to, ofField);
    const text = next();
    const isTagUsed = e.tags.get(to)?.isUsed === true;
    const found = isTagUsed ? tagOfLocal(e, to) : '';
    const noted = ofField === undefined ? '' : emitRowNote(e, to, ofField, isTagUsed);
    e.instances.delete(to);
    e.noted.delete(to);
    e.tags.delete(to);
    if (isRelation) return `${first}${found}${checked}${tagged}${noted}${text}`;
    // A value is awaited before its tag is found.
    return found === ''
      ? `${tagged}${noted}${text}`
      : `${first}${found}${tagged.slice(first.length)}${noted}${text}`;
  };
  // A query that began in code that does not wait reads the same values again.
  const isReplayed = e.settles ? 'R.replay !== undefined || ' : '';
  const plain = `(${v} = ${o}${access}, ${isMissing})`;
  if (isExact) return `b${n}: { let ${v}; if (${isReplayed}${plain}) ${slow}${rest()} }`;
  const clean = base.kind === 'local' ? e.checkedPrototypes.get(base.local) : undefined;
  // One check of the prototype serves the other attributes of the object too, except those with a declared type or a getter.
  const isShared =
    base.kind === 'local' && name !== 'size' && !e.linker.mayTag(name) && !e.linker.hasGetter(name);
  if (clean !== undefined && isShared)
    return `b${n}: { let ${v}; if (${isReplayed}!${clean} || ${plain}) ${slow}${rest()} }`;
  e.declarations.push(`let p${n}; ${site}.learn = (p) => { p${n} = p; };`);
  // A promise may be a plain object with attributes of its own. A module must not read `then` of a data object.
  const isOwnValue = e.printing.isModule ? `!R.isPending(${o})` : `${o}.then === undefined`;
  // The attribute is read first: then the optimizer knows the shape of the object, and its prototype costs nothing.
  const isUnchecked =
    `${o} === null || ${o} === undefined || ${plain} || ` +
    `!(c${n} = Object.getPrototypeOf(${o}) === p${n} && ${isOwnValue})`;
  if (isShared) e.checkedPrototypes.set(base.local, `c${n}`);
  const text = `b${n}: { let c${n} = false, ${v}; if (${isReplayed}${isUnchecked}) ${slow}${rest()} }`;
  if (isShared) e.checkedPrototypes.delete(base.local);
  return text;
}

/**
 * Prints a test, before `&&`, that a value is not certainly a row of a relation: an instance of exactly the class, or a row that no mark gives
 * another type. Relations have their names in all functions, so functions that share the code also share these constants.
 */
function unrelatedTest(e: Emission, name: string, n: number): string {
  const { typeSets } = e.linker.context;
  const related = e.linker.relationNamed(name);
  if (related?.type === undefined || related.isMany) return '';
  const { type } = related;
  const exact = e.linker.exactClass(type);
  if (exact !== undefined) {
    return `!(${exactTest(`v${n}`, prototypeConstant(e, exact), '', e.printing.isModule)}) && `;
  }
  if (typeSets.hasPredicates || typeSets.discriminators !== undefined) return '';
  const tag = e.tagOf(n);
  return tag === undefined ? '' : `!(${tag} === undefined || ${tag} === ${JSON.stringify(type.name)}) && `;
}

/** Prints the prototype of a class that all functions with the same code share. */
const prototypeConstant = (e: Emission, { prototype }: Class): string =>
  e.constant(new OwnConstant(() => prototype as object));

/** Prints the declaration of the tag of a row, for tests that share it. */
const tagOfLocal = (e: Emission, n: number): string =>
  `const g${n} = ${tagOfRow(`v${n}`, e.tagFinder(), e.printing.isModule)};\n`;

/** Prints the tagging of a row with the types that the object from which it was read declares, if it declares any. */
function emitNoteRow(e: Emission, { to, base, name, rowType }: ReadStatement, site: string): string {
  const v = `v${to}`;
  const o = e.operand(base);
  const declared = e.linker.rowTypeOf(name);
  const exact = declared && e.linker.exactClass(declared);
  const isObject = `${objectTest(v)} && ${unregisteredTest(e, to, exact && prototypeConstant(e, exact))}`;
  const note = `R.noteRow(${o}, ${site}, ${v});`;
  const { discriminators } = e.linker.context.typeSets;
  const isNoted =
    rowType === undefined || discriminators !== undefined || e.notedFrom(base, rowType.of) !== undefined
      ? undefined
      : e.notedTest(base, rowType.of, rowType.isBaseFromField);
  if (rowType === undefined || isNoted === undefined) return `let q${to}; if (${isObject}) ${note}\n`;
  // A tag of the object can still change that. It is found only when that matters.
  e.noted.set(to, { type: rowType.type, from: { row: o, field: name }, isTested: false });
  const isPlain = prototypeTest(o, e.printing.isModule);
  const isDeclared = isNoted === 'true' ? isPlain : `${isNoted} && ${isPlain}`;
  const noted = `note${to} = R.noteFrom(${o}, ${site}, ${v}, ${e.constant(rowType.type)});`;
  return `let note${to} = 0, q${to}; if (${isObject}) { if (${isDeclared}) ${noted} else ${note} }\n`;
}

/**
 * Prints the tagging of a plain row with the declared type of the field that it was read from. Instances have a type already. An instance
 * of the declared class, or of a class that extends it, is also trusted not to be a promise.
 *
 * @param settle the statement that awaits the value first
 */
export function emitTag(e: Emission, n: number, tag: FieldType, settle: string): string {
  const noted = `R.tag(v${n}, ${e.constant(tag)});`;
  const value = `v${n}`;
  const type = tag.kind === 'named' ? e.linker.context.program.types.find(tag.name) : undefined;
  if (tag.kind === 'named' && rowTypeOf(e, tag) !== undefined)
    return `${settle}if (${objectTest(value)}) ${noted}\n`;
  const exact = type && e.linker.exactClass(type);
  const note = (more: string) =>
    `let q${n}; if (${objectTest(value)}${more} && ${unregisteredTest(e, n)}) ${noted}\n`;
  // An instance of a class that extends it may be a promise.
  const extensions = type === undefined ? [] : e.linker.extensionsOf(type);
  const areExact = extensions.every((each) => e.linker.exactClass(each) !== undefined);
  // Code that settles every value trusts no instance: it cannot end the query at a promise that it finds later.
  if (e.settles || type === undefined || exact === undefined || !areExact || !hasDefaultInstanceof(exact))
    return `${settle}${note('')}`;
  e.instances.add(n);
  // The prototype of most instances is that of the class itself.
  const isExact = `${objectTest(value)} && ${prototypeOf(value, e.printing.isModule)} === ${e.constant(exact.prototype)}`;
  const isInstance = `(${isExact}) || ${value} instanceof ${e.constant(exact)}`;
  const again = settle === '' ? '' : `${settle}d${n} = ${isInstance};\n`;
  return `let d${n} = ${isInstance}; if (!d${n}) { ${again}${note(` && !d${n}`)} }\n`;
}

/**
 * Prints the test that an object is not an instance of a registered class, with a variable `q…` for its prototype. Most are plain, or have the
 * expected prototype.
 */
function unregisteredTest(e: Emission, n: number, expected?: string): string {
  const q = `q${n}`;
  const found = `(${q} = ${prototypeOf(`v${n}`, e.printing.isModule)})`;
  const isOther = expected === undefined ? '' : `${found} !== ${expected} && `;
  return `${isOther}(${expected === undefined ? found : q} === Object.prototype || !R.registered.has(${q}))`;
}

/** Returns the type of the rows in a field if it has no class. */
function rowTypeOf(e: Emission, tag: Extract<FieldType, { kind: 'named' }>): DeclaredType | undefined {
  const type = e.linker.context.program.types.find(tag.name);
  return type !== undefined && e.linker.rowMark(type) !== undefined ? type : undefined;
}

/**
 * Prints the note that a row has the type of its field. A row with a tag needs none, but is noted too if its tag is not found here: the tag
 * takes precedence.
 */
function emitRowNote(e: Emission, n: number, { type, isTested }: Noted, isTagFound: boolean): string {
  const v = `v${n}`;
  const isObject = objectTest(v);
  const needsNote = isTagFound ? `g${n} === undefined || (g${n} === U && ${isObject})` : isObject;
  // A module must not read `then` of a data object.
  const isValue = e.printing.isModule ? 'false' : `${v}.then === undefined`;
  const note = isTested
    ? `R.noteTested(${v}, ${e.constant(type)}, ${isValue})`
    : `R.note(${v}, ${e.constant(type)})`;
  return `const note${n} = ${needsNote} ? ${note} : 0;\n`;
}

/** Prints the call of a method. @param next prints the statements after it */
export function emitMethod(e: Emission, statement: MethodStatement, next: () => string): string {
  const { to, base, name, args, at } = statement;
  const n = e.newLabel();
  const site = e.constant(new OwnConstant(() => methodSite(name)));
  const o = e.operand(base);
  const passed = args.map((arg) => e.operand(arg)).join(', ');
  const slow = `v${to} = R.method(${o}, ${site}, [${passed}]${e.position(at)}); if (v${to} === U) break b${n};`;
  const rest = `${e.waitFor(`v${to}`, at)}${next()}`;
  const isNotReplayed = e.settles ? 'R.replay === undefined && ' : '';
  const isKnown =
    base.kind === 'constant'
      ? `${o} === ${site}.receiver`
      : `${o} !== null && ${o} !== undefined && (${o} === ${site}.receiver || ${prototypeOf(o, e.printing.isModule)} === ${site}.prototype)`;
  const isReady = args
    .filter(({ kind }) => kind === 'local')
    .map((arg) => e.operand(arg))
    // A module must not read `then` of a data object, because it cannot bail out if that throws.
    .map((v) => (e.printing.isModule ? '' : `${e.mayBePending(v)} && `) + `R.isPending(${v})`)
    .map((test) => ` && !(${test})`)
    .join('');
  const call = `${o}, ${JSON.stringify(name)}, v${to}`;
  const note =
    args.length === 0
      ? `R.log.note(${call});`
      : args.length === 1
        ? `R.log.noteOne(${call}, ${passed});`
        : `R.log.noteWith(${call}, [${passed}]);`;
  return (
    `b${n}: { let v${to}; if (${isNotReplayed}${isKnown}${isReady}) {\n` +
    `try { v${to} = ${o}${memberAccess(name)}(${passed}); } ` +
    `catch (e) { R.failed(${o}, ${site}, [${passed}], e${e.position(at)}); }\n` +
    `${note} }\nelse { ${slow} }\n${rest} }`
  );
}
