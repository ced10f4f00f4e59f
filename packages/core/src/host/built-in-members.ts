// The members of built-in values that policies may use. They only read: no member changes its receiver, runs a callback, or gives access
// to other objects. docs/reference/built-ins.md documents this table.

const names = (text: string): ReadonlySet<string> => new Set(text === '' ? [] : text.split(' '));

export const stringMethods = names(
  'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare normalize replace replaceAll ' +
    'slice split startsWith substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf',
);
export const numberMethods = names('toFixed toPrecision toString valueOf');
export const booleanMethods = names('toString valueOf');
/** Called on a copy, so that no list of the application changes. */
export const listMethods = names(
  'at concat flat includes indexOf join lastIndexOf reverse slice sort toReversed toSorted toString',
);
export const dateMethods = names(
  'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay ' +
    'getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds toISOString toJSON valueOf',
);
export const mapMethods = names('entries get has keys values');
export const setMethods = names('entries has keys values');

/** Static methods of the built-in types. */
export const staticMethods: Readonly<Record<string, ReadonlySet<string>>> = {
  Integer: names('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  Float: names('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  String: names('fromCharCode fromCodePoint'),
  List: names('isArray of'),
  Boolean: names(''),
  Dictionary: names('entries keys values'),
};
