import type { CheckResult } from '../envoy/envoy-check.js';
import type { EnvoyRequest } from '../envoy/envoy-options.js';

/** A request of Envoy, decoded with the defaults of Protocol Buffers. */
export interface CheckRequestMessage {
  readonly attributes?: {
    readonly source?: { readonly principal?: string };
    readonly request?: { readonly http?: HttpMessage };
    readonly contextExtensions?: Readonly<Record<string, string>>;
    readonly metadataContext?: { readonly filterMetadata?: Readonly<Record<string, StructMessage>> };
  };
}

interface HttpMessage {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly headerMap?: {
    readonly headers?: readonly {
      readonly key?: string;
      readonly value?: string;
      readonly rawValue?: Uint8Array;
    }[];
  };
}

interface StructMessage {
  readonly fields?: Readonly<Record<string, ValueMessage>>;
}

interface ValueMessage {
  /** The name of the property with the value. */
  readonly kind?: string;
  readonly structValue?: StructMessage;
  readonly listValue?: { readonly values?: readonly ValueMessage[] };
  readonly [kind: string]: unknown;
}

/** Codes of google.rpc.Status. */
const statusCodes = { ok: 0, permissionDenied: 7, unauthenticated: 16 } as const;

/** Returns the request that a message describes. */
export function requestOf({ attributes = {} }: CheckRequestMessage): EnvoyRequest {
  const { method = '', path: target = '', host = '', ...http } = attributes.request?.http ?? {};
  const [path = '', ...query] = target.split('?');
  return {
    method,
    path,
    query: query.join('?'),
    host: host.toLowerCase(),
    headers: headersOf(http),
    extensions: { ...attributes.contextExtensions },
    metadata: Object.fromEntries(
      Object.entries(attributes.metadataContext?.filterMetadata ?? {}).map(([filter, struct]) => [
        filter,
        plainStruct(struct),
      ]),
    ),
    principal: attributes.source?.principal ?? '',
  };
}

/** Returns the headers without those that begin with a colon, which are other fields of the request. */
function headersOf({ headers = {}, headerMap }: HttpMessage): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const add = (name: string, value: string): void => {
    if (name.startsWith(':')) return;
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before},${value}`);
  };
  for (const [name, value] of Object.entries(headers)) add(name.toLowerCase(), value);
  for (const { key = '', value = '', rawValue } of headerMap?.headers ?? [])
    add(key.toLowerCase(), rawValue?.length ? new TextDecoder('latin1').decode(rawValue) : value);
  return Object.fromEntries(found);
}

const plainStruct = ({ fields = {} }: StructMessage): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]));

function plainValue({ kind = '', structValue, listValue, ...values }: ValueMessage): unknown {
  if (kind === 'structValue') return plainStruct(structValue ?? {});
  if (kind === 'listValue') return (listValue?.values ?? []).map(plainValue);
  return kind === 'nullValue' ? null : values[kind];
}

/** Returns the message of an answer. */
export function messageOf(result: CheckResult): object {
  if (result.isAllowed)
    return {
      status: { code: statusCodes.ok },
      okResponse: { headers: headerOptions(result.set), headersToRemove: result.remove },
    };
  const { status, headers, body } = result;
  return {
    status: { code: status === 401 ? statusCodes.unauthenticated : statusCodes.permissionDenied },
    deniedResponse: { status: { code: status }, headers: headerOptions(headers), body },
  };
}

/** `append: false` replaces a header of the client, which could be forged. */
const headerOptions = (headers: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(headers).map(([key, value]) => ({ header: { key, value }, append: { value: false } }));
