// The members of built-in values that policies may use. They only read: no member changes its receiver, runs a callback, or gives access
// to other objects. docs/reference/built-ins.md documents this table. The marks let a bundler remove a set that a compiled policy does not need.

const names = (text: string): ReadonlySet<string> => new Set(text === '' ? [] : text.split(' '));

export const stringMethods = /* @__PURE__ */ names(
  'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare normalize replace replaceAll ' +
    'slice split startsWith substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf',
);
export const numberMethods = /* @__PURE__ */ names('toFixed toPrecision toString valueOf');
export const booleanMethods = /* @__PURE__ */ names('toString valueOf');
/** Called on a copy, so that no list of the application changes. */
export const listMethods = /* @__PURE__ */ names(
  'at concat flat includes indexOf join lastIndexOf reverse slice sort toReversed toSorted toString',
);
export const dateMethods = /* @__PURE__ */ names(
  'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay ' +
    'getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds toISOString toJSON valueOf',
);
export const mapMethods = /* @__PURE__ */ names('entries get has keys values');
export const setMethods = /* @__PURE__ */ names('entries has keys values');

/** Static methods of the built-in types. */
export const staticMethods: Readonly<Record<string, ReadonlySet<string>>> = {
  Integer: /* @__PURE__ */ names('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  Float: /* @__PURE__ */ names('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'),
  String: /* @__PURE__ */ names('fromCharCode fromCodePoint'),
  List: /* @__PURE__ */ names('isArray of'),
  Boolean: /* @__PURE__ */ names(''),
  Dictionary: /* @__PURE__ */ names('entries keys values'),
};
