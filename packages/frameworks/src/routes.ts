import {
  findDocument,
  findOrganization,
  firstDocuments,
  httpError,
  type Comment,
  type Document,
} from './domain.js';
import { pause } from './pause.js';
import type { Call, Inputs, Route } from './route.js';

/** Returns the values that the handler received, and whether they were the same after a pause. */
async function seen({ actor, authz, resource, inputs }: Call): Promise<object> {
  const document = resource() as Document;
  const { name } = await actor();
  await pause();
  const mayUpdate = await authz.can('update', document);
  await pause();
  return {
    actor: name,
    id: document.id,
    mayUpdate,
    serial: document.serial,
    isStillTheSame: resource() === document && (await actor()).name === name,
    n: inputs['n'],
  };
}

/** Returns the document if it belongs to the organization. */
async function documentWithin({ organization, document }: Inputs): Promise<Document | undefined> {
  const found = await findDocument(String(document));
  return found?.organizationId === organization ? found : undefined;
}

const teapot = (): never => {
  throw httpError(418, 'I am a teapot');
};
const conflict = async (): Promise<never> => {
  await pause();
  throw httpError(409, 'another request was faster');
};

export const routes: readonly Route[] = [
  {
    name: 'showDocument',
    method: 'GET',
    path: '/documents/:id',
    requirements: [{ action: 'read', type: 'Document', id: 'id' }],
    answer: seen,
  },
  {
    name: 'updateDocument',
    method: 'PUT',
    path: '/documents/:id',
    requirements: [{ action: 'update', type: 'Document', id: 'id' }],
    answer: seen,
  },
  {
    name: 'deleteDocument',
    method: 'DELETE',
    path: '/documents/:id',
    requirements: [{ action: 'delete', type: 'Document', id: 'id' }],
    status: 204,
    answer: () => undefined,
  },
  {
    name: 'createDocument',
    method: 'POST',
    path: '/documents',
    requirements: [{ action: 'create', type: 'Document' }],
    status: 201,
    answer: async ({ actor }) => ({ createdBy: (await actor()).name }),
  },
  {
    name: 'listDocuments',
    method: 'GET',
    path: '/documents',
    requirements: [{ action: 'list', type: 'Document' }],
    async answer({ authz }) {
      const documents = await firstDocuments();
      const readable = await Promise.all(documents.map((document) => authz.can('read', document)));
      return { ids: documents.filter((_, i) => readable[i]).map(({ id }) => id) };
    },
  },
  {
    name: 'listWritable',
    method: 'GET',
    path: '/writable',
    requirements: [{ action: 'list', type: 'Document' }],
    eachResult: 'update',
    answer: firstDocuments,
  },
  {
    name: 'listForStaff',
    method: 'GET',
    path: '/staff/documents',
    requirements: [{ action: 'list', type: 'Document' }],
    answer: () => ({ staff: true }),
  },
  {
    name: 'showFields',
    method: 'GET',
    path: '/documents/:id/fields',
    requirements: [{ action: 'read', type: 'Document', id: 'id' }],
    fields: 'read',
    answer: ({ resource }) => resource(),
  },
  {
    name: 'moveDocument',
    method: 'PATCH',
    path: '/documents/:id/organization',
    requirements: [{ action: 'update', type: 'Document', id: 'id' }],
    // The handler makes another check than the requirement.
    async answer({ authz, resource }) {
      await authz.authorizeField('update', resource(), 'organizationId');
      return { moved: true };
    },
  },
  {
    name: 'lockDocument',
    method: 'POST',
    path: '/documents/:id/lock',
    requirements: [{ action: 'update', type: 'Document', id: 'id' }],
    async answer() {
      await pause();
      throw httpError(409, 'it is locked already');
    },
  },
  {
    name: 'showWithin',
    method: 'GET',
    path: '/organizations/:organization/documents/:document',
    requirements: [
      { action: 'read', type: 'Organization', id: 'organization' },
      { action: 'read', load: documentWithin },
    ],
    answer: seen,
  },
  {
    name: 'publishDocument',
    method: 'POST',
    path: '/documents/:id/publication',
    requirements: [
      { action: 'update', type: 'Document', id: 'id' },
      { action: 'publish', type: 'Document', id: 'id' },
    ],
    answer: seen,
  },
  {
    name: 'lookUp',
    method: 'GET',
    path: '/lookup',
    requirements: [{ action: 'read', type: 'Document', id: 'document' }],
    answer: seen,
  },
  {
    name: 'showComment',
    method: 'GET',
    path: '/comments/:id',
    requirements: [{ action: 'read', type: 'Comment', id: 'id' }],
    answer: ({ resource }) => ({ author: (resource() as Comment).author }),
  },
  {
    name: 'updateComment',
    method: 'PATCH',
    path: '/comments/:id',
    requirements: [{ action: 'update', type: 'Comment', id: 'id' }],
    answer: ({ resource }) => ({ updated: (resource() as Comment).id }),
  },
  {
    name: 'health',
    method: 'GET',
    path: '/health',
    requirements: [{ skip: 'a probe does not sign in' }],
    answer: () => ({ up: true }),
  },
  {
    name: 'brew',
    method: 'GET',
    path: '/teapot',
    requirements: [{ action: 'read', load: teapot }],
    answer: () => ({ leaked: true }),
  },
  {
    name: 'race',
    method: 'POST',
    path: '/race',
    requirements: [{ action: 'read', load: conflict }],
    answer: () => ({ leaked: true }),
  },
  {
    name: 'vanish',
    method: 'GET',
    path: '/vanished',
    requirements: [{ action: 'read', load: async () => null }],
    answer: () => ({ leaked: true }),
  },
  {
    name: 'auditDocument',
    method: 'GET',
    path: '/documents/:id/audit',
    requirements: [{ action: 'audit', type: 'Document', id: 'id' }],
    answer: () => ({ leaked: true }),
  },
  {
    name: 'settleDocument',
    method: 'GET',
    path: '/documents/:id/ledger',
    requirements: [{ action: 'settle', type: 'Document', id: 'id' }],
    answer: () => ({ leaked: true }),
  },
];

/** A route without a requirement. It is in no application by default. */
export const unprotectedRoute: Route = {
  name: 'exportDocuments',
  method: 'GET',
  path: '/documents/:id/export',
  requirements: [],
  answer: async () => ({ exported: await findOrganization('acme') }),
};
