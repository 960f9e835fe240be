const DAY_MS = 86_400_000;

/** Counts days back from the last midnight (UTC), so that "the last 30 days" always holds something. */
export class Days {
  private readonly todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;

  /** @returns the moment `days` days ago; fractions are hours and minutes. */
  ago(days: number): Date {
    return new Date(this.todayMs - Math.round(days * DAY_MS));
  }

  /** @returns the calendar day `days` days ago, as `2026-01-31`. */
  dateAgo(days: number): string {
    return this.ago(days).toISOString().slice(0, 10);
  }
}
