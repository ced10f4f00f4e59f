import { Authorizer, many, manyThrough, nullable, one, oneOf } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { generatedSchema } from '../../testing/prisma/client.fixture.js';
import { types } from '../../testing/world.fixture.js';
import { prismaResources, typesFromPrisma } from '../index.js';

describe('typesFromPrisma()', async () => {
  const schema = await generatedSchema('features');
  const { Tenant, Project, Setting, Label } = typesFromPrisma(schema) as Record<string, object>;

  it('reads composite keys, and relations that refer to them', () => {
    expect(Tenant).toEqual({
      key: ['region', 'number'],
      fields: { region: 'String', number: 'Integer', name: nullable('String') },
      relations: {
        projects: many('Project', { local: ['region', 'number'], foreign: ['tenantRegion', 'tenantNumber'] }),
      },
    });
  });

  it('reads scalar fields, enums, and fields that cannot be compared, with their nullability', () => {
    expect(Project).toMatchObject({
      key: ['id'],
      fields: {
        id: 'Integer',
        status: oneOf('OPEN', 'CLOSED'),
        stage: nullable(oneOf('OPEN', 'CLOSED')),
        code: 'String',
        size: nullable('Integer'),
        price: nullable('Decimal'),
        data: nullable(Object),
        bytes: nullable(Object),
        weight: nullable('Float'),
        dueOn: nullable(Date),
        tenantRegion: nullable('String'),
        tenantNumber: nullable('Integer'),
      },
    });
  });

  it('reads to-one relations from both sides, and many-to-many relations without a model', () => {
    const id = { local: ['id'], foreign: ['id'] };
    const tenantKey = { local: ['tenantRegion', 'tenantNumber'], foreign: ['region', 'number'] };
    expect(Project).toHaveProperty('relations', {
      tenant: one('Tenant', tenantKey),
      setting: one('Setting', { local: ['id'], foreign: ['projectId'] }),
      friends: manyThrough('Project', { ...id, through: '_friends', throughLocal: 'B', throughForeign: 'A' }),
      admirers: manyThrough('Project', {
        ...id,
        through: '_friends',
        throughLocal: 'A',
        throughForeign: 'B',
      }),
      labels: manyThrough('Label', {
        ...id,
        through: '_LabelToProject',
        throughLocal: 'B',
        throughForeign: 'A',
      }),
    });
    expect(Label).toHaveProperty(
      'relations.projects',
      manyThrough('Project', { ...id, through: '_LabelToProject', throughLocal: 'A', throughForeign: 'B' }),
    );
  });

  it('takes a unique field for the key of a model without an id', () => {
    expect(Setting).toMatchObject({ key: ['projectId'], fields: { projectId: 'Integer' } });
  });

  it('returns declarations that an authorizer and the check of the adapter accept', async () => {
    const declared = typesFromPrisma(schema);
    const resources = prismaResources({ client: {}, schema, types: declared });
    const policies = 'allow(_: Tenant, "read", project: Project) if project.tenant.name = "a";';
    await expect(Authorizer.load({ policies, types: declared, resources })).resolves.toBeDefined();
    expect(() => prismaResources({ client: {}, schema, types })).not.toThrow();
  });
});
