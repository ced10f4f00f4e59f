import { scopeCheck } from './check.js';

/** Warns about `allow(_, _, _);`, which grants everything to every actor. The body `if true` confirms it. */
export const grantsEverything = scopeCheck({
  code: 'POLAR_CHECK_GRANTS_EVERYTHING',
  severity: 'warning',
  rule({ name, parameters, body, names }, report) {
    if (name !== 'allow' || body !== undefined || parameters.length !== 3) return;
    const isOpen = parameters.every(
      ({ term, specializer }) =>
        term.kind === 'variable' && term.name.startsWith('_') && specializer === undefined,
    );
    // A name that is used twice is a condition, because both values must be equal.
    const written = names.map((node) => (node.kind === 'variable' ? node.name : node.className));
    const isRepeated = written.some((each, i) => each !== '_' && written.indexOf(each) !== i);
    if (isOpen && !isRepeated) report({ span: parameters[0]!.span, data: {} });
  },
});
