/** The modules that only a process with the variable `NANOOK_INSPECT` loads. */
export const onDemandUnderNode = {
  inspector: () => import('./inspector.js'),
};
