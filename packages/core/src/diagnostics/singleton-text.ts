import { orListed } from '../internal/near-names.js';

/** The data about a variable that is used only once: its name, and the most likely mistake. */
export type SingletonData = { readonly name: string } & (
  | {
      readonly as: 'string';
      readonly word: 'action' | 'permission' | 'role' | 'relation';
      readonly near: readonly string[];
    }
  | { readonly as: 'type' | 'misspelling'; readonly near: readonly string[] }
  | { readonly as: 'typed parameter'; readonly type: string }
  | {
      readonly as: 'parameter';
      readonly type: string | undefined;
      readonly word: 'action' | 'permission' | 'role' | 'relation' | undefined;
    }
  | { readonly as: 'optional chaining' | 'receiver' | 'operand' | 'any' }
);

/**
 * Returns the message about a variable that is used only once: its effect, and the most likely correction. The message never advises
 * `_name` where that name would let any value through: for a string, a type or a comparison.
 */
export function singletonText(p: SingletonData): string {
  const once = `variable \`${p.name}\` is used only once`;
  switch (p.as) {
    case 'string': {
      const strings = p.near.length > 0 ? p.near : [p.name];
      const article = p.word === 'action' ? 'an' : 'a';
      return `\`${p.name}\` without quotes is a variable, which matches any value; ${article} ${p.word} is a string: did you mean ${orListed(strings.map((s) => JSON.stringify(s)))}?`;
    }
    case 'type':
      return `no type or constant is named \`${p.name}\`${
        p.near.length > 0 ? `; did you mean ${orListed(p.near)}?` : '; add the type to the option `types`'
      }`;
    case 'optional chaining':
      return `Polar has no \`?.\`, so \`${p.name}\` is read as the name of a variable; write \`${p.name.slice(0, -1)}.\``;
    case 'misspelling':
      return `${once}, so nothing gives it a value; did you mean ${orListed(p.near)}?`;
    case 'typed parameter':
      return `${once}, so this rule applies to every \`${p.type}\`; use it in a condition, or write \`_: ${p.type}\` to confirm that`;
    case 'parameter':
      return p.word === undefined
        ? `${once}, so this parameter matches any value; use it in a condition, or give it a type, as in \`${p.name}: ${p.type ?? 'SomeType'}\``
        : `${once}, so it matches any ${p.word}; write the ${p.word} as a string, or list several in the body: \`${p.name} in ["…", "…"]\``;
    case 'receiver':
      return `${once}, so it has no value to read from; use a parameter of the rule, or bind it in an earlier condition`;
    case 'operand':
      return `${once}, so the comparison has no value for it; use another variable of the rule, or write the string \`"${p.name}"\``;
    case 'any':
      return `${once}, so it matches any value; use it in another condition, correct its name, or write \`_\` for a value that does not matter`;
  }
}
