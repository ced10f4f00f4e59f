export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export { prisma, type PrismaWhere } from './prisma.js';
export type { PrismaOptions, PrismaProvider } from './prisma-options.js';
export { prismaResources } from './resources.js';
