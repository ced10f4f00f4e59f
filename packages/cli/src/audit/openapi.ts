import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { writeOutput } from '../output/write-output.js';
import { routeName, type AuditedRoute } from './audited-route.js';

type Operation = Record<string, unknown>;
interface Description {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * Writes the requirements of the routes into an OpenAPI description, as the extension `x-authz` of its operations.
 *
 * @returns notes about operations without a route, and routes without an operation
 * @throws {UsageError} when the file is not an OpenAPI description in JSON
 */
export async function extendOpenApi(
  file: string,
  routes: readonly AuditedRoute[],
): Promise<readonly string[]> {
  const text = await read(file);
  const description = parse(file, text);
  const open = new Set(routes.filter(({ path }) => path !== ''));
  const missing: string[] = [];
  for (const [path, operations] of Object.entries(description.paths ?? {}))
    for (const method of methods) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const route = routes.find((each) => answers(each, method, path));
      if (route === undefined) missing.push(`${method.toUpperCase()} ${path}`);
      else {
        open.delete(route);
        operation['x-authz'] = extensionOf(route);
      }
    }
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? 2;
  await writeOutput(file, `${JSON.stringify(description, undefined, indent)}\n`);
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

function parse(file: string, text: string): Description {
  if (/^\.ya?ml$/.test(extname(file)))
    throw new UsageError(
      `expected an OpenAPI description in JSON for --openapi, found ${file}; convert it to JSON first`,
    );
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
  }
  const { openapi, swagger, paths } = Object(content) as Readonly<Record<string, unknown>>;
  if ((openapi ?? swagger) === undefined || typeof Object(paths) !== 'object' || paths === null)
    throw new UsageError(`${file}: expected an OpenAPI description with \`openapi\` and \`paths\``);
  return content as Description;
}

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
