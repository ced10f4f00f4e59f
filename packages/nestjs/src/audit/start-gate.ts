import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { AuditState } from '../guard/audit-state.js';

/** A server of a microservice, or a custom transport. */
interface RpcTarget {
  listen(...args: unknown[]): unknown;
}

/** The audit that runs before a transport listens. Several applications can use a transport, one after the other. */
const gates = new WeakMap<object, () => void>();

/**
 * Runs the audit before a port opens, where Nest opens a port before it calls its hooks: in `startAllMicroservices()`, and for gateways with
 * a separate port. After a failed audit, the port stays closed.
 */
@Injectable()
export class StartGate {
  constructor(
    @Inject(AuditState) state: AuditState,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    // Older releases of Nest 11 have no such registry; there, the guard of the first message runs the audit.
    (modules as Partial<ModulesContainer>).getRpcTargetRegistry
      ?.call(modules)
      .subscribe((target) => gateListen(target as RpcTarget, () => state.assertPassed()));
    gateAdapter(config, state);
  }
}

function gateListen(target: RpcTarget, gate: () => void): void {
  const isGated = gates.has(target);
  gates.set(target, gate);
  if (isGated) return;
  const listen = target.listen.bind(target);
  target.listen = (...args) => {
    gates.get(target)!();
    return listen(...args);
  };
}

/** Runs the audit when Nest gets the WebSocket adapter: the first time to open the port of a gateway, later to close the gateway. */
function gateAdapter(config: ApplicationConfig, state: AuditState): void {
  const getIoAdapter = config.getIoAdapter.bind(config);
  config.getIoAdapter = () => {
    if (state.isPending) state.run();
    return getIoAdapter();
  };
}
