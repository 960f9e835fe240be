import { defineEntities } from 'nestjs-redis-suite';
import { keys } from './keys.js';
import type { RelatedIds } from './related-ids.js';

/** Is the one instance of what there is only once: the lists of a kind change together. */
export const ALL = 'all';

const all = () => [ALL];

/** Says what the marketplace caches, how long, and what else changes with each. */
export function marketplaceEntities(related: RelatedIds) {
  const { cache } = keys;
  return defineEntities({
    user: { ttl: cache.user.ttl },
    creator: {
      ttl: cache.creator.ttl,
      cascadesTo: [
        { entity: 'creators', ids: all },
        // An asset shows its creator's name, a user whether he is a creator.
        { entity: 'asset', ids: (id) => related.assetsOfCreator(id), on: ['update', 'delete'] },
        { entity: 'user', ids: (id) => related.userOfCreator(id), on: ['create', 'delete'] },
      ],
    },
    creators: { ttl: cache.creator.ttl },
    brand: { ttl: cache.brand.ttl, cascadesTo: [{ entity: 'brands', ids: all }] },
    brands: { ttl: cache.brand.ttl },
    project: { ttl: cache.project.ttl, cascadesTo: [{ entity: 'projects', ids: all }] },
    projects: { ttl: cache.project.ttl },
    asset: {
      ttl: cache.asset.ttl,
      cascadesTo: [
        { entity: 'project', ids: (id) => related.projectOfAsset(id) },
        // A creator shows how many assets there are.
        { entity: 'creator', ids: (id) => related.creatorOfAsset(id), on: ['create', 'delete'] },
      ],
    },
    license: {
      ttl: cache.license.ttl,
      cascadesTo: [
        { entity: 'licenses', ids: all },
        { entity: 'brand', ids: (id) => related.brandOfLicense(id), on: ['create', 'delete'] },
        { entity: 'asset', ids: (id) => related.assetOfLicense(id), on: ['create', 'delete'] },
      ],
    },
    licenses: { ttl: cache.license.ttl },
    product: {
      ttl: cache.product.ttl,
      cascadesTo: [
        { entity: 'products', ids: all },
        { entity: 'popular', ids: all },
        { entity: 'shop', ids: (id) => related.shopOfProduct(id) },
      ],
    },
    products: { ttl: cache.product.ttl },
    popular: { ttl: cache.product.ttl },
    // What is in stock and what has been sold changes often, and only a product's own page shows it.
    stock: { ttl: cache.product.ttl },
    sales: {
      ttl: cache.product.ttl,
      cascadesTo: [
        { entity: 'stock', ids: (productId) => [productId] },
        { entity: 'popular', ids: all },
      ],
    },
    shop: { ttl: cache.shop.ttl, cascadesTo: [{ entity: 'shops', ids: all }] },
    shops: { ttl: cache.shop.ttl },
    categories: { ttl: cache.categories.ttl },
    configuration: { ttl: cache.configuration.ttl, cascadesTo: [{ entity: 'popular', ids: all }] },
    conversation: {
      ttl: cache.messages.ttl,
      cascadesTo: [{ entity: 'inbox', ids: (id) => related.membersOfConversation(id) }],
    },
    inbox: { ttl: cache.conversations.ttl },
  });
}
