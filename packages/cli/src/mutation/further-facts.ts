import {
  parse,
  printRule,
  printString,
  textOf,
  visit,
  type RuleNode,
  type TestNode,
  type VariableNode,
} from '@nanook/core/syntax';
import type { PolicyNames } from './names.js';
import { isObject, type TestData } from './test-data.js';

/** The most setups that are made of one test, and of all. */
const maxOfTest = 8;
const maxSetups = 24;
/** The most objects of one type in the arguments of a fact. */
const maxObjects = 2;

/**
 * Returns tests with one more fact in their setups: a role, or a fact of any test about other objects. A test names objects such as
 * `User{"ann"}`, or fixtures.
 */
export function withFurtherFacts(
  tests: readonly TestNode[],
  data: TestData,
  names: PolicyNames,
): readonly TestNode[] {
  const facts = tests.flatMap(rulesOf).filter(({ body }) => body === undefined);
  return tests
    .filter((test) => rulesOf(test).length > 0)
    .flatMap((test) => {
      const objects = objectsOf(test, data);
      const known = new Set(rulesOf(test).map(printRule));
      const further = [
        ...rolesOf(objects, names),
        ...facts.flatMap((fact) => variantsOf(fact, data, objects)),
      ];
      return [...new Set(further)]
        .filter((text) => !known.has(text))
        .slice(0, maxOfTest)
        .flatMap((text) => withFact(test, text));
    })
    .slice(0, maxSetups);
}

const rulesOf = ({ items }: TestNode): readonly RuleNode[] =>
  items.flatMap((item) => (item.kind === 'setup' ? item.rules : []));

type Objects = ReadonlyMap<string, readonly string[]>;

/** Returns the objects that a test names, by their types. */
function objectsOf(test: TestNode, data: TestData): Objects {
  const found = new Map<string, Set<string>>();
  visit(test, {
    variable: (variable) => {
      const type = typeOf(variable, data);
      if (type !== undefined) found.set(type, (found.get(type) ?? new Set()).add(variable.name));
    },
  });
  return new Map([...found].map(([type, texts]) => [type, [...texts].slice(0, maxObjects)]));
}

function typeOf({ name, entity }: VariableNode, data: TestData): string | undefined {
  if (entity !== undefined) return entity.type;
  const value = data.named[name];
  return isObject(value) ? data.rowOf(value)?.type : undefined;
}

function rolesOf(objects: Objects, names: PolicyNames): readonly string[] {
  const actors = [...names.actorTypes].flatMap((type) => objects.get(type) ?? []);
  return [...objects].flatMap(([type, resources]) =>
    names
      .declared('role', type)
      .flatMap((role) =>
        resources.flatMap((resource) =>
          actors.map((actor) => `has_role(${actor}, ${printString(role)}, ${resource});`),
        ),
      ),
  );
}

/** Returns a fact about other objects of the same types. */
function variantsOf({ name, parameters }: RuleNode, data: TestData, objects: Objects): readonly string[] {
  let rows: (readonly string[])[] = [[]];
  for (const { term } of parameters) {
    const type = term.kind === 'variable' ? typeOf(term, data) : undefined;
    const texts = type === undefined ? [textOf(term.span)] : (objects.get(type) ?? []);
    rows = rows.flatMap((row) => texts.map((text) => [...row, text]));
  }
  return rows.map((row) => `${name}(${row.join(', ')});`);
}

function withFact(test: TestNode, fact: string): readonly TestNode[] {
  const { policy, diagnostics } = parse({
    name: test.span.source.name ?? 'policy',
    source: `test "" { setup { ${fact} } }`,
  });
  const [added] = policy.statements;
  if (diagnostics.length > 0 || added?.kind !== 'test') return [];
  return [{ ...test, items: [...added.items, ...test.items] }];
}
