import { routerOf, type AppInternals, type Layer } from './express-internals.js';

/** A path as it was written; undefined where Express keeps nothing of it. */
export type LayerPath = string | RegExp | undefined;

/** The paths of a layer; there are several where an array was given. */
export function pathsOf(layer: Layer): readonly LayerPath[] {
  const path = layer.route?.path ?? layer.rawPath ?? mountPath(layer);
  return (Array.isArray(path) ? path.flat(Infinity) : [path]) as LayerPath[];
}

/** Whether the path of `use` is that of every request, in the words of Express 4, and of Express 5. */
export const isEverything = (path: LayerPath): boolean =>
  path instanceof RegExp
    ? path.test('/') && path.test('/a')
    : /^(\/*|\/?\*|\/?\{?\/?\*\w+\}?)$/.test(path ?? '/');

/** Whether every request for the application passes the layer: it is used by an app that is not mounted on another, without a path. */
export function isWholeApplication(layer: Layer, app: AppInternals | undefined): boolean {
  if (app === undefined || app.parent !== undefined || layer.route !== undefined) return false;
  return routerOf(app).stack.includes(layer) && pathsOf(layer).some(isEverything);
}

/** Where a router is, as the beginning of its routes' paths. */
export const mountAt = (base: string, path: LayerPath): string =>
  base + (typeof path === 'string' ? path.replace(/\/+$/, '') : textOf(path));

/** A route's path below where its router is. */
export const routeAt = (base: string, path: LayerPath): string =>
  path === '/' && base !== '' ? base : base + textOf(path);

const textOf = (path: LayerPath): string => (path === undefined ? '/…' : String(path));

function mountPath({ slash, regexp, keys = [], constructor }: Layer): unknown {
  if (slash === true || regexp?.fast_slash === true) return '/';
  if (regexp === undefined) return undefined;
  // Of a path given to `use` Express 4 keeps what it made of it. Back to the path; and to be sure, there again.
  const names = keys.map(({ name }) => name).filter((name) => typeof name === 'string');
  const paths = regexp.source.split('|^').map((source) => unread(source, names));
  const path = paths.length === 1 ? paths[0]! : paths;
  return isMadeOf(path, regexp, constructor as LayerConstructor) ? path : regexp;
}

const parameter = /\(\?:(\\\/)?(\\\.)?\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\)(\?)?/g;

/** `^\/users(?:\/([^/]+?))\/?(?=\/|$)` → `/users/:id`. Takes the names that it needs. */
function unread(source: string, names: string[]): string {
  return source
    .replace(/^\^/, '')
    .replace(/\\\/\?\(\?=\\\/\|\$\)$/, '')
    .replace(parameter, (_, slash = '', dot = '', capture: string, optional = '') => {
      const isUsual = capture.startsWith('[^') || capture.startsWith('(?:(?!');
      return `${slash}${dot}:${names.shift()}${isUsual ? '' : `(${capture})`}${optional}`;
    })
    .replaceAll('(.*)', '*')
    .replaceAll(/\\([/.])/g, '$1');
}

type LayerConstructor = new (path: unknown, options: object, handle: () => void) => Layer;

function isMadeOf(path: unknown, regexp: RegExp, LayerOfExpress: LayerConstructor): boolean {
  try {
    const options = { sensitive: !regexp.ignoreCase, strict: false, end: false };
    return String(new LayerOfExpress(path, options, () => {}).regexp) === String(regexp);
  } catch {
    return false;
  }
}
