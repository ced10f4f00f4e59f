const policyDictionaries = new WeakSet<object>();

/** Makes an object a dictionary of the policy. */
export function markDictionary(object: object): object {
  policyDictionaries.add(object);
  return object;
}

/** Returns whether a dictionary is written in the policy: then a missing key fails instead of being undecided. */
export const isPolicyDictionary = (value: object): boolean => policyDictionaries.has(value);

/** A dictionary of a policy, as code of the application receives it in the dialect oso. Its class distinguishes it from other objects. */
export class Dict extends Object {
  [index: string]: unknown;

  constructor(obj?: object) {
    super();
    if (obj) Object.assign(this, obj);
    markDictionary(this);
  }
}
