import { routerOf, type AppInternals, type Layer } from './express-internals.js';

/** A path as the application wrote it; `undefined` where Express does not keep it. */
export type LayerPath = string | RegExp | undefined;

/** Returns the paths of a layer; an array of paths gives several. */
export function pathsOf(layer: Layer): readonly LayerPath[] {
  const path = layer.route?.path ?? layer.rawPath ?? mountPath(layer);
  return (Array.isArray(path) ? path.flat(Infinity) : [path]) as LayerPath[];
}

/** Returns whether a path of `use` matches every request, in the syntax of Express 4 or Express 5. */
export const isEverything = (path: LayerPath): boolean =>
  path instanceof RegExp
    ? path.test('/') && path.test('/a')
    : /^(\/*|\/?\*|\/?\{?\/?\*\w+\}?)$/.test(path ?? '/');

/** Returns whether every request passes the layer: an application that is not mounted uses it, without a path. */
export function isWholeApplication(layer: Layer, app: AppInternals | undefined): boolean {
  if (app === undefined || app.parent !== undefined || layer.route !== undefined) return false;
  return routerOf(app).stack.includes(layer) && pathsOf(layer).some(isEverything);
}

/** Returns the path of a mounted router, with which the paths of its routes begin. */
export const mountAt = (base: string, path: LayerPath): string =>
  base + (typeof path === 'string' ? path.replace(/\/+$/, '') : textOf(path));

/** Returns the path of a route, with the path of its router. */
export const routeAt = (base: string, path: LayerPath): string =>
  path === '/' && base !== '' ? base : base + textOf(path);

const textOf = (path: LayerPath): string => (path === undefined ? '/…' : String(path));

function mountPath({ slash, regexp, keys = [], constructor }: Layer): unknown {
  if (slash === true || regexp?.fast_slash === true) return '/';
  if (regexp === undefined) return undefined;
  // Express 4 keeps only the pattern of a path. The path is reconstructed, and verified by compiling it again.
  const names = keys.map(({ name }) => name).filter((name) => typeof name === 'string');
  const paths = regexp.source.split('|^').map((source) => reconstructPath(source, names));
  const path = paths.length === 1 ? paths[0]! : paths;
  return compilesTo(path, regexp, constructor as LayerConstructor) ? path : regexp;
}

const parameter = /\(\?:(\\\/)?(\\\.)?\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\)(\?)?/g;

/**
 * Reconstructs a path from its pattern: `^\/users(?:\/([^/]+?))\/?(?=\/|$)` → `/users/:id`.
 *
 * @param names the names of the parameters that are left; the used ones are removed
 */
function reconstructPath(source: string, names: string[]): string {
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

/** Returns whether Express compiles a path to this pattern. */
function compilesTo(path: unknown, regexp: RegExp, LayerOfExpress: LayerConstructor): boolean {
  try {
    const options = { sensitive: !regexp.ignoreCase, strict: false, end: false };
    return String(new LayerOfExpress(path, options, () => {}).regexp) === String(regexp);
  } catch {
    return false;
  }
}
