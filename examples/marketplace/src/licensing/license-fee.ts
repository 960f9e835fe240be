import type { LicenseScope } from './license.dto.js';

const CENTS_A_MONTH: Record<LicenseScope, number> = {
  web: 2_500,
  print: 4_000,
  broadcast: 12_000,
  exclusive: 60_000,
};

/** @returns the price of a license in cents. */
export function licenseFee(scope: LicenseScope, months: number): number {
  return CENTS_A_MONTH[scope] * months;
}
