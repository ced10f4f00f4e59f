export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export { nanook, type NanookExtension } from './extension/nanook.js';
export type { NanookActions, NanookOptions } from './extension/nanook-options.js';
export { prisma, type PrismaWhere } from './prisma.js';
export type { PrismaOptions } from './prisma-options.js';
export { prismaResources } from './resources.js';
export type {
  PrismaField,
  PrismaModel,
  PrismaProvider,
  PrismaRelation,
  PrismaSchema,
} from './schema/prisma-schema.js';
export { typesFromPrisma } from './schema/types-from-prisma.js';
export { prismaInclude, type PrismaInclude } from './include.js';
