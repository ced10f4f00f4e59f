import 'reflect-metadata';
import { AuthorizationError } from '@nanook/core';
import { Catch, Module, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { NanookModule } from '../index.js';

@Catch()
class Renames implements ExceptionFilter {
  catch(exception: Error) {
    throw new Error(`a filter received ${exception.name}`);
  }
}

class Updates {
  hear() {
    throw new AuthorizationError('the rule of the owner', 403, 'update');
  }
  @UseFilters(new Renames()) filtered() {
    return this.hear();
  }
}

/** Bots and commands run in an application context, which has no HTTP adapter. */
describe('a refusal that a handler of an unknown transport throws in an application context', () => {
  it('becomes an HTTP exception before its filters receive it', async () => {
    @Module({ imports: [NanookModule.forRoot({ policies: 'allow(_, "read", _);', watch: false })] })
    class AppModule {}
    const context = await NestFactory.createApplicationContext(AppModule, {
      logger: false,
      abortOnError: false,
    });
    try {
      const call = (name: 'hear' | 'filtered') => {
        const updates = new Updates();
        const options = { guards: false, interceptors: true, filters: true };
        const creator = context.get(ExternalContextCreator);
        return creator.create(
          updates,
          updates[name],
          name,
          undefined,
          undefined,
          undefined,
          undefined,
          options,
          'telegraf',
        )();
      };
      await expect(call('hear')).rejects.toMatchObject({ name: 'ForbiddenException', message: 'Forbidden' });
      await expect(call('filtered')).rejects.toThrow('a filter received ForbiddenException');
    } finally {
      await context.close();
    }
  });
});
