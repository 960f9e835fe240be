import type { Days } from './days.js';
import type { Table } from './table.js';

const VALUES = {
  'marketplace.name': 'The Creators’ Marketplace',
  'marketplace.currency': 'EUR',
  'royalties.commission-bps': 1500,
  'catalog.popular-days': 30,
};

/** Makes the settings that an administrator may change later. */
export function configuration(days: Days): Table {
  const rows = Object.entries(VALUES).map(([name, value]) => ({ name, value, updated_at: days.ago(100) }));
  return { name: 'configuration', rows };
}
