import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { writeOutput } from '../output/write-output.js';
import { routeName, type AuditedRoute } from './audited-route.js';

/** An OpenAPI description, in JSON or in YAML. */
interface Description {
  /** The object `paths`. */
  readonly paths: unknown;
  set(path: readonly string[], value: object): void;
  toText(): string;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Writes the requirements of the routes into an OpenAPI description, as the extension `x-authz` of its operations. The comments of a
 * description in YAML stay.
 *
 * @returns notes about operations without a route, and routes without an operation
 * @throws {UsageError} when the file is not an OpenAPI description
 */
export async function extendOpenApi(
  file: string,
  routes: readonly AuditedRoute[],
): Promise<readonly string[]> {
  const text = await read(file);
  const description = /^\.ya?ml$/.test(extname(file)) ? await parseYaml(file, text) : parseJson(file, text);
  const open = new Set(routes.filter(({ method, path }) => path !== '' && method !== 'USE'));
  const missing: string[] = [];
  for (const [path, operations] of Object.entries(Object(description.paths)))
    for (const method of methods) {
      if (!isObject(Object(operations)[method])) continue;
      const route = routes.find((each) => answers(each, method, path));
      if (route === undefined) missing.push(`${method.toUpperCase()} ${path}`);
      else {
        open.delete(route);
        description.set(['paths', path, method, 'x-authz'], extensionOf(route));
      }
    }
  await writeOutput(file, description.toText());
  return [
    ...(missing.length > 0 ? [`${file} describes operations that have no route: ${missing.join(', ')}`] : []),
    ...(open.size > 0 ? [`${file} does not describe ${[...open].map(routeName).join(', ')}`] : []),
  ];
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the OpenAPI description ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function parseJson(file: string, text: string): Description {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
  }
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? 2;
  return {
    paths: pathsOf(file, content),
    set: (path, value) => {
      const owner = path.slice(0, -1).reduce<unknown>((object, name) => Object(object)[name], content);
      Object(owner)[path.at(-1)!] = value;
    },
    toText: () => `${JSON.stringify(content, undefined, indent)}\n`,
  };
}

async function parseYaml(file: string, text: string): Promise<Description> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw new UsageError(`${file}: ${error.message.split('\n', 1)[0]}`, { cause: error });
  return {
    paths: pathsOf(file, document.toJS()),
    set: (path, value) => {
      try {
        document.setIn(path, document.createNode(value));
      } catch (cause) {
        const operation = path.slice(1, -1).join(' ');
        throw new UsageError(
          `${file}: expected the operation ${operation} itself, found an alias of YAML; write the operation there`,
          { cause },
        );
      }
    },
    // Long lines stay as they are.
    toText: () => document.toString({ lineWidth: 0 }),
  };
}

/** @throws {UsageError} when a content has no `openapi` and no `paths` */
function pathsOf(file: string, content: unknown): unknown {
  const { openapi, swagger, paths } = Object(content) as Readonly<Record<string, unknown>>;
  if ((openapi ?? swagger) === undefined || !isObject(paths))
    throw new UsageError(`${file}: expected an OpenAPI description with \`openapi\` and \`paths\``);
  return paths;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Returns whether a route answers an operation. `GET` answers `HEAD`, too. The names of parameters can differ. */
function answers(route: AuditedRoute, method: string, path: string): boolean {
  const methodsOf = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  const isMethod = route.method === 'ALL' || methodsOf.includes(method.toUpperCase());
  return isMethod && withoutNames(route.path.replaceAll(/:\w+(?:\([^)]*\))?/g, '{}')) === withoutNames(path);
}

const withoutNames = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}').replace(/(.)\/$/, '$1');

/** The extension of an operation: the requirements of its route, and the places of the rules that can grant them. */
function extensionOf({ status, requirements, exempt, rules }: AuditedRoute): object {
  return {
    status,
    requirements,
    ...(exempt !== undefined && { exempt }),
    ...(status === 'authorized' && { rules: rules.map(({ file, line }) => `${file ?? 'policy'}:${line}`) }),
  };
}
