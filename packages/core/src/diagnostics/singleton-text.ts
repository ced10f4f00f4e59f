import { orListed } from '../internal/near-names.js';

/** The data of a variable that is used only once: its name, and the mistake that it most likely is. */
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
 * Says what the variable does, and how to say what was meant. It never advises `_name` where that would let any value through:
 * in place of a string, a type or a comparison.
 */
export function singletonText(p: SingletonData): string {
  const once = `variable \`${p.name}\` is used only once`;
  switch (p.as) {
    case 'string': {
      const strings = p.near.length > 0 ? p.near : [p.name];
      const article = p.word === 'action' ? 'an' : 'a';
      return `\`${p.name}\` without quotes is a variable, and any value fits it; ${article} ${p.word} is a string: did you mean ${orListed(strings.map((s) => JSON.stringify(s)))}?`;
    }
    case 'type':
      return `no type or constant is named \`${p.name}\`${
        p.near.length > 0
          ? `; did you mean ${orListed(p.near)}?`
          : '; if it is a type, add it to the option `types`'
      }`;
    case 'optional chaining':
      return `\`${p.name}.\` reads from a variable \`${p.name}\`: Polar has no \`?.\`; write \`${p.name.slice(0, -1)}.\``;
    case 'misspelling':
      return `${once}, so nothing gives it a value; did you mean ${orListed(p.near)}?`;
    case 'typed parameter':
      return `${once}, so this rule is about any \`${p.type}\`; use it in a condition, or write \`_: ${p.type}\` if any \`${p.type}\` is meant`;
    case 'parameter':
      return p.word === undefined
        ? `${once}, so any value fits this parameter; use it in a condition, or give it a type, as in \`${p.name}: ${p.type ?? 'SomeType'}\``
        : `${once}, so any ${p.word} fits it; write the ${p.word} as a string in its place, or name several in the body: \`${p.name} in ["…", "…"]\``;
    case 'receiver':
      return `${once}, so it has no value to read from; use a parameter of the rule, or give it a value before`;
    case 'operand':
      return `${once}, so nothing says what it is compared with; use a variable of the rule, or write \`"${p.name}"\` if the text is meant`;
    case 'any':
      return `${once}, so any value fits it; use it in another condition, or correct its name (\`_\` is the name for a value that does not matter)`;
  }
}
