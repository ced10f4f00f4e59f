/** The test files that register types with `@PolarType`, which all applications of a process share. */
export const isolatedTests = [
  'src/errors/nest-examples.test.ts',
  'src/errors/web-errors-page.test.ts',
  'src/resources/polar-type.decorator.test.ts',
];
