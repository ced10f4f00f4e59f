import { isObject } from '../../../internal/is-object.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import { isDeterministic } from '../../compiler/plan-analysis.js';
import {
  isLocal,
  type AgainStatement,
  type ArithmeticStatement,
  type CallTest,
  type CheckStatement,
  type EachStatement,
  type ExactlyStatement,
  type IfStatement,
  type MethodStatement,
  type Operand,
  type ReadStatement,
  type RecordStatement,
  type Statement,
  type SwitchStatement,
} from '../../compiler/plan.js';
import type { Proof } from '../../proof.js';
import { noValue } from '../../runtime/runtime.js';
import { methodSite, readSite, type ReadSite } from '../../runtime/sites.js';
import type { Ending } from '../../runtime/way.js';
import {
  buildAttributeFinder,
  buildAttributeTest,
  buildFinder,
  buildScan,
  type Finder,
} from './build-searches.js';
import { argumentsFor, buildCall, buildCallAll, buildCallAllTest, buildTest } from './build-tests.js';
import type { ClosureBuilder } from './closure-builder.js';
import { listIn, mayBePending, read, readExact } from './closure-values.js';
import { attributeTest } from './list-search.js';
import { isRowField, quickTest } from './quick-test.js';
import {
  enough,
  failed,
  firstOf,
  type Check,
  type Locals,
  type Step,
  type StepEnding,
  type Then,
} from './steps.js';

const { getPrototypeOf } = Object;
const noArguments: readonly unknown[] = [];

/** Builds the closure for a statement and the statements after it. */
export function buildStep(b: ClosureBuilder, statement: Statement, after: Then): Step {
  switch (statement.kind) {
    case 'succeed':
      return after.step;
    case 'any':
      return firstOf(statement.of.map((s) => buildStep(b, s, after)));
    case 'read':
      return buildRead(b, statement, after);
    case 'method':
      return buildMethod(b, statement, after);
    case 'arithmetic':
      return buildArithmetic(b, statement, after);
    case 'each':
      return buildEach(b, statement, after);
    case 'if':
      return buildIf(b, statement, after);
    case 'check':
      return buildCheck(b, statement, after);
    case 'not':
      return buildNot(b, buildStep(b, statement.proof, enough), buildStep(b, statement.next, after));
    case 'cut': {
      const then = buildStep(b, statement.next, after);
      return (locals) => then(locals) || 'ended';
    }
    case 'again':
      return buildAgain(b, statement, after);
    case 'await': {
      const { runtime } = b;
      const at = b.slot(statement.local);
      const then = buildStep(b, statement.next, after);
      return (locals) => {
        if (mayBePending(locals[at])) runtime.await(locals[at]);
        return then(locals);
      };
    }
    case 'exactly':
      return buildExactly(b, statement, after);
    case 'switch':
      return buildSwitch(b, statement, after);
    case 'record':
      return buildRecord(b, statement, after);
    case 'receive': {
      const { runtime } = b;
      const at = b.slot(statement.to);
      const then = buildStep(b, statement.next, after);
      return (locals) => {
        locals[at] = runtime.proof;
        return then(locals);
      };
    }
    case 'answers':
    case 'answer':
      // Only plans of ahead-of-time compilation contain them, and they are printed as source.
      throw new NotCompilable('a call for the values of a variable');
  }
}

// ── tests, proofs and calls ──

function buildIf(b: ClosureBuilder, statement: IfStatement, after: Then): Step {
  const likely = after === enough ? buildLikelyCall(b, statement) : undefined;
  if (likely !== undefined) return likely;
  if (statement.test.kind === 'call') return buildIfCall(b, statement.test, statement.next, after);
  const test = buildTest(b, statement.test);
  if (statement.next.kind === 'succeed' && after === enough) return test;
  const then = buildStep(b, statement.next, after);
  return (locals) => test(locals) && then(locals);
}

/** Builds the test of a type and a call of the function for that type, with one check of the prototype for both. */
function buildLikelyCall(b: ClosureBuilder, { test, next: call }: IfStatement): Check | undefined {
  if (test.kind !== 'isa' || test.value.kind !== 'local' || call.kind !== 'if') return undefined;
  if (call.test.kind !== 'call' || call.next.kind !== 'succeed') return undefined;
  const { args, likely } = call.test;
  const isExact = b.exactTest(test.type, test.isTested);
  if (isExact === undefined || likely?.type !== test.type || !isLocal(likely.argument, test.value.local))
    return undefined;
  const at = b.slot(test.value.local);
  const calls = buildCall(b, likely.callee, args);
  const [isOther, callsOther] = [buildTest(b, test), buildTest(b, call.test)];
  return (locals) => {
    const value = locals[at];
    return isExact(value) ? calls(locals) : isOther(locals) && callsOther(locals);
  };
}

/**
 * Builds a call and the statements after it. When these fail, the remaining alternatives of the call run, as in the code that the source
 * back end prints for such a call.
 */
function buildIfCall(b: ClosureBuilder, test: CallTest, next: Statement, after: Then): Step {
  const { runtime } = b;
  const call = buildTest(b, test);
  if (next.kind === 'succeed' && after === enough) return call;
  const all = buildCallAllTest(b, test);
  const { passed } = after;
  if (next.kind === 'succeed' && passed !== undefined)
    return (locals) => all(locals, locals[passed] as () => Ending);
  const then = buildStep(b, next, after);
  if (b.mayCallTwice && !b.linker.mayCallMethods(test.callee.predicate)) {
    return (locals) => {
      if (!call(locals)) return failed;
      const ending = then(locals);
      if (ending !== failed) return ending;
      all(locals, runtime.never);
      return failed;
    };
  }
  const once = b.once(then);
  const cut = b.cutSlot();
  return (locals) => {
    locals[once.local] = false;
    const ending = all(locals, () => {
      const found = once.step(locals);
      if (found !== 'ended') return found as Ending;
      locals[cut] = true;
      return 'stop';
    });
    return ending === 'stop' && locals[cut] === true ? 'ended' : ending;
  };
}

function buildCheck(b: ClosureBuilder, statement: CheckStatement, after: Then): Step {
  const then = buildStep(b, statement.next, after);
  if (isDeterministic(statement.proof)) return buildStep(b, statement.proof, { step: then });
  const once = b.once(then);
  const proof = buildStep(b, statement.proof, { step: once.step });
  return (locals) => {
    locals[once.local] = false;
    return proof(locals);
  };
}

function buildNot({ runtime }: ClosureBuilder, proof: Step, then: Step): Step {
  return (locals) => {
    const { undecided, mismatched } = runtime;
    const holds = proof(locals) !== failed;
    if (holds) {
      runtime.undecided = undecided;
      runtime.mismatched = mismatched;
      return failed;
    }
    if (runtime.undecided === undecided && runtime.mismatched === mismatched) return then(locals);
    runtime.undecidedSince(undecided, mismatched);
    return failed;
  };
}

function buildSwitch(b: ClosureBuilder, { value, cases }: SwitchStatement, after: Then): Step {
  const { runtime } = b;
  const get = b.get(value);
  const literals = cases.map(({ literal }) => literal);
  const steps = new Map<unknown, Step>(
    cases.map(({ literal, next }) => [literal, buildStep(b, next, after)]),
  );
  return (locals) => {
    const found = get(locals);
    const step = steps.get(isObject(found) ? runtime.literalOf(found, literals) : found);
    return step === undefined ? failed : step(locals);
  };
}

function buildExactly(b: ClosureBuilder, statement: ExactlyStatement, after: Then): Step {
  const { runtime } = b;
  const value = b.get(statement.value);
  const isExact = b.exactTest(statement.type, statement.isTested)!;
  const then = buildStep(b, statement.next, after);
  const { otherwise } = statement;
  const other: Step =
    otherwise === undefined ? (locals) => runtime.inexact(value(locals)) : buildStep(b, otherwise, after);
  return (locals) => (isExact(value(locals)) ? then(locals) : other(locals));
}

function buildRecord(b: ClosureBuilder, { to, parts, next }: RecordStatement, after: Then): Step {
  const { runtime } = b;
  const then = buildStep(b, next, after);
  const proof = buildProof(b, parts);
  if (to === undefined) {
    return (locals) => {
      runtime.proof = proof(locals);
      return then(locals);
    };
  }
  const at = b.slot(to);
  return (locals) => {
    locals[at] = proof(locals);
    return then(locals);
  };
}

function buildProof(b: ClosureBuilder, parts: readonly Operand[]): (locals: Locals) => Proof {
  const [first, ...others] = parts.map((part) => b.get(part));
  if (others.length === 0) return first as (locals: Locals) => Proof;
  return (locals) => {
    let proof = first!(locals) as Proof;
    for (const next of others) proof = proof.followedBy(next(locals) as Proof);
    return proof;
  };
}

function buildAgain(b: ClosureBuilder, { args, proof, only }: AgainStatement, { passed }: Then): Step {
  b.loops = true;
  const gets = argumentsFor(b, b.fn, args);
  const moves = b.plan.params.flatMap((param, i) =>
    isLocal(args[i]!, param) ? [] : [{ to: param, get: gets[i]! }],
  );
  const [first, second] = moves;
  const move: (locals: Locals) => void =
    first !== undefined && second === undefined
      ? (locals) => {
          locals[first.to] = first.get(locals);
        }
      : (locals) => {
          const values = moves.map(({ get }) => get(locals));
          moves.forEach(({ to }, i) => {
            locals[to] = values[i];
          });
        };
  if (proof !== undefined) {
    const at = b.loopProof!;
    const round = buildProof(b, proof);
    return (locals) => {
      locals[at] = (locals[at] as Proof).followedBy(round(locals));
      move(locals);
      return 'again';
    };
  }
  if (only === undefined) {
    return (locals) => {
      move(locals);
      return 'again';
    };
  }
  const value = b.get(only.argument);
  const isExact = b.exactTest(only.type, only.isTested)!;
  const all = buildCallAll(b, only.otherwise, args);
  const call: Step =
    passed === undefined
      ? buildCall(b, only.otherwise, args)
      : (locals) => all(locals, locals[passed] as () => Ending);
  return (locals) => {
    if (!isExact(value(locals))) return call(locals) || 'ended';
    move(locals);
    return 'again';
  };
}

// ── values ──

function buildRead(b: ClosureBuilder, statement: ReadStatement, after: Then): Step {
  const { to, next, isExact } = statement;
  const { runtime } = b;
  // The object is nearly always a local.
  const from = statement.base.kind === 'local' ? b.slot(statement.base.local) : -1;
  const known = statement.base.kind === 'local' ? undefined : statement.base.value;
  const missing = buildMissing(b, statement);
  const found = after === enough ? buildAttributeFinder(b, statement) : undefined;
  if (found !== undefined && from !== -1) {
    const { site } = found;
    const search = buildSearch(b, found, after);
    return (locals) => search(listIn(locals[from], site, isExact, runtime, found.at), locals);
  }
  const site = readSite(statement.name, statement.inPattern, statement.at);
  const at = b.slot(to);
  const accept = buildAccept(b, statement, site);
  const typed = b.typing(statement.base) && b.typed(statement.base);
  const valueIn = (locals: Locals): unknown => {
    const base = from === -1 ? known : locals[from];
    const value = isExact
      ? readExact(base, site, runtime, typed, locals)
      : read(base, site, runtime, typed, locals);
    return accept === undefined || value === noValue ? value : accept(value, locals);
  };
  if (statement.isOptional) {
    const then = b.after(to, statement.field, () => buildStep(b, next, after));
    return (locals) => {
      const value = valueIn(locals);
      if (value === noValue) missing(locals);
      locals[at] = value;
      return then(locals);
    };
  }
  const tested = attributeTest(statement);
  if (tested !== undefined) {
    const matches = buildAttributeTest(b, tested);
    const then = buildStep(b, tested.next, after);
    return (locals) => {
      const value = valueIn(locals);
      if (value === noValue) return missing(locals);
      if (!matches(value, locals)) return failed;
      locals[at] = value;
      return then(locals);
    };
  }
  const then = b.after(to, statement.field, () => buildStep(b, next, after));
  return (locals) => {
    const value = valueIn(locals);
    if (value === noValue) return missing(locals);
    locals[at] = value;
    return then(locals);
  };
}

/** Builds the step that fails for a missing attribute, or bails out at a promise that nothing examines then. */
function buildMissing(b: ClosureBuilder, { unchecked }: ReadStatement): (locals: Locals) => typeof failed {
  if (unchecked.length === 0) return () => failed;
  const slots = unchecked.map((n) => b.slot(n));
  return (locals) => {
    for (const at of slots) if (mayBePending(locals[at])) b.runtime.await(locals[at]);
    return failed;
  };
}

/** Builds the test of the value of a declared field, and its conversion. */
function buildAccept(
  b: ClosureBuilder,
  { base, field, isOpen }: ReadStatement,
  site: ReadSite,
): ((value: unknown, locals: Locals) => unknown) | undefined {
  const { runtime } = b;
  if (field !== undefined) {
    const test = quickTest(field, b.linker);
    const isRow = isRowField(field, b.linker);
    return (value) => (test(value) ? value : runtime.accept(value, field, isRow, site.at));
  }
  if (!isOpen) return undefined;
  const typed = b.typed(base);
  return (value, locals) => runtime.acceptOf(typed(locals), site, value, site.at);
}

function buildMethod(
  b: ClosureBuilder,
  { to, base, name, args, at: calledAt, next }: MethodStatement,
  after: Then,
): Step {
  const { runtime } = b;
  const { log } = runtime;
  const site = methodSite(name);
  const get = b.get(base);
  const typed = b.typed(base);
  const gets = args.map((arg) => b.get(arg));
  const typedArgs = args.map((arg) => b.typed(arg));
  const at = b.slot(to);
  const then = buildStep(b, next, after);
  return (locals) => {
    const receiver = get(locals);
    const passed = gets.length === 0 ? noArguments : gets.map((getArg) => runtime.argument(getArg(locals)));
    let value: unknown;
    const isKnown =
      receiver !== null &&
      receiver !== undefined &&
      (receiver === site.receiver || getPrototypeOf(receiver) === site.prototype);
    if (isKnown && !passed.some((arg) => runtime.isPending(arg))) {
      try {
        value =
          passed.length === 0
            ? (receiver as Record<string, () => unknown>)[name]!()
            : (receiver as Record<string, (...all: unknown[]) => unknown>)[name]!(...passed);
      } catch (error) {
        runtime.failed(receiver, site, passed, error, calledAt);
      }
      if (passed.length === 0) log.note(receiver, name, value);
      else log.noteWith(receiver, name, value, passed);
    } else {
      const given = typedArgs.map((getArg) => getArg(locals));
      value = runtime.method(typed(locals), site, given, calledAt);
      if (value === noValue) return failed;
    }
    if (mayBePending(value)) runtime.await(value);
    locals[at] = value;
    return then(locals);
  };
}

function buildArithmetic(
  b: ClosureBuilder,
  { to, operator, left, right, at: computedAt, next }: ArithmeticStatement,
  after: Then,
): Step {
  const { runtime } = b;
  const [getLeft, getRight] = [b.get(left), b.get(right)];
  const at = b.slot(to);
  const then = buildStep(b, next, after);
  return (locals) => {
    const value = runtime.arithmetic(operator, getLeft(locals), getRight(locals), computedAt);
    if (value === noValue) return failed;
    locals[at] = value;
    return then(locals);
  };
}

/** Builds a search, and the end of the path after it. */
function buildSearch(
  b: ClosureBuilder,
  { find, wanted, to, next }: Finder,
  after: Then,
): (list: readonly unknown[], locals: Locals) => StepEnding {
  const wantedAt = b.slot(wanted);
  if (next.kind === 'succeed') return (list, locals) => find(list, locals[wantedAt]) !== noValue;
  const at = b.slot(to);
  const end = buildStep(b, next, after);
  return (list, locals) => {
    const found = find(list, locals[wantedAt]);
    if (found === noValue) return failed;
    locals[at] = found;
    return end(locals);
  };
}

function buildEach(b: ClosureBuilder, each: EachStatement, after: Then): Step {
  const { runtime } = b;
  const get = b.get(each.list);
  const found = after === enough ? buildFinder(b, each) : undefined;
  if (found !== undefined) {
    const search = buildSearch(b, found, after);
    return (locals) => {
      const value = get(locals);
      return search(Array.isArray(value) ? (value as unknown[]) : runtime.list(value, each.at), locals);
    };
  }
  const scan = after === enough ? buildScan(b, each, (end) => buildStep(b, end, after)) : undefined;
  if (scan !== undefined) {
    return (locals) => {
      const value = get(locals);
      return scan(Array.isArray(value) ? (value as unknown[]) : runtime.list(value, each.at), locals);
    };
  }
  const { item, element, isOpen } = each;
  const at = b.slot(item);
  const test = element && quickTest(element, b.linker);
  const isRow = element !== undefined && isRowField(element, b.linker);
  const then = b.after(item, element, () => buildStep(b, each.next, after));
  return (locals) => {
    const value = get(locals);
    const list = Array.isArray(value) ? (value as unknown[]) : runtime.list(value, each.at);
    const { length } = list;
    if ((runtime.steps -= length) < 0) runtime.over();
    const declared = isOpen ? runtime.elementOf(value) : undefined;
    for (let i = 0; i < list.length; i++) {
      // An element that a method adds during the last iteration is ignored. Each added element counts as a step.
      if (i >= length) runtime.step();
      const isLast = i + 1 >= list.length;
      let found = list[i];
      if (test !== undefined && !test(found)) found = runtime.accept(found, element!, isRow, each.at);
      else if (declared !== undefined) found = runtime.acceptElement(found, declared, each.at);
      if (found !== noValue) {
        locals[at] = found;
        const ending = then(locals);
        if (ending !== failed) return ending;
      }
      if (isLast) break;
    }
    return failed;
  };
}
