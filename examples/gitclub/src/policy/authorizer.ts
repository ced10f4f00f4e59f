import { Authorizer, type AuthorizerOptions, type TypesInput } from '@nanook/core';
import { fileURLToPath } from 'node:url';

/** The types of the rows. Nested rows need no tag, because the declared field gives them a type. */
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
