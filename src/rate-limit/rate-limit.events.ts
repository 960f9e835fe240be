declare module '../common/events.js' {
  interface SuiteEventMap {
    /** A call was counted and may go on; `policy` is the tightest of its policies. */
    'rate-limit:allowed': { readonly policy: string; readonly degraded: boolean; readonly shadow: boolean };
    /** A call was refused, or, with `shadow`, would have been; `policy` is the tightest of its policies. */
    'rate-limit:denied': {
      readonly policy: string;
      readonly degraded: boolean;
      readonly shadow: boolean;
      /** Is the subject's HMAC, or its digest where there is no secret. */
      readonly subject: string;
      readonly retryAfterMs: number;
    };
    /** Redis did not decide, so that `onRedisDown` does; `error` is a `RedisSuiteError`. */
    'rate-limit:degraded': { readonly error: Error };
  }
}

export {};
