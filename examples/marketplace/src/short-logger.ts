import { ConsoleLogger } from '@nestjs/common';

/** Are the parts of Nest that write a line for every module, controller and route. */
const VERBOSE = ['InstanceLoader', 'RoutesResolver', 'RouterExplorer'];

/** Leaves out the lines that would bury what a visitor needs: addresses, the admin token, the process of Redis. */
export class ShortLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!VERBOSE.includes(String(rest.at(-1)))) super.log(message, ...rest);
  }
}
