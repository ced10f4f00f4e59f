// The messages of `ext_authz` that Nanook reads and writes, with the field numbers of the API of Envoy, version 3:
// https://github.com/envoyproxy/envoy, api/envoy/service/auth/v3, api/envoy/config/core/v3/base.proto, api/envoy/type/v3/http_status.proto;
// google/rpc/status.proto and google/protobuf/struct.proto. Fields that are not listed are skipped.

const text = (id: number) => ({ type: 'string', id });
const texts = (id: number) => ({ rule: 'repeated', type: 'string', id });
const textMap = (id: number) => ({ keyType: 'string', type: 'string', id });
const message = (type: string, id: number) => ({ type, id });
const list = (type: string, id: number) => ({ rule: 'repeated', type, id });
const map = (type: string, id: number) => ({ keyType: 'string', type, id });

/** The service, as a descriptor of protobufjs. */
export const checkProtocol = {
  nested: {
    envoy: {
      nested: {
        service: {
          nested: {
            auth: {
              nested: {
                v3: {
                  nested: {
                    Authorization: {
                      methods: { Check: { requestType: 'CheckRequest', responseType: 'CheckResponse' } },
                    },
                    CheckRequest: { fields: { attributes: message('AttributeContext', 1) } },
                    AttributeContext: {
                      fields: {
                        source: message('Peer', 1),
                        request: message('Request', 4),
                        contextExtensions: textMap(10),
                        metadataContext: message('Metadata', 11),
                      },
                    },
                    Peer: { fields: { principal: text(4) } },
                    Request: { fields: { http: message('HttpRequest', 2) } },
                    HttpRequest: {
                      fields: {
                        id: text(1),
                        method: text(2),
                        headers: textMap(3),
                        path: text(4),
                        host: text(5),
                        headerMap: message('HeaderMap', 13),
                      },
                    },
                    HeaderMap: { fields: { headers: list('HeaderValue', 1) } },
                    HeaderValue: {
                      fields: { key: text(1), value: text(2), rawValue: { type: 'bytes', id: 3 } },
                    },
                    HeaderValueOption: {
                      fields: { header: message('HeaderValue', 1), append: message('BoolValue', 2) },
                    },
                    BoolValue: { fields: { value: { type: 'bool', id: 1 } } },
                    Metadata: { fields: { filterMetadata: map('Struct', 1) } },
                    Struct: { fields: { fields: map('Value', 1) } },
                    Value: {
                      oneofs: {
                        kind: {
                          oneof: [
                            'nullValue',
                            'numberValue',
                            'stringValue',
                            'boolValue',
                            'structValue',
                            'listValue',
                          ],
                        },
                      },
                      fields: {
                        nullValue: { type: 'int32', id: 1 },
                        numberValue: { type: 'double', id: 2 },
                        stringValue: text(3),
                        boolValue: { type: 'bool', id: 4 },
                        structValue: message('Struct', 5),
                        listValue: message('ListValue', 6),
                      },
                    },
                    ListValue: { fields: { values: list('Value', 1) } },
                    CheckResponse: {
                      oneofs: { httpResponse: { oneof: ['deniedResponse', 'okResponse'] } },
                      fields: {
                        status: message('Status', 1),
                        deniedResponse: message('DeniedHttpResponse', 2),
                        okResponse: message('OkHttpResponse', 3),
                      },
                    },
                    Status: { fields: { code: { type: 'int32', id: 1 }, message: text(2) } },
                    DeniedHttpResponse: {
                      fields: {
                        status: message('HttpStatus', 1),
                        headers: list('HeaderValueOption', 2),
                        body: text(3),
                      },
                    },
                    HttpStatus: { fields: { code: { type: 'int32', id: 1 } } },
                    OkHttpResponse: {
                      fields: { headers: list('HeaderValueOption', 2), headersToRemove: texts(5) },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
