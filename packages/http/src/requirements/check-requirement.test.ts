// cspell:ignore raed Noet

import { Authorizer } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { checkRequirement, checkRequirements } from './check-requirement.js';
import { authorizeRequirement } from './route-requirement.js';

// cspell:ignore Noet raed

const authorizer = await Authorizer.load({
  policies: 'allow(_: User, "create", Note); allow(_: User, "read", _: Note);',
  types: { User: {}, Note: {} },
});

describe('checkRequirement', () => {
  it('accepts an action that a rule can allow', () => {
    expect(() => checkRequirement(authorizer, authorizeRequirement('create', 'Note'))).not.toThrow();
    expect(() =>
      checkRequirement(
        authorizer,
        authorizeRequirement('read', () => null),
      ),
    ).not.toThrow();
  });

  it.each([
    ['Note', 'create'],
    ['Note', 'raed'],
    ['Noet', 'create'],
  ])("explains the order of the arguments for authorize('%s', '%s')", (type, action) => {
    expect(() => checkRequirement(authorizer, authorizeRequirement(type, action))).toThrow(
      expect.objectContaining({
        code: 'NANOOK_HTTP_SWAPPED_ARGUMENTS',
        message:
          `authorize('${type}', '${action}') has its arguments in the wrong order: the action is the first argument; ` +
          `write authorize('${action}', '${type}')`,
      }) as Error,
    );
  });

  it('throws the error of the policy when neither argument fits in the place of the other', () => {
    expect(() => checkRequirement(authorizer, authorizeRequirement('raed', 'Noet'))).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_UNKNOWN_TYPE' }) as Error,
    );
    expect(() => checkRequirement(authorizer, authorizeRequirement('delete', 'Note'))).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_NOT_GRANTABLE' }) as Error,
    );
  });
});

describe('checkRequirements', () => {
  it('reports swapped arguments with the other requirements that no rule can allow', () => {
    const requirements = [authorizeRequirement('Note', 'create'), authorizeRequirement('raed', () => null)];
    expect(() => checkRequirements(requirements.map((requirement) => ({ requirement, authorizer })))).toThrow(
      /: {0,1}\n {2}authorize Note create: .* the action is the first argument; .*\n {2}authorize raed loader\(\): .*did you mean "read"\?$/,
    );
  });
});
