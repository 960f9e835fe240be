/** Says how many rows of each kind the marketplace starts with. Users 1 to 80 are creators, 81 to 120 own brands. */
export const SIZE = {
  users: 400,
  creators: 80,
  brands: 40,
  projects: 160,
  assets: 900,
  licenses: 600,
  shops: 60,
  products: 1200,
  purchases: 4000,
  conversations: 80,
  messages: 800,
} as const;
