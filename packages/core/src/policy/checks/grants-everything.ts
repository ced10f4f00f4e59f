import { check } from './check.js';

/** `allow(_, _, _);` grants everything to everybody. With the body `if true` it is meant. */
export const grantsEverything = check({
  code: 'POLAR_CHECK_GRANTS_EVERYTHING',
  severity: 'warning',
  rule({ name, parameters, body, names }, report) {
    if (name !== 'allow' || body !== undefined || parameters.length !== 3) return;
    const isOpen = parameters.every(
      ({ term, specializer }) =>
        term.kind === 'variable' && term.name.startsWith('_') && specializer === undefined,
    );
    // A name that is used twice is a condition: the values are equal.
    const written = names.map((node) => (node.kind === 'variable' ? node.name : node.className));
    const isRepeated = written.some((each, i) => each !== '_' && written.indexOf(each) !== i);
    if (isOpen && !isRepeated) report({ span: parameters[0]!.span, data: {} });
  },
});
