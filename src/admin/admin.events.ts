declare module '../common/events.js' {
  interface SuiteEventMap {
    /** Somebody changed something by the admin routes, or tried to and met an error. */
    'admin:change': {
      /** Is what was done, for example `cache:flush`. */
      readonly action: string;
      /** Is what it was done to, for example `cache:user:*`. */
      readonly target: string;
      /** Counts what was changed; null when it failed, since part of it may have been done. */
      readonly count: number | null;
      /** Is who did it; null when neither `authorize` nor a guard said. */
      readonly actor: string | null;
    };
  }
}

export {};
