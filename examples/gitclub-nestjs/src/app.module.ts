import { typed } from '@nanook/core';
import { identify, type GitClub } from '@nanook/example-gitclub';
import { NanookModule } from '@nanook/nestjs';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { AdminController } from './admin/admin.controller.ts';
import { DATABASE } from './database.ts';
import { ErrorReporterFilter } from './error-reporter.filter.ts';
import { HealthController } from './health.controller.ts';
import { IssueLoader } from './issues/issue.loader.ts';
import { IssuesController } from './issues/issues.controller.ts';
import { OrganizationLoader } from './organizations/organization.loader.ts';
import { OrganizationsController } from './organizations/organizations.controller.ts';
import { routePath, type PlatformRequest } from './platform-request.ts';
import { ProfileLoader } from './profiles/profile.loader.ts';
import { ProfilesController } from './profiles/profiles.controller.ts';
import { RepositoriesController } from './repositories/repositories.controller.ts';
import { RepositoryLoader } from './repositories/repository.loader.ts';

@Module({})
export class AppModule {
  static for({ db, authorizer, onError }: GitClub, more: Type[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        // Its guard runs before every handler: it checks the request itself and the requirements of the handler.
        NanookModule.forRoot({
          authorizer,
          actor: ({ headers }: PlatformRequest) => identify(db, headers.authorization),
          request: (req: PlatformRequest) => typed('Request', { method: req.method, path: routePath(req) }),
          challenge: 'Bearer',
        }),
      ],
      controllers: [
        HealthController,
        OrganizationsController,
        RepositoriesController,
        IssuesController,
        ProfilesController,
        AdminController,
        ...more,
      ],
      providers: [
        { provide: DATABASE, useValue: db },
        {
          provide: APP_FILTER,
          useFactory: ({ httpAdapter }: HttpAdapterHost) => new ErrorReporterFilter(httpAdapter, onError),
          inject: [HttpAdapterHost],
        },
        OrganizationLoader,
        RepositoryLoader,
        IssueLoader,
        ProfileLoader,
      ],
    };
  }
}
