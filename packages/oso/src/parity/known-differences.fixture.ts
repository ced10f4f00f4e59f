/** The scenarios in which this package behaves in another way than oso, and the reason. `docs/reference/parity.md` contains them. */
export const knownDifferences: Readonly<Record<string, string>> = {
  'isaCheck and instances of registered classes':
    'The engine asks `isaCheck` about more arguments of a rule than oso does. An error that it throws counts only when the policy tests the type.',
  'the name of a class as the constructor of plain data':
    'Each type test of such a value is an error, because it may come from a request. In oso, the value is an instance of the class.',
  'not i.b': 'The filter has the condition that the field is not true. oso has no filter for it, and throws.',
  'not i.n in [1,2]': 'The filter has a condition for each element. oso has no filter for it, and throws.',
  'r in o.repos and q in r.issues and q.n = 1':
    'The filter joins both relations. oso has no filter for an element of a field of an element, and throws.',
  'expressions: allow(_, a, r) if a = r and r > 3;':
    'The conditions are the same. They name `_this` where oso names the other of two equal variables.',
  'expressions: allow(_, a, r) if not (a = r.act and r.z = 1);':
    'The expression is the negation of the condition. oso also requires that `r.z` is not 1, so it finds fewer rows.',
  'expressions: allow(_, a, r) if not (_ = r.act) and a = 1;':
    'The expression never holds, as the negation of a condition that always holds. oso gives a condition on a variable without a value.',
  'expressions: allow(_, a, r) if a = [r.x];':
    'The item of the list has its condition. oso gives a variable without a condition.',
  'a relation that a policy reads is loaded by the adapter, and its query is passed on without an await':
    'The answers and the filters are the same. oso loads the relation of a pattern twice, `@nanook/oso` once.',
  'allow(_, _, r: Repo) if print(r);':
    '`print` names a row without values `resource`. oso prints the name of the variable.',
};
