import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isEmpty, queryConfiguration, withFolder } from './debug-configuration.js';

interface Attributes {
  readonly required?: readonly string[];
  readonly properties: object;
}

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = textOf('../../docs/guides/debugging.md');
const { contributes } = JSON.parse(textOf('package.json')) as {
  readonly contributes: {
    readonly debuggers: readonly {
      readonly type: string;
      readonly configurationAttributes: Readonly<Record<string, Attributes>>;
      readonly initialConfigurations: readonly object[];
      readonly configurationSnippets: readonly { readonly body: object }[];
    }[];
  };
};
const { type, configurationAttributes, initialConfigurations, configurationSnippets } =
  contributes.debuggers[0]!;
const launchFile = /^```json\n(\{\n {2}"version": "0.2.0"[\s\S]*?)^```$/m.exec(guide)![1]!;
const { configurations } = JSON.parse(launchFile) as { readonly configurations: readonly object[] };

describe('the debugger of the manifest', () => {
  it.each([...configurations, ...initialConfigurations, ...configurationSnippets.map(({ body }) => body)])(
    'accepts the configuration %j of the guide or the manifest',
    (configuration) => {
      const { request, name, type: used, ...fields } = configuration as Record<string, unknown>;
      const { properties, required = [] } = configurationAttributes[String(request)]!;
      expect([used, typeof name]).toEqual([type, 'string']);
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(fields)));
      expect(Object.keys(fields)).toEqual(expect.arrayContaining([...required]));
    },
  );

  it('has the fields that the guide describes', () => {
    const described = [...guide.matchAll(/^\| (`(?:query|config|cwd|stop\w+|address)`.*?) \|/gm)].flatMap(
      ([, names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
    );
    const fields = Object.values(configurationAttributes).flatMap(({ properties }) =>
      Object.keys(properties),
    );
    expect([...new Set(fields)].toSorted()).toEqual(described.toSorted());
  });
});

describe('a debug configuration', () => {
  it('counts as empty when there is no launch.json', () => {
    expect(isEmpty({})).toBe(true);
    expect(isEmpty(queryConfiguration('allow(ann, "read", note)'))).toBe(false);
  });

  it('has the folder of the project, unless it names one', () => {
    expect(withFolder(queryConfiguration('f(x)'), '/app')).toEqual({
      type: 'nanook',
      request: 'launch',
      name: 'f(x)',
      query: 'f(x)',
      cwd: '/app',
    });
    expect(withFolder({ cwd: '/other' }, '/app').cwd).toBe('/other');
  });
});
