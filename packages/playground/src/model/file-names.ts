const maxName = 120;

/** Returns whether a text is the path of a policy inside a project: without `..`, and without characters that some systems forbid. */
export const isPolicyName = (name: string): boolean =>
  name.length <= maxName &&
  /^[\p{L}\p{N}_.@ +-]+(?:\/[\p{L}\p{N}_.@ +-]+)*\.polar$/u.test(name) &&
  !name.split('/').some((part) => /^\.+$/.test(part) || part.trim() !== part);

/** Returns a name for a new policy that no other one has. */
export function newPolicyName(names: readonly string[]): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? 'policy/new.polar' : `policy/new-${i}.polar`;
    if (!names.includes(name)) return name;
  }
}
