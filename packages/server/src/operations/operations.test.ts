import { describe, expect, it } from 'vitest';
import type { AnsweredRequest } from '../index.js';
import { certifiedServer, loadFixture, post } from '../testing/certification.fixture.js';

const path = '/access/v1/evaluation';
const evaluation = (id: string) => ({
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id },
});
const get = async (server: Awaited<ReturnType<typeof certifiedServer>>, at: string) => {
  const response = await server.fetch(new Request(`https://internal${at}`));
  return [response.status, await response.text()];
};

describe('/readyz', () => {
  it('answers 503 without a current policy, if the application is not ready, and when the server closes', async () => {
    const status = { isCurrent: false };
    let isReady = true;
    const server = await certifiedServer({ follower: { status }, isReady: () => isReady });
    expect(await get(server, '/readyz')).toEqual([503, 'the policy is not current']);
    Object.assign(status, { error: { code: 'NANOOK_POLICIES_EXPIRED' } });
    expect(await get(server, '/readyz')).toEqual([503, 'the policy is not current: NANOOK_POLICIES_EXPIRED']);
    status.isCurrent = true;
    expect(await get(server, '/readyz')).toEqual([200, 'ready']);
    isReady = false;
    expect(await get(server, '/readyz')).toEqual([503, 'not ready']);
    isReady = true;
    await server.close();
    expect(await get(server, '/readyz')).toEqual([503, 'closing']);
    expect(await get(server, '/healthz')).toEqual([200, 'ok']);
  });
});

describe('X-Nanook-Min-Revision', () => {
  const statusOf = async (revision: number | undefined, wanted: string) => {
    const server = await certifiedServer({ follower: { status: { isCurrent: true, revision } } });
    return (await post(server, path, evaluation('record-1'), { 'X-Nanook-Min-Revision': wanted })).status;
  };

  it.each<[number | undefined, string, number]>([
    [42, '42', 200],
    [43, '42', 200],
    [41, '42', 503],
    [undefined, '42', 503],
    [42, '4.2e1', 400],
    [42, '', 400],
  ])('causes the right status: the revision is %s, %j is wanted: %i', async (revision, wanted, status) => {
    expect(await statusOf(revision, wanted)).toBe(status);
  });
});

describe('close', () => {
  it('waits for running requests, and refuses new ones after the time to drain', async () => {
    let answer = (_: object): void => {};
    let started = (): void => {};
    const isRunning = new Promise<void>((resolve) => (started = resolve));
    const server = await certifiedServer({
      entities: {
        user: {
          type: 'User',
          find: () => {
            started();
            return new Promise((resolve) => (answer = resolve));
          },
        },
        record: { type: 'Record', given: ['status'] },
      },
    });
    const active = {
      ...evaluation('r'),
      resource: { type: 'record', id: 'r', properties: { status: 'active' } },
    };
    const running = post(server, path, active);
    await isRunning;
    let isClosed = false;
    const closing = server.close({ drainMs: 20 }).then(() => (isClosed = true));
    expect(await get(server, '/readyz')).toEqual([503, 'closing']);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect((await post(server, path, active)).status).toBe(503);
    expect(isClosed).toBe(false);
    answer({ id: 'alice' });
    expect(await (await running).json()).toEqual({ decision: true });
    await closing;
  });
});

describe('/metrics', () => {
  it('counts decisions, requests and errors, and names the policy', async () => {
    const authorizer = await loadFixture({ version: '1.4 "beta"\n' });
    const server = await certifiedServer({ authorizer, onError: () => {} });
    for (const id of ['record-1', 'record-1', 'record-2']) await post(server, path, evaluation(id));
    await post(server, path, 'not JSON');
    await post(server, '/nowhere', {});
    const [status, text] = await get(server, '/metrics');
    expect(status).toBe(200);
    const lines = String(text).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'nanook_decisions_total{outcome="allowed"} 2',
        'nanook_decisions_total{outcome="denied"} 1',
        'nanook_decisions_total{outcome="undecided"} 0',
        'nanook_requests_total{endpoint="/access/v1/evaluation",status="200"} 3',
        'nanook_requests_total{endpoint="/access/v1/evaluation",status="400"} 1',
        'nanook_requests_total{endpoint="other",status="404"} 1',
        'nanook_request_duration_seconds_count{endpoint="/access/v1/evaluation"} 4',
        'nanook_request_duration_seconds_bucket{endpoint="/access/v1/evaluation",le="+Inf"} 4',
        `nanook_policy_info{hash="${authorizer.policy.hash}",version="1.4 \\"beta\\"\\n"} 1`,
        'nanook_policy_current 1',
        'nanook_requests_running 1',
      ]),
    );
    // Each line is a comment, or a name with labels and a number, as Prometheus reads it.
    const line =
      /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="([^"\\\n]|\\.)*"(,\w+="([^"\\\n]|\\.)*")*\})? -?[\d.e+-]+)$/;
    expect(lines.slice(0, -1).filter((each) => !line.test(each))).toEqual([]);
  });

  it('shows the facts about the policy of this process that a fleet shows about all', async () => {
    const status = {
      isCurrent: false,
      revision: 42,
      since: '2027-01-31T09:00:00.000Z',
      expiresAt: '2027-02-07T09:00:00.500Z',
      candidate: { policyHash: 'f00', version: '1.5.0', percent: 12.5 },
    };
    const server = await certifiedServer({ follower: { status } });
    const [, text] = await get(server, '/metrics');
    // `date -d … +%s` prints these seconds.
    expect(String(text).split('\n')).toEqual(
      expect.arrayContaining([
        'nanook_policy_current 0',
        'nanook_policy_revision 42',
        'nanook_policy_since_seconds 1801386000',
        'nanook_policy_expiry_seconds 1801990800.5',
        'nanook_candidate_percent{hash="f00",version="1.5.0"} 12.5',
      ]),
    );
  });

  it('shows the queues of the decision log', async () => {
    const status = [{ name: 'postgres', waiting: 3, stored: 41, dropped: 2 }];
    const server = await certifiedServer({ log: { status } });
    const [, text] = await get(server, '/metrics');
    expect(String(text).split('\n')).toEqual(
      expect.arrayContaining([
        'nanook_log_waiting{sink="postgres"} 3',
        'nanook_log_stored_total{sink="postgres"} 41',
        'nanook_log_dropped_total{sink="postgres"} 2',
      ]),
    );
    await expect(certifiedServer({ log: {} as never })).rejects.toThrow('a decision log of @nanook/log');
  });

  it('needs the scope', async () => {
    const server = await certifiedServer({ callers: { anyone: { reason: 'a test' } } });
    expect((await get(server, '/metrics'))[0]).toBe(403);
  });
});

describe('onRequest', () => {
  it('receives each answered request', async () => {
    const answered: AnsweredRequest[] = [];
    const server = await certifiedServer({ onRequest: (request) => answered.push(request) });
    await post(server, path, evaluation('record-1'), { 'X-Request-ID': 'r-7' });
    expect(answered).toEqual([
      {
        endpoint: path,
        method: 'POST',
        status: 200,
        durationMs: expect.any(Number),
        caller: 'anyone',
        requestId: 'r-7',
      },
    ]);
  });

  it('receives the types of a request that the server does not have', async () => {
    const types: unknown[] = [];
    const server = await certifiedServer({ onRequest: ({ unknownTypes }) => types.push(unknownTypes) });
    const { subject, action, resource } = evaluation('record-1');
    const message = { subject, action, resource };
    await post(server, path, { ...message, subject: { type: 'usr', id: 'alice' } });
    await post(server, `${path}s`, {
      ...message,
      evaluations: [{}, { resource: { type: 'records', id: '1' } }, { subject: { type: 'usr', id: 'bob' } }],
    });
    await post(server, '/access/v1/search/resource', { subject, action, resource: { type: 'records' } });
    expect(types).toEqual([['usr'], ['records', 'usr'], ['records']]);
  });

  it('receives at most ten of these types, with at most 64 characters each', async () => {
    const types: unknown[] = [];
    const server = await certifiedServer({ onRequest: ({ unknownTypes }) => types.push(unknownTypes) });
    const names = Array.from({ length: 20 }, (_, i) => `${i + 10}`.padEnd(2_000, 'x'));
    const evaluations = names.map((type) => ({ subject: { type, id: 'alice' } }));
    await post(server, `${path}s`, { ...evaluation('record-1'), evaluations });
    expect(types).toEqual([names.slice(0, 10).map((name) => name.slice(0, 64))]);
  });
});

describe('the metadata', () => {
  const at = '/.well-known/authzen-configuration';
  it('come from the configuration, and not from the request', async () => {
    const server = await certifiedServer();
    const response = await server.fetch(
      new Request(`https://evil.example${at}`, {
        headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' },
      }),
    );
    expect(response.headers.get('Content-Type')).toBe('application/json');
    const base = 'https://pdp.example.com';
    expect(await response.json()).toEqual({
      policy_decision_point: base,
      access_evaluation_endpoint: `${base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      search_subject_endpoint: `${base}/access/v1/search/subject`,
      search_resource_endpoint: `${base}/access/v1/search/resource`,
      search_action_endpoint: `${base}/access/v1/search/action`,
    });
  });

  it('have the path of a tenant after the well-known part, and leave out searches without candidates', async () => {
    const server = await certifiedServer({
      baseUrl: 'https://pdp.example.com/tenant1/',
      entities: { user: { type: 'User' } },
    });
    expect((await server.fetch(new Request(`https://internal${at}`))).status).toBe(404);
    const response = await server.fetch(new Request(`https://internal${at}/tenant1`));
    const base = 'https://pdp.example.com/tenant1';
    expect(await response.json()).toEqual({
      policy_decision_point: base,
      access_evaluation_endpoint: `${base}/access/v1/evaluation`,
      access_evaluations_endpoint: `${base}/access/v1/evaluations`,
      search_action_endpoint: `${base}/access/v1/search/action`,
    });
    expect((await post(server, '/tenant1/access/v1/evaluation', evaluation('x'))).status).toBe(200);
    expect((await post(server, '/tenant1/access/v1/search/subject', {})).status).toBe(404);
  });
});
