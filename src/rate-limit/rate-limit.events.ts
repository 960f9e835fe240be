declare module '../common/events.js' {
  interface SuiteEventMap {
    /** A policy counted a call, which may go on. */
    'rate-limit:allowed': { readonly policy: string; readonly degraded: boolean; readonly shadow: boolean };
    /** A policy refused a call, or, with `shadow`, would have. Others that the call had to pass have not counted it. */
    'rate-limit:denied': {
      readonly policy: string;
      readonly degraded: boolean;
      readonly shadow: boolean;
      /** Is the subject's HMAC, or its digest where there is no secret. */
      readonly subject: string;
      /** Is how many milliseconds it takes until this policy would allow the call. */
      readonly retryAfterMs: number;
    };
    /** Redis did not decide, so that `onRedisDown` does; `error` is a `RedisSuiteError`. */
    'rate-limit:degraded': { readonly error: Error };
  }
}

export {};
