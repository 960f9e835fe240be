import type { ExecutionContext } from '@nestjs/common';

/** Is a call of a service method, told in the form of Nest's handlers; `getType()` is `'service'`. @internal */
export class ServiceCallContext implements ExecutionContext {
  readonly switchToHttp = noSuchContext;
  readonly switchToRpc = noSuchContext;
  readonly switchToWs = noSuchContext;

  readonly getClass: ExecutionContext['getClass'] = () => this.self.constructor as never;
  readonly getHandler: ExecutionContext['getHandler'] = () => this.handler;
  readonly getArgs: ExecutionContext['getArgs'] = () => [...this.args] as never;
  readonly getArgByIndex: ExecutionContext['getArgByIndex'] = (index) => this.args[index] as never;
  readonly getType: ExecutionContext['getType'] = () => 'service' as never;

  constructor(
    readonly self: object,
    private readonly handler: ReturnType<ExecutionContext['getHandler']>,
    private readonly args: readonly unknown[],
  ) {}
}

function noSuchContext(): never {
  throw new TypeError('A service method is called without a request; use getArgs() to find who calls.');
}
