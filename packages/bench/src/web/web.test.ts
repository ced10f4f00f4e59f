import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sendRequests } from './client.ts';
import { refusedRequests, timedRequests } from './notes.ts';
import type { WebCell, WebResults } from './results.ts';
import { webSection, webSectionOf, withWebSection } from './section.ts';
import { webFramework, webFrameworkIds, webVariants } from './web-app.ts';

let server: Server | undefined;
afterEach(() => server?.close().closeAllConnections());

describe.each(webFrameworkIds)('the applications of %s', (id) => {
  it.each(webVariants)('send the expected responses: %s', async (variant) => {
    server = await (await webFramework(id)).apps[variant]();
    const { port } = server.address() as AddressInfo;
    await sendRequests(port, timedRequests, timedRequests.length);
  });

  it.each(['hand', 'nanook'] as const)('refuse what the policy refuses: %s', async (variant) => {
    server = await (await webFramework(id)).apps[variant]();
    const { port } = server.address() as AddressInfo;
    await sendRequests(port, refusedRequests, refusedRequests.length);
  });
});

describe('sendRequests', () => {
  it('throws for a response that differs', async () => {
    server = await (await webFramework('koa')).apps.none();
    const { port } = server.address() as AddressInfo;
    await expect(sendRequests(port, refusedRequests, 1)).rejects.toThrow('got 200');
  });
});

const cell = (variant: WebCell['variant'], us: number, over: number): WebCell => ({
  framework: 'koa',
  variant,
  us: { median: us, min: us - 1, max: us + 1 },
  overHand: { median: over, min: over - 2, max: over + 2 },
});

const results: WebResults = {
  at: '2026-01-02T03:04:05.000Z',
  quick: false,
  rounds: 11,
  requests: 4_000,
  connections: 8,
  machine: { cpu: 'A', cores: 2, memoryGb: 8, os: 'Linux', node: '24' },
  versions: { koa: '3.0.0' },
  load: [0.1, 0.2],
  cells: [cell('none', 39, -1), cell('hand', 40, 0), cell('nanook', 60, 20)],
};

describe('the section about web requests', () => {
  const section = webSection(results);

  it('shows the CPU time, and the difference to the hand-written check', () => {
    expect(section).toContain(
      '| Koa, Nanook, authorized | 60.0 µs | 59.0 µs – 61.0 µs | +20.0 µs | +18.0 µs – +22.0 µs |',
    );
    expect(section).toContain(
      '| Koa, no check | 39.0 µs | 38.0 µs – 40.0 µs | −1.0 µs | −3.0 µs – +1.0 µs |',
    );
    expect(section).toContain('| Koa, hand-written | 40.0 µs | 39.0 µs – 41.0 µs |  |  |');
  });

  it('states whether each framework keeps its budget', () => {
    const of = (framework: WebCell['framework'], node: string, over: number) =>
      webSection({
        ...results,
        machine: { ...results.machine, node },
        cells: [{ ...cell('nanook', 60, over), framework }],
      });
    expect(section).toContain('- Koa: 10 µs, exceeded with +20.0 µs\n');
    expect(of('koa', '24.1.0', 9)).toContain('- Koa: 10 µs, kept with +9.0 µs\n');
    expect(of('express', '24.1.0', 15)).toContain('- Express: 10 µs, exceeded with +15.0 µs\n');
    expect(of('express', '20.20.2', 15)).toContain('- Express: 20 µs, kept with +15.0 µs\n');
    expect(of('nest-fastify', '20.20.2', 7)).toContain('- NestJS on Fastify: 6 µs, exceeded with +7.0 µs\n');
  });

  it('can be added to a page, replaced, and found in the page', () => {
    const page = '# Performance\n\n## Size\n\nSmall.\n';
    const added = withWebSection(page, section);
    expect(added.startsWith(page)).toBe(true);
    expect(webSectionOf(added)).toBe(section);
    expect(withWebSection(added, section)).toBe(added);
    expect(webSectionOf(page)).toBe('');
  });
});
