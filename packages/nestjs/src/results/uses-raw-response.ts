import { findMethod } from '../execution/handler-location.js';

// The metadata keys of Nest; the kinds of parameters are those of its RouteParamtypes.
const parametersKey = '__routeArguments__';
const passthroughKey = '__responsePassthrough__';
const returnKeys = ['__sse__', '__renderTemplate__'];
const responseOrNext = /^[12]:/;

/** Returns whether a handler of a controller writes the response or calls `next`, so that Nest does not send its result. */
export function usesRawResponse(type: object, handler: object): boolean {
  const name = findMethod(type, handler)?.name;
  if (name === undefined || returnKeys.some((key) => Reflect.hasMetadata(key, handler))) return false;
  const parameters = Reflect.getMetadata(parametersKey, type, name) as object | undefined;
  if (parameters === undefined || Reflect.getMetadata(passthroughKey, type, name) === true) return false;
  return Object.keys(parameters).some((key) => responseOrNext.test(key));
}
