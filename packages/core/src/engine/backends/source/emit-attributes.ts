import { hasDates, type DeclaredType, type Field } from '../../../types/declared-type.js';
import { maxPlainDecimal } from '../../../types/read-decimal.js';
import { isRowType, prototypesOf } from '../../compiler/local-fields.js';
import type { EachStatement, MethodStatement, Operand, ReadStatement } from '../../compiler/plan.js';
import { methodSite, readSite } from '../../runtime/sites.js';
import { literalText, memberAccess, objectTest, OwnConstant } from './emitted-code.js';
import { prototypeOf } from './exact-class-text.js';
import type { Emission } from './emission.js';

/** Prints the read of an attribute. @param next prints the statements after it */
export function emitRead(e: Emission, statement: ReadStatement, next: () => string): string {
  const { to, base, name, inPattern, isExact, field, isOpen, isOptional, unchecked, at } = statement;
  if (e.printing.isCold) return emitColdRead(e, statement, next);
  const n = e.newLabel();
  const site = e.constant(new OwnConstant(() => readSite(name, inPattern)));
  const o = e.operand(base);
  const v = `v${to}`;
  const checks = unchecked.map((m) => e.waitFor(`v${m}`)).join('');
  const leave = `{ ${checks}${isOptional ? '' : `break b${n};`} }`;
  const access = memberAccess(name);
  const isMissing = `${v} === undefined || Object.prototype${access} !== undefined`;
  const settle = e.waits ? e.waitFor(v, at) : '';
  const isSettledFirst = field !== undefined || isOpen;
  const slow = `{ ${v} = R.read(${e.typed(base)}, ${site}, ${v}${e.position(at)}); if (${v} === U) ${leave} ${isSettledFirst ? '' : settle}}\n`;
  const rest = () => {
    const test = emitFieldTest(e, statement, site, leave);
    if (field !== undefined) e.fields.set(to, field);
    const text = `${isSettledFirst ? settle : ''}${test}${next()}`;
    e.fields.delete(to);
    return text;
  };
  const plain = `(${v} = ${o}${access}, ${isMissing})`;
  if (isExact) return `b${n}: { let ${v}; if (${plain}) ${slow}${rest()} }`;
  const clean = base.kind === 'local' ? e.checkedPrototypes.get(base.local) : undefined;
  // One check of the prototype serves the other attributes of the object too, except those with a declared type or a getter.
  const isShared = base.kind === 'local' && name !== 'size' && !e.linker.hasGetter(name);
  if (clean !== undefined && isShared)
    return `b${n}: { let ${v}; if (!${clean} || ${plain}) ${slow}${rest()} }`;
  e.declarations.push(`let p${n}; ${site}.learn = (p) => { p${n} = p; };`);
  // A promise may be a plain object with attributes of its own. A module must not read `then` of a data object.
  const isOwnValue = e.printing.isModule ? `!R.isPending(${o})` : `${o}.then === undefined`;
  // The attribute is read first: then the optimizer knows the shape of the object, and its prototype costs nothing.
  const isUnchecked =
    `${o} === null || ${o} === undefined || ${plain} || ` +
    `!(c${n} = Object.getPrototypeOf(${o}) === p${n} && ${isOwnValue})`;
  if (isShared) e.checkedPrototypes.set(base.local, `c${n}`);
  const text = `b${n}: { let c${n} = false, ${v}; if (${isUnchecked}) ${slow}${rest()} }`;
  if (isShared) e.checkedPrototypes.delete(base.local);
  return text;
}

/** Prints the read of an attribute as a call of the runtime. */
function emitColdRead(e: Emission, statement: ReadStatement, next: () => string): string {
  const { to, base, name, inPattern, field, isOptional, unchecked, at } = statement;
  const n = e.newLabel();
  const site = e.constant(new OwnConstant(() => readSite(name, inPattern)));
  const v = `v${to}`;
  const checks = e.settles ? '' : unchecked.map((m) => e.waitFor(`v${m}`)).join('');
  const leave = `{ ${checks}${isOptional ? '' : `break b${n};`} }`;
  const from = `${e.typed(base)}, ${site}`;
  const test = emitFieldTest(e, statement, site, leave);
  if (field !== undefined) e.fields.set(to, field);
  const arrived = `if (R.isPending(${v})) ${v} = await R.arrival(${v}, ${from}${e.position(at)}); `;
  if (e.settles) e.awaits = true;
  const text =
    `b${n}: { let ${v} = R.read(${from}, undefined${e.position(at)}); ` +
    `${e.settles ? arrived : ''}if (${v} === U) ${leave}\n${test}${next()} }`;
  e.fields.delete(to);
  return text;
}

/** Prints the test of the value of a declared field, and its conversion. */
function emitFieldTest(
  e: Emission,
  { to, base, field, isOpen, isOptional, at }: ReadStatement,
  site: string,
  leave: string,
): string {
  const v = `v${to}`;
  const isFound = isOptional ? `${v} !== U && ` : '';
  const left = `if (${v} === U) ${leave}`;
  if (isOpen)
    return `${isOptional ? `if (${v} !== U) ` : ''}{ ${v} = R.acceptOf(${e.typed(base)}, ${site}, ${v}${e.position(at)}); ${left} }\n`;
  if (field === undefined) return '';
  const isTyped = typeTest(e, v, field);
  return `if (${isFound}!(${isTyped})) { ${v} = ${acceptCall(e, v, field)}${e.position(at)}); ${left} }\n`;
}

/** Prints the call, without its end, that tests a value where the inline test does not suffice. */
function acceptCall(e: Emission, v: string, field: Field): string {
  const type = field.type.kind === 'named' ? e.typeNamed(field.type.name) : undefined;
  // Code for a module does not take such a value for a plain object.
  const isRow = !e.printing.isModule && type !== undefined && isRowType(type, e.linker);
  return `R.accept(${v}, ${e.field(field)}, ${isRow}`;
}

/** Prints the test of each element: the statement before the loop, and the one in it. */
export function emitElementTest(
  e: Emission,
  { item, list, element, isOpen, at }: EachStatement,
  n: number,
): readonly [before: string, within: string] {
  const v = `v${item}`;
  if (element !== undefined) {
    const accepted = `${v} = ${acceptCall(e, v, element)}${e.position(at)}); if (${v} === U) continue;`;
    return ['', `if (!(${typeTest(e, v, element)})) { ${accepted} }\n`];
  }
  if (!isOpen) return ['', ''];
  const accepted = `${v} = R.acceptElement(${v}, q${n}${e.position(at)}); if (${v} === U) continue;`;
  return [`const q${n} = R.elementOf(${e.operand(list)}); `, `if (q${n} !== undefined) { ${accepted} }\n`];
}

/** Prints the quick test that a value has the declared type of a field. The runtime tests all other values. */
function typeTest(e: Emission, v: string, { type, nullable }: Field): string {
  const test = quickTest();
  return nullable ? `${v} === null || ${test}` : test;

  function quickTest(): string {
    switch (type.kind) {
      case 'list':
        return `Array.isArray(${v})`;
      case 'one-of':
        return type.values.map((value) => `${v} === ${literalText(value)}`).join(' || ');
      case 'decimal':
        return `typeof ${v} === "number" && ${v} < ${maxPlainDecimal} && ${v} > -${maxPlainDecimal}`;
      case 'named':
        return namedTest(type.name);
      default:
        return 'false';
    }
  }

  function namedTest(name: string): string {
    const named = e.typeNamed(name);
    if (!named.builtIn) return objectTypeTest(e, v, named);
    switch (name) {
      case 'String':
        return `typeof ${v} === "string"`;
      case 'Boolean':
        return `typeof ${v} === "boolean"`;
      case 'Integer':
        return `Number.isSafeInteger(${v})`;
      case 'Float':
        return `typeof ${v} === "number" && ${v} === ${v}`;
      case 'List':
        return `Array.isArray(${v})`;
      default:
        return 'false';
    }
  }
}

/** Prints the test that a value is an instance of a registered class, or a row that no tag gives another type. */
function objectTypeTest(e: Emission, v: string, type: DeclaredType): string {
  if (!e.linker.testsTypes(type) || hasDates(type)) return 'false';
  const { isModule } = e.printing;
  const isObject = objectTest(v);
  if (type.class !== undefined) {
    const hasClass = classTest(e, v, type);
    // A module must not read `then` of a data object, because it cannot bail out if that throws.
    return isModule
      ? `${isObject} && ${hasClass} && ${v}.then === undefined`
      : `${isObject} && ${v}.then === undefined && ${hasClass}`;
  }
  const isUntagged = `(t = ${e.tagFinder()}(${v})) === undefined || t === ${e.nameOf(type)}`;
  e.usesTag = true;
  const isPlain = `Object.getPrototypeOf(${v}) === Object.prototype`;
  const isOwnRow = isModule ? `${isPlain} && !("then" in ${v})` : `${v}.then === undefined && ${isPlain}`;
  return `${isObject} && ${isOwnRow} && (${isUntagged})`;
}

/** Prints the test that an object is an instance of the class of a type, or of a registered class that extends it. */
function classTest(e: Emission, v: string, type: DeclaredType): string {
  const prototypes = prototypesOf(type, e.linker);
  if (prototypes.length === 0) return 'false';
  const own = `Object.getPrototypeOf(${v})`;
  const hasPrototype =
    prototypes.length === 1
      ? `${own} === ${e.constant(prototypes[0])}`
      : `${e.constant(new OwnConstant((renaming) => new Set(prototypesOf(renaming.of(type), e.linker))))}.has(${own})`;
  return `${hasPrototype} && !Array.isArray(${v})`;
}

/** Prints the call of a method. @param next prints the statements after it */
export function emitMethod(e: Emission, statement: MethodStatement, next: () => string): string {
  const { to, base, name, args, at } = statement;
  const n = e.newLabel();
  const site = e.constant(new OwnConstant(() => methodSite(name)));
  const o = e.operand(base);
  const passed = args.map((arg) => rawOperand(e, arg)).join(', ');
  const given = args.map((arg) => e.typed(arg)).join(', ');
  const slow = `v${to} = R.method(${e.typed(base)}, ${site}, [${given}]${e.position(at)}); if (v${to} === U) break b${n};`;
  const rest = `${e.waitFor(`v${to}`, at)}${next()}`;
  if (e.settles) return `b${n}: { let ${slow}\n${rest} }`;
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
    `b${n}: { let v${to}; if (${isKnown}${isReady}) {\n` +
    `try { v${to} = ${o}${memberAccess(name)}(${passed}); } ` +
    `catch (e) { R.failed(${o}, ${site}, [${passed}], e${e.position(at)}); }\n` +
    `${note} }\nelse { ${slow} }\n${rest} }`
  );
}

/** Returns whether an operand is neither a reference nor a decimal. */
function isPlain(e: Emission, operand: Operand): boolean {
  const field = operand.kind === 'local' ? e.fields.get(operand.local) : undefined;
  return field !== undefined && field.type.kind !== 'decimal';
}

/** Prints a value for the application. */
const rawOperand = (e: Emission, operand: Operand): string =>
  operand.kind === 'constant' || !e.linker.hasPlaces || isPlain(e, operand)
    ? e.operand(operand)
    : `R.argument(${e.operand(operand)})`;
