import type { FieldType } from '../../../types/declared-type.js';
import type { BackEnd } from '../back-end.js';
import { dispatch, dispatchAll } from './closure-dispatch.js';
import {
  comparison,
  finder,
  isObject,
  listIn,
  mayBePending,
  oneOf,
  read,
  readExact,
} from './closure-values.js';
import type { GrowingCases as Cases, CompiledFunction } from '../../compiler/compiled-function.js';
import { isExactly } from '../../runtime/exact-class.js';
import {
  type AgainStatement,
  type ArithmeticStatement,
  type CallTest,
  type EachStatement,
  isLocal,
  type EqualTest,
  type MethodStatement,
  type Operand,
  type ReadStatement,
  type Plan,
  type Statement,
  type Test,
} from '../../compiler/plan.js';
import { isDeterministic as isOver } from '../../compiler/plan-analysis.js';
import { methodSite, noValue, readSite, type ReadSite, type Runtime } from '../../runtime/runtime.js';
import { literalsOf, mentions, listSearchIn, listSearchOf, type ListSearch } from './list-search.js';
import type { Linker } from '../../compiler/linker.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import type { Ending as CallEnding } from '../../runtime/way.js';

// Runs a plan without making code, for platforms that forbid it: each statement is a closure that knows what comes after it.
// The locals are in an array, one for each call. What it does, and in which order, is what emit-source.ts prints.

/** For platforms where code may not make code. */
export const closures: BackEnd = {
  kind: 'closures',
  waiting: undefined,
  plan: <W extends 'run' | 'runAll'>(
    way: W,
    ...of: ConstructorParameters<typeof Builder>
  ): CompiledFunction[W] => {
    const builder = new Builder(...of);
    return (way === 'run' ? builder.run() : builder.runAll()) as CompiledFunction[W];
  },
  dispatch: <W extends 'run' | 'runAll'>(way: W, _fn: CompiledFunction, cases: Cases): CompiledFunction[W] =>
    (way === 'run' ? dispatch(cases) : dispatchAll(cases)) as CompiledFunction[W],
};

type Run = CompiledFunction['run'];
type RunAll = CompiledFunction['runAll'];
/** The locals of a call: its arguments first. */
type Frame = unknown[];
type Get = (frame: Frame) => unknown;
type Check = (frame: Frame) => boolean;
type CallAll = (frame: Frame, then: () => CallEnding) => CallEnding;

/**
 * What a statement ends in: what stands after it is tried, success, failure of the whole function, the function once more, or what it
 * is called for fails (`stop`).
 */
type Ending = CallEnding | 'ended' | 'again';
/** A test is a step, too: after it nothing is left to be done. */
type Step = (frame: Frame) => Ending;
const failed = false;
const succeeded = true;

/** What comes after a success. It is tried once, however often there is one. */
interface Then {
  readonly step: Step;
  /** Where it is what the function was handed: in which local. */
  readonly handed?: number;
}
/** One success is enough: whatever else may be tried is left. */
const enough: Then = { step: () => succeeded };

const { getPrototypeOf } = Object;

/** Something that is sought in a list. */
interface Finder {
  readonly find: (list: readonly unknown[], wanted: unknown) => boolean;
  /** The local that it is in. */
  readonly sought: number;
}
/** The list is an attribute of something. */
interface Listed extends Finder {
  readonly site: ReadSite;
  readonly isExact: boolean;
}

class Builder {
  /** How many locals live in the frame. */
  #size = 0;
  /** How many of them the plan does not know. */
  #own = 0;
  #loops = false;
  /** Whether what a call has left to try may be gone through in another go. */
  #mayCallTwice = true;
  /** The local that tells whether a cut was met in what a call goes on with. */
  #cut: number | undefined = undefined;

  constructor(
    readonly fn: CompiledFunction,
    readonly plan: Plan,
    readonly linker: Linker,
    readonly runtime: Runtime,
  ) {}

  run(): Run {
    const { runtime, plan } = this;
    const frameless = this.#forward(plan.body) ?? this.#found(plan.body);
    if (frameless !== undefined) return frameless;
    for (const param of plan.params) this.#slot(param);
    const body = this.#step(plan.body, enough);
    return inFrame(plan.params.length, this.#size, this.#loops ? loop(body, runtime) : body, runtime);
  }

  runAll(): RunAll {
    const { runtime, plan } = this;
    this.#mayCallTwice = false;
    const handed = this.#ownSlot();
    const asked: Then = { step: (frame) => (frame[handed] as () => CallEnding)(), handed };
    const step = this.#step(plan.body, asked);
    const body = this.#loops ? loop(step, runtime) : step;
    const enter = (frame: Frame, then: unknown): CallEnding => {
      if (--runtime.steps < 0) runtime.over();
      frame[handed] = then;
      const ending = body(frame);
      return ending === 'ended' || ending === 'again' ? failed : ending;
    };
    const frame = framed(this.#size);
    switch (plan.params.length) {
      case 1:
        return (a, then) => enter(frame(a, undefined, undefined), then);
      case 2:
        return (a, b, then) => enter(frame(a, b, undefined), then);
      case 3:
        return (a, b, c, then) => enter(frame(a, b, c), then);
      default: {
        const size = this.#size;
        return (...args) => {
          const then = args.pop();
          while (args.length < size) args.push(undefined);
          return enter(args, then);
        };
      }
    }
  }

  // ── functions that need no frame ──

  /** What only calls another function with its own arguments. */
  #forward(statement: Statement): Run | undefined {
    const { runtime, fn } = this;
    const { params } = this.plan;
    if (statement.kind !== 'if' || statement.next.kind !== 'succeed' || params.length > 3) return undefined;
    const { test } = statement;
    if (test.kind !== 'call' || test.likely !== undefined) return undefined;
    const { callee, args } = test;
    const isSame = args.length === params.length && args.every((arg, i) => isLocal(arg, params[i]!));
    if (!isSame || this.linker.isRecursive(fn.predicate, callee.predicate)) return undefined;
    return (a, b, c) => {
      if (--runtime.steps < 0) runtime.over();
      return callee.run(a, b, c);
    };
  }

  /** What only seeks its second argument in a list of the first. */
  #found(statement: Statement): Run | undefined {
    const { runtime } = this;
    const [of, sought] = this.plan.params;
    if (this.plan.params.length !== 2 || statement.kind !== 'read' || !isLocal(statement.base, of!))
      return undefined;
    const found = this.#listed(statement);
    if (found === undefined || found.sought !== sought) return undefined;
    const { site, isExact, find } = found;
    return (a, b) => {
      if (--runtime.steps < 0) runtime.over();
      return find(listIn(a, site, isExact, runtime), b);
    };
  }

  // ── statements ──

  #step(statement: Statement, after: Then): Step {
    switch (statement.kind) {
      case 'succeed':
        return after.step;
      case 'any':
        return anyOf(statement.of.map((s) => this.#step(s, after)));
      case 'read':
        return this.#read(statement, after);
      case 'method':
        return this.#method(statement, after);
      case 'arithmetic':
        return this.#arithmetic(statement, after);
      case 'each':
        return this.#each(statement, after);
      case 'if': {
        const likely = after === enough ? this.#likely(statement) : undefined;
        if (likely !== undefined) return likely;
        if (statement.test.kind === 'call') return this.#ifCall(statement.test, statement.next, after);
        const test = this.#test(statement.test);
        if (statement.next.kind === 'succeed' && after === enough) return test;
        const then = this.#step(statement.next, after);
        return (frame) => test(frame) && then(frame);
      }
      case 'check': {
        const then = this.#step(statement.next, after);
        if (isOver(statement.proof)) return this.#step(statement.proof, { step: then });
        const once = this.#once(then);
        const proof = this.#step(statement.proof, { step: once.step });
        return (frame) => {
          frame[once.local] = false;
          return proof(frame);
        };
      }
      case 'not':
        return this.#not(this.#step(statement.proof, enough), this.#step(statement.next, after));
      case 'cut': {
        const then = this.#step(statement.next, after);
        return (frame) => then(frame) || 'ended';
      }
      case 'again':
        return this.#again(statement, after);
      case 'await': {
        const { runtime } = this;
        const at = this.#slot(statement.local);
        const then = this.#step(statement.next, after);
        return (frame) => {
          if (mayBePending(frame[at])) runtime.await(frame[at]);
          return then(frame);
        };
      }
      case 'exactly': {
        const { runtime } = this;
        const value = this.#get(statement.value);
        const { prototype } = this.linker.exactClass(statement.type)!;
        const then = this.#step(statement.next, after);
        return (frame) => (isExactly(value(frame), prototype) ? then(frame) : runtime.inexact(value(frame)));
      }
      case 'by-type':
        // Only where types are known beforehand, and there source is printed.
        throw new NotCompilable('types that are looked up');
    }
  }

  /** A step that is tried once, until the local says that it has not been. */
  #once(step: Step): { readonly step: Step; readonly local: number } {
    const local = this.#ownSlot();
    return {
      local,
      step: (frame) => {
        if (frame[local] === true) return failed;
        frame[local] = true;
        return step(frame);
      },
    };
  }

  /** A call, and what comes then. When that fails, what else the call has to try is gone through: see emit-source.ts. */
  #ifCall(test: CallTest, next: Statement, after: Then): Step {
    const { runtime } = this;
    const call = this.#test(test);
    if (next.kind === 'succeed' && after === enough) return call;
    const all = this.#callAllLikely(test);
    const { handed } = after;
    if (next.kind === 'succeed' && handed !== undefined)
      return (frame) => all(frame, frame[handed] as () => CallEnding);
    const then = this.#step(next, after);
    if (this.#mayCallTwice && !this.linker.mayCallMethods(test.callee.predicate)) {
      return (frame) => {
        if (!call(frame)) return failed;
        const ending = then(frame);
        if (ending !== failed) return ending;
        all(frame, runtime.never);
        return failed;
      };
    }
    const once = this.#once(then);
    const cut = (this.#cut ??= this.#ownSlot());
    return (frame) => {
      frame[once.local] = false;
      const ending = all(frame, () => {
        const found = once.step(frame);
        if (found !== 'ended') return found as CallEnding;
        frame[cut] = true;
        return 'stop';
      });
      return ending === 'stop' && frame[cut] === true ? 'ended' : ending;
    };
  }

  /** A test of a type, and then a call of the function for that type: one look at the prototype is enough. */
  #likely({ test, next: call }: Extract<Statement, { kind: 'if' }>): Check | undefined {
    if (test.kind !== 'isa' || test.value.kind !== 'local' || call.kind !== 'if') return undefined;
    if (call.test.kind !== 'call' || call.next.kind !== 'succeed') return undefined;
    const { args, likely } = call.test;
    const exact = this.linker.exactClass(test.type);
    if (exact === undefined || likely?.type !== test.type || !isLocal(likely.argument, test.value.local))
      return undefined;
    const at = this.#slot(test.value.local);
    const { prototype } = exact;
    const calls = this.#call(likely.callee, args);
    const [isOther, callsOther] = [this.#test(test), this.#test(call.test)];
    return (frame) => {
      const value = frame[at];
      return isExactly(value, prototype) ? calls(frame) : isOther(frame) && callsOther(frame);
    };
  }

  #not(proof: Step, then: Step): Step {
    const { runtime } = this;
    return (frame) => {
      const { undecided, mismatched } = runtime;
      const holds = proof(frame) !== failed;
      if (holds) {
        runtime.undecided = undecided;
        runtime.mismatched = mismatched;
        return failed;
      }
      if (runtime.undecided === undecided && runtime.mismatched === mismatched) return then(frame);
      runtime.undecidedSince(undecided, mismatched);
      return failed;
    };
  }

  #read(statement: ReadStatement, after: Then): Step {
    const { to, tag, next } = statement;
    const { runtime } = this;
    const { isExact } = statement;
    // Nearly always it is a local that is read from.
    const from = statement.base.kind === 'local' ? this.#slot(statement.base.local) : -1;
    const known = statement.base.kind === 'local' ? undefined : statement.base.value;
    const found = after === enough ? this.#listed(statement) : undefined;
    if (found !== undefined && from !== -1) {
      const sought = this.#slot(found.sought);
      const { site, find } = found;
      return (frame) => find(listIn(frame[from], site, isExact, runtime), frame[sought]);
    }
    const site = readSite(statement.name, statement.inPattern, statement.field);
    const at = this.#slot(to);
    if (tag !== undefined) {
      const note = this.#tag(tag);
      const then = this.#step(next, after);
      return (frame) => {
        const base = from === -1 ? known : frame[from];
        const value = isExact ? readExact(base, site, runtime) : read(base, site, runtime);
        if (value === noValue) return failed;
        note(value);
        frame[at] = value;
        return then(frame);
      };
    }
    const seeking = listSearchOf(statement);
    if (seeking !== undefined) {
      const isFound = this.#seeking(seeking);
      const then = this.#step(seeking.next, after);
      return (frame) => {
        const base = from === -1 ? known : frame[from];
        const value = isExact ? readExact(base, site, runtime) : read(base, site, runtime);
        if (value === noValue || !isFound(value, frame)) return failed;
        frame[at] = value;
        return then(frame);
      };
    }
    const then = this.#step(next, after);
    return (frame) => {
      const base = from === -1 ? known : frame[from];
      const value = isExact ? readExact(base, site, runtime) : read(base, site, runtime);
      if (value === noValue) return failed;
      frame[at] = value;
      return then(frame);
    };
  }

  #method({ to, base, name, args, next }: MethodStatement, after: Then): Step {
    const { runtime } = this;
    const { log } = runtime;
    const site = methodSite(name);
    const get = this.#get(base);
    const gets = args.map((arg) => this.#get(arg));
    const at = this.#slot(to);
    const then = this.#step(next, after);
    return (frame) => {
      const receiver = get(frame);
      const passed = gets.length === 0 ? none : gets.map((getArg) => getArg(frame));
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
          runtime.failed(receiver, site, passed, error);
        }
        if (passed.length === 0) log.note(receiver, name, value);
        else log.noteWith(receiver, name, value, passed);
      } else {
        value = runtime.method(receiver, site, passed);
        if (value === noValue) return failed;
      }
      if (mayBePending(value)) runtime.await(value);
      frame[at] = value;
      return then(frame);
    };
  }

  #arithmetic({ to, operator, left, right, next }: ArithmeticStatement, after: Then): Step {
    const { runtime } = this;
    const [getLeft, getRight] = [this.#get(left), this.#get(right)];
    const at = this.#slot(to);
    const then = this.#step(next, after);
    return (frame) => {
      const value = runtime.arithmetic(operator, getLeft(frame), getRight(frame));
      if (value === noValue) return failed;
      frame[at] = value;
      return then(frame);
    };
  }

  #each(each: EachStatement, after: Then): Step {
    const { runtime } = this;
    const get = this.#get(each.list);
    const found = after === enough ? this.#finder(each) : undefined;
    if (found !== undefined) {
      const sought = this.#slot(found.sought);
      return (frame) => {
        const value = get(frame);
        const list = Array.isArray(value) ? (value as unknown[]) : runtime.list(value);
        return found.find(list, frame[sought]);
      };
    }
    const scan = after === enough ? this.#scan(each) : undefined;
    if (scan !== undefined) {
      return (frame) => {
        const value = get(frame);
        return scan(Array.isArray(value) ? (value as unknown[]) : runtime.list(value), frame);
      };
    }
    const { item, tag } = each;
    const note = tag === undefined ? undefined : this.#tag(tag);
    const at = this.#slot(item);
    const then = this.#step(each.next, after);
    return (frame) => {
      const value = get(frame);
      const list = Array.isArray(value) ? (value as unknown[]) : runtime.list(value);
      const { length } = list;
      if ((runtime.steps -= length) < 0) runtime.over();
      for (let i = 0; i < list.length; i++) {
        // What a method adds to the list while its last element is tried comes too late, and whatever it adds is counted.
        if (i >= length) runtime.step();
        const isLast = i + 1 >= list.length;
        frame[at] = list[i];
        if (note !== undefined) note(list[i]);
        const ending = then(frame);
        if (ending !== failed) return ending;
        if (isLast) break;
      }
      return failed;
    };
  }

  #again({ args, only }: AgainStatement, { handed }: Then): Step {
    this.#loops = true;
    const moves = this.plan.params.flatMap((param, i) => {
      const arg = args[i]!;
      return arg.kind === 'local' && arg.local === param ? [] : [{ to: param, get: this.#get(arg) }];
    });
    const [only1, second] = moves;
    const move: (frame: Frame) => void =
      only1 !== undefined && second === undefined
        ? (frame) => {
            frame[only1.to] = only1.get(frame);
          }
        : (frame) => {
            const values = moves.map(({ get }) => get(frame));
            moves.forEach(({ to }, i) => {
              frame[to] = values[i];
            });
          };
    if (only === undefined) {
      return (frame) => {
        move(frame);
        return 'again';
      };
    }
    const value = this.#get(only.argument);
    const { prototype } = this.linker.exactClass(only.type)!;
    const all = this.#callAll(only.otherwise, args);
    const call: Step =
      handed === undefined
        ? this.#call(only.otherwise, args)
        : (frame) => all(frame, frame[handed] as () => CallEnding);
    return (frame) => {
      if (!isExactly(value(frame), prototype)) return call(frame) || 'ended';
      move(frame);
      return 'again';
    };
  }

  /** Notes the type of the field for rows without a class; instances have their own. */
  #tag(tag: FieldType): (value: unknown) => void {
    const { runtime } = this;
    return (value) => {
      if (isObject(value) && !runtime.registered.has(getPrototypeOf(value) as object))
        runtime.tag(value, tag);
    };
  }

  // ── a list in which an element is sought by what its attributes are: most role checks ──

  /** A list that an attribute holds, in which something is sought. */
  #listed({ name, inPattern, isExact, field, tag, to, next: each }: ReadStatement): Listed | undefined {
    if (tag !== undefined || each.kind !== 'each' || !isLocal(each.list, to)) return undefined;
    const found = this.#finder(each);
    if (found === undefined) return undefined;
    return { ...found, site: readSite(name, inPattern, field), isExact };
  }

  /** An element that has one of some literals, and an instance that equals only itself: what most role checks look for. */
  #finder({ item, tag, next: then }: EachStatement): Finder | undefined {
    const { runtime } = this;
    if (tag !== undefined || typeof runtime.equality === 'function') return undefined;
    const first = listSearchIn(item, then);
    if (first === undefined) return undefined;
    const literals = literalsOf(first.test);
    const second = listSearchIn(item, first.next);
    if (literals === undefined || literals.length > 4 || second?.next.kind !== 'succeed') return undefined;
    const { test: same } = second;
    const isSame = same.kind === 'equal' && same.how === 'identity' && !same.negated;
    if (!isSame || !isLocal(same.left, second.to) || same.right.kind !== 'local') return undefined;
    if (mentions(same, first.to)) return undefined;
    const [one, two] = [first, second].map(({ name, inPattern }) => readSite(name, inPattern, undefined));
    return { find: finder(one!, two!, literals, runtime), sought: same.right.local };
  }

  /** One loop for what would be a closure for each attribute and each test. */
  #scan({
    item,
    tag,
    next: then,
  }: EachStatement): ((list: readonly unknown[], frame: Frame) => Ending) | undefined {
    const { runtime } = this;
    if (tag !== undefined) return undefined;
    const first = listSearchIn(item, then);
    if (first === undefined) return undefined;
    const one = readSite(first.name, first.inPattern, undefined);
    const isFirst = this.#seeking(first);
    if (first.next.kind === 'succeed') {
      return (list, frame) => {
        if ((runtime.steps -= list.length) < 0) runtime.over();
        for (let i = 0; i < list.length; i++) {
          const value = read(list[i], one, runtime);
          if (value !== noValue && isFirst(value, frame)) return succeeded;
        }
        return failed;
      };
    }
    const second = listSearchIn(item, first.next);
    if (second?.next.kind !== 'succeed' || mentions(second.test, first.to)) return undefined;
    const two = readSite(second.name, second.inPattern, undefined);
    const isSecond = this.#seeking(second);
    return (list, frame) => {
      if ((runtime.steps -= list.length) < 0) runtime.over();
      for (let i = 0; i < list.length; i++) {
        const value = read(list[i], one, runtime);
        if (value === noValue || !isFirst(value, frame)) continue;
        const other = read(list[i], two, runtime);
        if (other !== noValue && isSecond(other, frame)) return succeeded;
      }
      return failed;
    };
  }

  /** A test of a value that is in no frame. */
  #seeking({ to, test }: ListSearch): (value: unknown, frame: Frame) => boolean {
    const { runtime } = this;
    const literals = literalsOf(test);
    if (literals !== undefined) return oneOf(literals, runtime);
    const { left, right, negated, how } = test as EqualTest;
    if (how === 'identity' && !negated && isLocal(left, to) && typeof runtime.equality !== 'function') {
      const same = this.#get(right);
      return (value, frame) => {
        const other = same(frame);
        return value === other || (mayBePending(value) && runtime.equal(value, other));
      };
    }
    const compare = comparison(test as EqualTest, runtime);
    const [isLeft, other] = isLocal(left, to) ? [true, this.#get(right)] : [false, this.#get(left)];
    if (negated) return (value, frame) => !compare(...sides(isLeft, value, other(frame)));
    return isLeft
      ? (value, frame) => compare(value, other(frame))
      : (value, frame) => compare(other(frame), value);
  }

  // ── tests ──

  #test(test: Test): Check {
    const { runtime } = this;
    switch (test.kind) {
      case 'equal': {
        const compare = comparison(test, runtime);
        const [left, right] = [this.#get(test.left), this.#get(test.right)];
        return test.negated
          ? (frame) => !compare(left(frame), right(frame))
          : (frame) => compare(left(frame), right(frame));
      }
      case 'one-of': {
        const is = oneOf(test.literals, runtime);
        const value = this.#get(test.value);
        return (frame) => is(value(frame));
      }
      case 'order': {
        const { operator } = test;
        const [left, right] = [this.#get(test.left), this.#get(test.right)];
        return (frame) => runtime.order(operator, left(frame), right(frame));
      }
      case 'isa': {
        const { type } = test;
        const value = this.#get(test.value);
        const exact = this.linker.exactClass(type);
        if (exact === undefined) return (frame) => runtime.isa(value(frame), type);
        const { prototype } = exact;
        return (frame) => {
          const v = value(frame);
          return isExactly(v, prototype) || runtime.isa(v, type);
        };
      }
      case 'isa-union': {
        const { union } = test;
        const value = this.#get(test.value);
        return (frame) => runtime.isaUnion(value(frame), union);
      }
      case 'true': {
        const value = this.#get(test.value);
        return (frame) => {
          const v = value(frame);
          return v === true || (v !== false && runtime.notTrue(v));
        };
      }
      case 'call':
        return this.#callLikely(test);
    }
  }

  #callLikely({ callee, args, likely }: CallTest): Check {
    const call = this.#call(callee, args);
    if (likely === undefined) return call;
    const value = this.#get(likely.argument);
    const { prototype } = this.linker.exactClass(likely.type)!;
    const likelyCall = this.#call(likely.callee, args);
    return (frame) => (isExactly(value(frame), prototype) ? likelyCall(frame) : call(frame));
  }

  #callAllLikely({ callee, args, likely }: CallTest): CallAll {
    const all = this.#callAll(callee, args);
    if (likely === undefined) return all;
    const value = this.#get(likely.argument);
    const { prototype } = this.linker.exactClass(likely.type)!;
    const likelyAll = this.#callAll(likely.callee, args);
    return (frame, then) => (isExactly(value(frame), prototype) ? likelyAll(frame, then) : all(frame, then));
  }

  #callAll(callee: CompiledFunction, args: readonly Operand[]): CallAll {
    const { runtime } = this;
    const gets = args.map((arg) => this.#get(arg));
    const [a, b, c] = gets;
    const call: CallAll =
      gets.length === 1
        ? (frame, then) => callee.runAll(a!(frame), then)
        : gets.length === 2
          ? (frame, then) => callee.runAll(a!(frame), b!(frame), then)
          : gets.length === 3
            ? (frame, then) => callee.runAll(a!(frame), b!(frame), c!(frame), then)
            : (frame, then) => callee.runAll(...gets.map((get) => get(frame)), then);
    return this.linker.isRecursive(this.fn.predicate, callee.predicate)
      ? (frame, then) => {
          runtime.deeper();
          return runtime.back(call(frame, then));
        }
      : call;
  }

  #call(callee: CompiledFunction, args: readonly Operand[]): Check {
    const { runtime } = this;
    const call = this.#applied(callee, args);
    return this.linker.isRecursive(this.fn.predicate, callee.predicate)
      ? (frame) => runtime.deeper() && runtime.back(call(frame))
      : call;
  }

  #applied(callee: CompiledFunction, args: readonly Operand[]): Check {
    const gets = args.map((arg) => this.#get(arg));
    const slots = args.map((arg) => (arg.kind === 'local' ? arg.local : -1));
    const [a = -1, b = -1, c = -1] = slots;
    const [getA, getB, getC] = gets;
    const areLocals = !slots.includes(-1);
    switch (args.length) {
      case 0:
        return () => callee.run();
      case 1:
        return areLocals ? (frame) => callee.run(frame[a]) : (frame) => callee.run(getA!(frame));
      case 2:
        return areLocals
          ? (frame) => callee.run(frame[a], frame[b])
          : (frame) => callee.run(getA!(frame), getB!(frame));
      case 3:
        return areLocals
          ? (frame) => callee.run(frame[a], frame[b], frame[c])
          : (frame) => callee.run(getA!(frame), getB!(frame), getC!(frame));
      default:
        return (frame) => callee.run(...gets.map((get) => get(frame)));
    }
  }

  // ── locals ──

  #get(operand: Operand): Get {
    if (operand.kind === 'constant') {
      const { value } = operand;
      return () => value;
    }
    const at = this.#slot(operand.local);
    return (frame) => frame[at];
  }

  /** A local that the plan does not know. */
  #ownSlot(): number {
    return this.#slot(this.plan.locals + this.#own++);
  }

  #slot(local: number): number {
    this.#size = Math.max(this.#size, local + 1);
    return local;
  }
}

const none: readonly unknown[] = [];

// ── frames ──

/** A function that puts its arguments into a frame. Small frames are written out, so that they are made at once. */
function inFrame(passed: number, size: number, body: Step, runtime: Runtime): Run {
  if (passed > 3) {
    return (...args) => {
      if (--runtime.steps < 0) runtime.over();
      while (args.length < size) args.push(undefined);
      return body(args) === succeeded;
    };
  }
  const u = undefined;
  if (size <= 4) {
    return (a, b, c) => {
      if (--runtime.steps < 0) runtime.over();
      return body([a, b, c, u]) === succeeded;
    };
  }
  if (size <= 8) {
    return (a, b, c) => {
      if (--runtime.steps < 0) runtime.over();
      return body([a, b, c, u, u, u, u, u]) === succeeded;
    };
  }
  const framedArguments = framed(size);
  return (a, b, c) => {
    if (--runtime.steps < 0) runtime.over();
    return body(framedArguments(a, b, c)) === succeeded;
  };
}

function framed(size: number): (a: unknown, b: unknown, c: unknown) => Frame {
  const u = undefined;
  if (size <= 8) return (a, b, c) => [a, b, c, u, u, u, u, u];
  return (a, b, c) => {
    const frame: Frame = [a, b, c, u, u, u, u, u, u, u];
    while (frame.length < size) frame.push(undefined);
    return frame;
  };
}

/** Goes through the function once more while it ends in a call of itself. */
function loop(body: Step, runtime: Runtime): Step {
  return (frame) => {
    let ending = body(frame);
    while (ending === 'again') {
      if (--runtime.steps < 0) runtime.over();
      ending = body(frame);
    }
    return ending;
  };
}

function anyOf(steps: readonly Step[]): Step {
  const [first, second, third] = steps;
  switch (steps.length) {
    case 0:
      return () => failed;
    case 1:
      return first!;
    case 2:
      return (frame) => first!(frame) || second!(frame);
    case 3:
      return (frame) => first!(frame) || second!(frame) || third!(frame);
    default:
      return (frame) => {
        for (const step of steps) {
          const ending = step(frame);
          if (ending !== failed) return ending;
        }
        return failed;
      };
  }
}

const sides = (isLeft: boolean, value: unknown, other: unknown): readonly [unknown, unknown] =>
  isLeft ? [value, other] : [other, value];
