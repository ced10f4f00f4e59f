import {
  AuthorizedResource,
  Authorize,
  AuthorizeResult,
  NanookModule,
  ResourceLoader,
  SkipAuthorization,
} from '@nanook/nestjs';
import {
  Body,
  Catch,
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpException,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Put,
  Req,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Request, Response } from 'express';
import { map } from 'rxjs';
import {
  Project,
  Projects,
  findUser,
  loadAuthorizer,
  mayDelete,
  mayEdit,
  mayRead,
  shown,
  type User,
} from './projects.js';

/** The exception filter that the application has before and after the migration. */
@Catch()
class Errors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(error instanceof HttpException ? error.getStatus() : 500).json({ error: 'no' });
  }
}

/** Shows projects to clients. */
@Injectable()
class ShowsProjects implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler<Project | Project[]>) {
    return next.handle().pipe(map((given) => (Array.isArray(given) ? given.map(shown) : shown(given))));
  }
}

async function serve(module: Type): Promise<INestApplication> {
  const app = await NestFactory.create(module, { logger: false, abortOnError: false });
  app.useGlobalFilters(new Errors());
  return app;
}

/** The application with checks by hand. */
function before(): Promise<INestApplication> {
  const userOf = (req: Request): User => {
    const user = findUser(req.get('x-user'));
    if (user === undefined) throw new HttpException('no', 401);
    return user;
  };

  @Controller()
  class Health {
    @Get('health') check() {
      return { ok: true };
    }
  }

  @Controller('projects')
  class ProjectsController {
    constructor(@Inject(Projects) private readonly projects: Projects) {}

    async #find(req: Request, id: string, may: (user: User, project: Project) => boolean): Promise<Project> {
      const user = userOf(req);
      const project = await this.projects.find(id);
      if (project === undefined || !mayRead(user, project)) throw new HttpException('no', 404);
      if (!may(user, project)) throw new HttpException('no', 403);
      return project;
    }

    @Get() @UseInterceptors(ShowsProjects) list(@Req() req: Request) {
      const user = userOf(req);
      return this.projects.all().filter((each) => mayRead(user, each));
    }
    @Get(':id') @UseInterceptors(ShowsProjects) show(@Req() req: Request, @Param('id') id: string) {
      return this.#find(req, id, mayRead);
    }
    @Put(':id') @UseInterceptors(ShowsProjects) async edit(
      @Req() req: Request,
      @Param('id') id: string,
      @Body() { title }: { title: string },
    ) {
      return Object.assign(await this.#find(req, id, mayEdit), { title });
    }
    @Post(':id/comments') async comment(
      @Req() req: Request,
      @Param('id') id: string,
      @Body() { text }: { text: string },
    ) {
      const { comments } = await this.#find(req, id, mayEdit);
      return { count: comments.push(text) };
    }
    @Delete(':id') @HttpCode(204) async delete(@Req() req: Request, @Param('id') id: string) {
      this.projects.delete((await this.#find(req, id, mayDelete)).id);
    }
  }

  @Module({ controllers: [Health, ProjectsController], providers: [Projects] })
  class Application {}
  return serve(Application);
}

/** The application after the migration. */
async function after(): Promise<INestApplication> {
  const authorizer = await loadAuthorizer();

  @Controller()
  class Health {
    @Get('health') @SkipAuthorization('health checks are anonymous') check() {
      return { ok: true };
    }
  }

  @Injectable()
  @ResourceLoader(Project)
  class ProjectLoader {
    constructor(@Inject(Projects) private readonly projects: Projects) {}

    load(id: string) {
      return this.projects.find(id);
    }
  }

  @Controller('projects')
  @UseInterceptors(ShowsProjects)
  class ProjectsController {
    constructor(@Inject(Projects) private readonly projects: Projects) {}

    @Get() @AuthorizeResult() list() {
      return this.projects.all();
    }
    @Get(':id') @Authorize('read', Project) show(@AuthorizedResource() project: Project) {
      return project;
    }
    @Put(':id') @Authorize('edit', Project) edit(
      @AuthorizedResource() project: Project,
      @Body() { title }: { title: string },
    ) {
      return Object.assign(project, { title });
    }
  }

  @Controller('projects/:id')
  class ProjectController {
    constructor(@Inject(Projects) private readonly projects: Projects) {}

    @Post('comments') @Authorize('comment', Project) comment(
      @AuthorizedResource() { comments }: Project,
      @Body() { text }: { text: string },
    ) {
      return { count: comments.push(text) };
    }
    @Delete() @HttpCode(204) @Authorize('delete', Project) delete(@AuthorizedResource() { id }: Project) {
      this.projects.delete(id);
    }
  }

  @Module({
    imports: [NanookModule.forRoot({ authorizer, actor: (req: Request) => findUser(req.get('x-user')) })],
    controllers: [Health, ProjectsController, ProjectController],
    providers: [Projects, ProjectLoader],
  })
  class Application {}
  return serve(Application);
}

/** The application on each side of the migration. */
export const nestStages = { before, after };
