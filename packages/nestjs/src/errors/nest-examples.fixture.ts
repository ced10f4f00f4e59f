import type { NanookNestErrorCode } from './nanook-nest-error.js';

// cspell:ignore raed

/** An example that causes a code, and the corrected one. The comments at its end are the requests. */
export interface NestExample {
  readonly wrong: string;
  readonly fix: string;
  /** The other codes that the mistake causes, before this one. */
  readonly others?: readonly NanookNestErrorCode[];
}

const actor = "actor: () => 'ann'";
const policies = "policies: 'policy/*.polar'";

interface Parts {
  readonly imports?: string;
  readonly controllers?: string;
  readonly providers?: string;
  readonly create?: string;
  readonly request?: string;
}

/** An application with these classes. */
function application(
  classes: string,
  { imports, controllers = 'Notes', providers = 'NoteLoader', create = '', request }: Parts = {},
): string {
  return `${classes}
@Module({
  imports: [${imports ?? `NanookModule.forRoot({ ${policies}, types: { Note }, ${actor} })`}],
  controllers: [${controllers}],
  providers: [${providers}],
})
class AppModule {}

const app = await NestFactory.create(AppModule${create});
await app.listen(3000);${request === undefined ? '' : `\n// ${request}`}`;
}

const note = `class Note {}

@ResourceLoader(Note)
class NoteLoader {
  load(id) {
    return new Note();
  }
}
`;
const kept = `
class Kept {
  intercept() {
    return of([]); // the kept result
  }
}
`;
const controller = (handler: string, path = "'notes'"): string => `
@Controller(${path})
class Notes {
  ${handler.replaceAll('\n', '\n  ')}
}
`;
const show = "@Get(':id') @Authorize('read', Note) show() {}";
const notes = (handler: string, parts?: Parts): string => application(note + controller(handler), parts);
const fixed = notes(show);
const forRoot = (options: string): string =>
  `NanookModule.forRoot({ ${policies}, types: { Note }, ${options} })`;

const requested = { request: 'GET /notes/1' };

/** The examples of codes of this package that a module for HTTP causes. */
export const nestExamples = {
  NANOOK_NEST_INVALID_OPTION: {
    wrong: notes(show, { imports: forRoot(`${actor}, guard: 'none'`) }),
    fix: notes(show, { imports: forRoot(`${actor}, guard: 'global'`) }),
  },
  NANOOK_NEST_NO_OPTIONS: { wrong: notes(show, { imports: 'NanookModule.forRoot()' }), fix: fixed },
  NANOOK_NEST_INVALID_DECORATOR: { wrong: notes("@Get(':id') @Authorize show() {}"), fix: fixed },
  NANOOK_NEST_NO_MODULE: { wrong: notes(show, { imports: '', ...requested }), fix: notes(show, requested) },
  NANOOK_NEST_CONFLICTING_REQUIREMENTS: {
    wrong: notes("@Get(':id') @Authorize('read', Note) @SkipAuthorization('public notes') show() {}"),
    fix: fixed,
  },
  NANOOK_NEST_LOST_REQUIREMENT: {
    wrong: notes(`constructor() {
  this.show = this.show.bind(this);
}
${show}`),
    fix: fixed,
  },
  NANOOK_NEST_NO_LOADER: { wrong: notes(show, { providers: '' }), fix: fixed },
  NANOOK_NEST_DUPLICATE_LOADER: {
    wrong: application(
      `${note}
@ResourceLoader(Note)
class OtherLoader {
  load(id) {
    return new Note();
  }
}
${controller(show)}`,
      { providers: 'NoteLoader, OtherLoader' },
    ),
    fix: fixed,
  },
  NANOOK_NEST_INVALID_LOADER: {
    wrong: application(note.replace('load(id)', 'find(id)') + controller(show)),
    fix: fixed,
  },
  NANOOK_NEST_NO_ID: {
    wrong: notes("@Get('first') @Authorize('read', Note) show() {}"),
    fix: notes("@Get('first') @Authorize('read', () => new Note()) show() {}"),
  },
  NANOOK_NEST_NO_ACTION: {
    wrong: notes("@All(':id') @Authorize(Note) show() {}"),
    fix: notes("@All(':id') @Authorize('read', Note) show() {}"),
  },
  NANOOK_NEST_NO_RESULT: {
    wrong: notes("@Get()\n@AuthorizeResult('read', { at: 'items' })\nlist() {\n  return { notes: [] };\n}", {
      request: 'GET /notes',
    }),
    fix: notes("@Get()\n@AuthorizeResult('read', { at: 'notes' })\nlist() {\n  return { notes: [] };\n}", {
      request: 'GET /notes',
    }),
  },
  NANOOK_NEST_UNSEEN_RESULT: {
    wrong: notes("@Get()\n@AuthorizeResult('read')\nlist(@Res() res) {\n  res.json([]);\n}"),
    fix: notes("@Get()\n@AuthorizeResult('read')\nlist() {\n  return [];\n}"),
  },
  NANOOK_NEST_RESOURCE_WITHOUT_REQUIREMENT: {
    wrong: notes("@Get()\n@SkipAuthorization('public notes')\nlist(@AuthorizedResource() note) {}"),
    fix: notes("@Get(':id')\n@Authorize('read', Note)\nshow(@AuthorizedResource() note) {}"),
  },
  NANOOK_NEST_BYPASSED_RESULT: {
    wrong: application(
      note +
        kept +
        controller("@Get()\n@AuthorizeResult('read')\n@UseInterceptors(Kept)\nlist() {\n  return [];\n}"),
      {
        request: 'GET /notes',
      },
    ),
    fix: application(
      note +
        kept +
        controller("@Get()\n@UseInterceptors(Kept)\n@AuthorizeResult('read')\nlist() {\n  return [];\n}"),
      {
        request: 'GET /notes',
      },
    ),
  },
  NANOOK_NEST_NO_RESOURCE: {
    wrong: notes("@Get()\n@AuthorizeResult('read')\nlist() {\n  return ['my plan']; // titles\n}", {
      request: 'GET /notes',
    }),
    fix: notes("@Get()\n@AuthorizeResult('read')\nlist() {\n  return [new Note()];\n}", {
      request: 'GET /notes',
    }),
  },
  NANOOK_NEST_NO_METADATA: {
    wrong: application(
      `class Note {}

class NoteLoader {
  constructor(database) {}
  load(id) {
    return new Note();
  }
}
ResourceLoader(Note)(NoteLoader); // as a compiler writes it without \`emitDecoratorMetadata\`
${controller(show)}`,
    ),
    fix: fixed,
  },
  NANOOK_NEST_AUDIT_FAILED: { wrong: notes("@Get(':id') show() {}"), fix: fixed },
  NANOOK_NEST_NO_REQUIREMENT: { wrong: notes("@Get(':id') show() {}"), fix: fixed },
  NANOOK_NEST_NOT_GRANTABLE: { wrong: notes("@Get(':id') @Authorize('raed', Note) show() {}"), fix: fixed },
  NANOOK_NEST_UNKNOWN_TYPE: {
    wrong: application(`class Draft {}
${note}${controller("@Post() @Authorize('create', Draft) create() {}")}`),
    fix: notes("@Post() @Authorize('create', Note) create() {}"),
  },
  NANOOK_NEST_NO_REQUEST_RULE: {
    wrong: notes('@Get() @AuthorizeRequest() list() {}'),
    fix: notes("@Get() @Authorize('create', Note) list() {}"),
    others: ['NANOOK_NEST_NO_REQUIREMENT'],
  },
  NANOOK_NEST_NO_FIELD_RULE: {
    wrong: notes("@Get(':id') @Authorize(Note) @AuthorizedFields() show() {}"),
    fix: fixed,
  },
  NANOOK_NEST_UNUSED_EXCLUSION: {
    wrong: notes(show, { imports: forRoot(`${actor}, exclude: [{ class: 'Health', reason: 'a probe' }]`) }),
    fix: fixed,
  },
  NANOOK_NEST_AMBIGUOUS_EXCLUSION: {
    wrong: application(
      `${note}
function healthOf(path) {
  @Controller(path)
  class Health {
    @Get() check() {}
  }
  return Health;
}
const [Health, Ready] = [healthOf('health'), healthOf('ready')]; // two classes with one name
`,
      {
        imports: forRoot(`${actor}, exclude: [{ class: 'Health', reason: 'a probe' }]`),
        controllers: 'Health, Ready',
      },
    ),
    fix: application(
      `${note}
function healthOf(path) {
  @Controller(path)
  class Health {
    @Get() check() {}
  }
  return Health;
}
const [Health, Ready] = [healthOf('health'), healthOf('ready')];
const exclude = [
  { class: Health, reason: 'a probe' },
  { class: Ready, reason: 'a probe' },
];
`,
      { imports: forRoot(`${actor}, exclude`), controllers: 'Health, Ready' },
    ),
    others: ['NANOOK_NEST_NO_REQUIREMENT', 'NANOOK_NEST_NO_REQUIREMENT'],
  },
  NANOOK_NEST_MANUAL_WITHOUT_GUARD: {
    wrong: notes(show, { imports: forRoot(`${actor}, guard: 'manual'`) }),
    fix: fixed,
  },
  NANOOK_NEST_NO_ACTOR: {
    wrong: notes(show, { imports: `NanookModule.forRoot({ ${policies}, types: { Note } })`, ...requested }),
    fix: notes(show, requested),
  },
  // The last one, because the names of decorated classes are known until the process ends.
  NANOOK_NEST_DUPLICATE_TYPE: {
    wrong: application(
      `${note}
@PolarType('Page')
class Page {}

@PolarType('Page')
class OtherPage {}
${controller(show)}`,
    ),
    fix: application(
      `${note}
@PolarType('Page')
class Page {}

@PolarType('OtherPage')
class OtherPage {}
${controller(show)}`,
    ),
  },
} satisfies { readonly [C in NanookNestErrorCode]?: NestExample };
