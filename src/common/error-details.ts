/** Is what an error has to say over HTTP beyond the fixed answer to its code. @internal */
export interface ErrorDetails {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Are further members of the problem. */
  readonly members: Readonly<Record<string, unknown>>;
}
