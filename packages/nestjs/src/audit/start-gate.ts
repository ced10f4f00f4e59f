import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { AuditState } from '../guard/audit-state.js';

/** A server of a microservice, or a custom transport. */
interface RpcTarget {
  listen(...args: unknown[]): unknown;
}

/** The audit that a transport waits for. A transport may be handed to several applications, one after the other. */
const gates = new WeakMap<object, () => void>();

/**
 * Runs the audit before a port opens where Nest opens one ahead of its hooks: `startAllMicroservices()`, and gateways with a port of
 * their own. A failed audit leaves the port closed.
 */
@Injectable()
export class StartGate {
  constructor(
    @Inject(AuditState) state: AuditState,
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ApplicationConfig) config: ApplicationConfig,
  ) {
    // Not every release of Nest 11 has it; the guard of each message asks for the audit, too.
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

/** Nest asks for the adapter first when it connects a gateway; it asks again to close it. */
function gateAdapter(config: ApplicationConfig, state: AuditState): void {
  const getIoAdapter = config.getIoAdapter.bind(config);
  config.getIoAdapter = () => {
    if (state.isPending) state.run();
    return getIoAdapter();
  };
}
