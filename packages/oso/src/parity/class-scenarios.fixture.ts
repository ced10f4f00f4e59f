import { inherits } from 'node:util';
import type { Library, Scenario } from './both-libraries.fixture.js';
import { Admin, ann, Org, User } from './world.fixture.js';

type Made = InstanceType<Library['Oso']>;

class Unregistered extends Admin {}

/** A class of the time before `class`, whose instances name its base class as their `constructor`. */
function Guest(this: object): void {}
Guest.prototype = Object.create(User.prototype) as object;

/** A class that extends another one by its prototype only. */
function Base(this: object): void {}
function Derived(this: object): void {}
inherits(Derived as never, Base as never);

const construct = (constructor: unknown): object => new (constructor as new () => object)();

/** Makes the values of the scenarios, by what they are. */
const values: Readonly<Record<string, () => unknown>> = {
  'a plain object': () => ({}),
  'an object without a prototype': () => Object.create(null) as unknown,
  'an object with the attribute constructor': () => ({ constructor: User }),
  'an object with a subclass as its constructor': () => ({ constructor: Admin }),
  'an object with a built-in class as its constructor': () => ({ constructor: Number }),
  'an object with the constructor 1': () => ({ constructor: 1 }),
  'an instance with the constructor of another class': () =>
    Object.assign(new User('eve'), { constructor: Org }),
  'an instance with an undefined constructor': () =>
    Object.assign(new User('eve'), { constructor: undefined }),
  'a boxed number': () => Object(1) as unknown,
  'a boxed text': () => Object('a') as unknown,
  'a list with the attribute constructor': () => Object.assign([1], { constructor: User }),
  'a list of another class': () => construct(class Names extends Array {}),
  'an instance of a class that is not registered': () => new Unregistered('eve'),
  'an instance of an ES5 class with the constructor of its base': () => construct(Guest),
  'an instance of an ES5 class': () => construct(Derived),
  'an object that inherits from an instance': () => Object.create(ann) as unknown,
  'a registered class': () => Admin,
  'a class that is not registered': () => Unregistered,
  'a date': () => new Date(0),
  'a number': () => 1,
  'a promise of an instance': () => Promise.resolve(new Admin('eve')),
  'a promise of an object with the attribute constructor': () => Promise.resolve({ constructor: User }),
};

const registrations: Readonly<Record<string, (oso: Made) => readonly string[]>> = {
  'two classes': () => ['User', 'Admin'],
  'Object as Plain': (oso) => {
    oso.registerClass(Object as never, { name: 'Plain' });
    oso.registerClass(Org as never);
    return ['User', 'Admin', 'Plain', 'Org'];
  },
  'a class with two names': (oso) => {
    oso.registerClass(User as never, { name: 'Person' });
    return ['User', 'Admin', 'Person'];
  },
  'ES5 classes, Function and Date': (oso) => {
    const classes = { Guest, Base, Derived, Function, Date };
    for (const [name, cls] of Object.entries(classes)) oso.registerClass(cls as never, { name });
    return ['User', 'Admin', ...Object.keys(classes)];
  },
  isaChecks: (oso) => {
    oso.registerClass(class {} as never, {
      name: 'Row',
      isaCheck: (value: { kind?: unknown } | null | undefined) => value?.kind === undefined,
    });
    oso.registerClass(Org as never, { isaCheck: () => true });
    return ['User', 'Admin', 'Row', 'Org'];
  },
  'Object with names and isaChecks': (oso) => {
    const names = ['Invoice', 'Row', 'Order'];
    for (const name of names)
      oso.registerClass(Object as never, {
        name,
        isaCheck: (value: { kind?: unknown } | null | undefined) =>
          value?.kind === undefined || name === 'Row',
      });
    oso.registerClass(class {} as never, { name: 'Any', isaCheck: () => true });
    return ['User', 'Admin', ...names, 'Any'];
  },
};

const builtIn = ['Integer', 'Float', 'String', 'Boolean', 'List', 'Dictionary'];

/** Returns the names of the classes that match a value, those that do not, and the order of the rules for the classes. */
const classesOf =
  (make: () => unknown, register: (oso: Made) => readonly string[]): Scenario =>
  async (library) => {
    const oso = new library.Oso();
    oso.registerClass(User as never);
    oso.registerClass(Admin as never);
    const registered = register(oso);
    const names = [...registered, ...builtIn];
    const rules = names.map(
      (name) =>
        `is(_: ${name}, "${name}"); is_not(x, "${name}") if not x matches ${name}; allow(x, "${name}", _) if is(x, "${name}");` +
        `allow(x, "not ${name}", _) if not is(x, "${name}"); first(_: ${name}, "${name}") if cut;`,
    );
    await oso.loadStr(rules.join('\n'));
    const found: unknown[] = [];
    for (const rule of ['is', 'is_not', 'first'])
      for await (const result of oso.queryRule(rule, make(), new library.Variable('name')))
        found.push(rule, result.get('name'));
    for (const name of registered)
      found.push(await oso.isAllowed(make(), name, 1), await oso.isAllowed(make(), `not ${name}`, 1));
    return found;
  };

/** The scenarios of the classes of values. */
export const classScenarios: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(
    Object.entries(registrations).flatMap(([registered, register]) =>
      Object.entries(values).map(([value, make]) => [`${registered}: ${value}`, classesOf(make, register)]),
    ),
  ),
  'the name of a class as the constructor of plain data': classesOf(
    () => ({ constructor: 'User' }),
    registrations['two classes']!,
  ),
  'a relation of a base class': async (library) => {
    const oso = new library.Oso();
    class Team {
      constructor(
        readonly orgId: number,
        readonly org: unknown = 'not loaded',
      ) {}
    }
    class Crew extends Team {}
    class Band extends Team {}
    oso.registerClass(Org as never);
    oso.registerClass(Team as never, { fields: { org: new library.Relation('one', 'Org', 'orgId', 'id') } });
    oso.registerClass(Band as never);
    oso.setDataFilteringAdapter({
      buildQuery: () => 'query' as never,
      executeQuery: () => Promise.resolve([new Org(1, 'loaded')] as never[]),
    });
    await oso.loadStr('allow(_, name, t) if t.org.name = name; allow(_, text, t) if t.org = text;');
    const answers: unknown[] = [];
    for (const team of [
      new Team(1),
      new Crew(1),
      new Band(1),
      Object.assign(new Crew(1), { constructor: Team }),
    ])
      for (const action of ['loaded', 'not loaded'])
        answers.push(await oso.isAllowed(1, action, team).catch((error: Error) => error.name));
    return answers;
  },
};
