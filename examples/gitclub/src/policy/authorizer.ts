import { Authorizer, type AuthorizerOptions, type TypesInput } from '@nanook/core';
import { fileURLToPath } from 'node:url';

/** What the policy knows of the rows. Those within others need no tag: the field says what they are. */
const types: TypesInput = {
  User: {
    key: 'id',
    fields: {
      id: 'String',
      name: 'String',
      isStaff: 'Boolean',
      suspendedAt: 'Date?',
      organizationRoles: ['OrganizationRole'],
      repositoryRoles: ['RepositoryRole'],
      supportGrants: ['SupportGrant'],
    },
  },
  Organization: { key: 'id', fields: { id: 'String', name: 'String', baseRole: 'String?' } },
  OrganizationRole: { key: 'id', fields: { id: 'Integer', name: 'String', organization: 'Organization' } },
  Repository: { key: 'id', fields: { id: 'String', name: 'String', organization: 'Organization' } },
  RepositoryRole: { key: 'id', fields: { id: 'Integer', name: 'String', repository: 'Repository' } },
  Issue: {
    key: 'id',
    fields: { id: 'Integer', title: 'String', isOpen: 'Boolean', repository: 'Repository', creator: 'User' },
  },
  Profile: {
    key: 'id',
    fields: { id: 'String', user: 'User', manager: 'User?', organization: 'Organization' },
  },
  SupportGrant: { key: 'id', fields: { id: 'Integer', organization: 'Organization', expiresAt: 'Date' } },
  Request: { fields: { method: 'String', path: 'String' } },
};

export const loadAuthorizer = (options: Pick<AuthorizerOptions, 'clock' | 'onDecision'> = {}) =>
  Authorizer.load({ policies: fileURLToPath(new URL('*.polar', import.meta.url)), types, ...options });
