/** Names what is invalidated together: the lists, and everything that shows a creator's name. */
export const tags = {
  creators: 'creators',
  brands: 'brands',
  projects: 'projects',
  licenses: 'licenses',
  shops: 'shops',
  products: 'products',
  popular: 'popular',
  assetsOf: (creatorId: number) => `assets-of-creator:${creatorId}`,
} as const;
